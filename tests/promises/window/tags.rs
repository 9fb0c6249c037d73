//! A model of the user's that lacks a head gets one by a click, from what its backbones' own classifiers know, and says what it is.

use std::sync::Arc;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use mettle_app::app::MettleApp;
use mettle_app::command::Command;
use mettle_app::intent::EngineIntent;
use mettle_core::base::Task;
use mettle_core::engine::{JobSpec, ModelChoice, WhichHead, model_info};
use mettle_core::model::{Assembly, assemble};

use super::scripted::{clip, fill, window_in};
use crate::model::tag_heads::{ear, eye, parts};

fn wait_for(window: &mut Harness<'static, MettleApp>, done: impl Fn(&MettleApp) -> bool) {
    let started = Instant::now();
    while !done(window.state()) {
        assert!(started.elapsed() < Duration::from_secs(20), "in vain");
        window.run_steps(1);
        std::thread::sleep(Duration::from_millis(2));
    }
    window.run_steps(3);
}

#[test]
fn a_click_gives_a_model_the_heads_it_lacks() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("made");
    let bare = Assembly {
        tags: None,
        untrained: vec![Task::Localize],
        ..parts(eye(dir.path()), ear(dir.path()))
    };
    assemble(&folder, &bare).expect("a model");

    let size = egui::vec2(1280.0, 800.0);
    let ask = |choice: &ModelChoice| model_info(choice).map_err(|e| e.to_string());
    let clips = ["/clips/dog.mp4"];
    let (mut window, engine) = window_in(Harness::builder(), size, &clips, Some(Arc::new(ask)));
    let dog = clip("/clips/dog.mp4", 1);
    fill(&mut window, &engine, &dog, 10);
    let choice = ModelChoice::Folder(folder.clone());
    window.state_mut().ask(EngineIntent::Model(choice.clone()));
    wait_for(&mut window, |app| app.state().model_choice == choice);
    window.state_mut().ask(Command::ModeParsing);
    window.run_steps(3);
    let lacking = |window: &Harness<'static, MettleApp>| {
        let said = window.query_all_by_label("This model has no parsing head");
        said.count()
    };
    assert!(lacking(&window) > 0);
    // It is offered on the stage and in the model's panel.
    let mut offers = window.query_all_by_label("No head? Use tags");
    offers.next().expect("an offer").click();
    drop(offers);
    wait_for(&mut window, |app| app.state().can(Task::Parse));
    assert!(window.query_by_label("No head? Use tags").is_none());
    assert_eq!(lacking(&window), 0);
    let said = window.state().state().toasts.iter();
    let said: Vec<&str> = said.map(|toast| &*toast.problem.title).collect();
    assert!(
        said.iter().any(|words| words.contains("From tags")),
        "{said:?}"
    );
    // The clip is analysed with what is there now.
    let parses = |spec: &JobSpec| matches!(spec, JobSpec::Predict { head, .. } if head.which == WhichHead::For(Task::Parse));
    engine.job_of(parses);
}
