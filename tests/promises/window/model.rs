//! The model is said plainly and can be changed: clips are analysed anew, late scores of the old one are dropped, and a
//! folder that is no model changes nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use mettle_app::app::MettleApp;
use mettle_app::command::Command;
use mettle_app::intent::EngineIntent;
use mettle_app::models::AskModel;
use mettle_core::base::{ContentHash, HeadId, Labels, Task};
use mettle_core::engine::{JobSpec, ModelChoice, ReplyBody};
use mettle_core::model::{
    Hits, Known, KnownClass, LearnedFrom, ModelInfo, Needs, Precision, RoundingPrice, TaskInfo,
};
use mettle_tests::parts::whole;

use super::scripted::{clip, fill, prediction, window_in};

/// Real by its sound, and drawn only by its look.
fn barks() -> KnownClass {
    let measured = Hits {
        right: 31,
        wrong: 4,
        missed: 9,
    };
    KnownClass {
        label: "Bark".to_owned(),
        heard: Known {
            from: LearnedFrom::Real,
            measured: Some(measured),
        },
        seen: Known::from(LearnedFrom::Drawn),
    }
}

fn rounded() -> RoundingPrice {
    RoundingPrice {
        precision: Precision::Bf16,
        figure: "events".to_owned(),
        on: "200 scenes".to_owned(),
        full: 0.95,
        rounded: 0.949,
    }
}

fn models() -> AskModel {
    Arc::new(|choice| match choice {
        ModelChoice::Folder(folder) if folder.ends_with("empty") => {
            Err("there is no model.json in it".to_owned())
        }
        _ => Ok(ModelInfo {
            name: if *choice == ModelChoice::Demo {
                "Demo"
            } else {
                "Kennel"
            }
            .to_owned(),
            about: "Knows animals by their drawings.".to_owned(),
            labels: Labels::new(["Bark", "Church bell", "Truck"]),
            known: vec![barks()],
            rounded: vec![rounded()],
            needs: Needs {
                weights: 228_000_000,
                features: 5_300_000,
            },
            sha256: ContentHash([0x12; 32]),
            tasks: vec![TaskInfo {
                task: Task::Localize,
                head: HeadId::default(),
                labels: Labels::new(["Bark", "Church bell", "Truck"]),
                untrained: false,
                from_tags: false,
                calibration: None,
            }],
        }),
    })
}

fn wait_for(window: &mut Harness<'static, MettleApp>, done: impl Fn(&MettleApp) -> bool) {
    let started = Instant::now();
    while !done(window.state()) {
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "waited in vain"
        );
        window.run_steps(1);
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn another_model_analyses_anew() {
    let size = egui::vec2(1280.0, 800.0);
    let (mut window, engine) = window_in(
        Harness::builder(),
        size,
        &["/clips/dog.mp4"],
        Some(models()),
    );
    let dog = clip("/clips/dog.mp4", 1);
    fill(&mut window, &engine, &dog, 10);
    wait_for(&mut window, |app| app.state().model.is_some());
    window.state_mut().ask(Command::ChooseModel);
    window.run_steps(3);
    window.get_by_label_contains("3 classes and nothing else");
    window.get_by_label("real: 31 of 40 s");
    window.get_by_label("drawn only");
    // What it takes is said before anything is analysed with it.
    window.get_by_label_contains("take 912.0 MB of memory");
    window.get_by_label_contains("38.16 GB of features");
    window.get_by_label("On 200 scenes, in bf16: events 94.9 % (95.0 in f32)");
    let old = engine.job_of(|job| matches!(job, JobSpec::Predict { .. }));

    let kennel = ModelChoice::Folder("/models/kennel".into());
    window.state_mut().ask(EngineIntent::Model(kennel.clone()));
    wait_for(&mut window, move |app| app.state().model_choice == kennel);
    window.run_steps(2);
    let asked = engine.asked();
    let last = asked.iter().rev().find_map(|(_, job)| match job {
        JobSpec::Predict { head, .. } => Some(head.model.clone()),
        _ => None,
    });
    assert_eq!(last, Some(ModelChoice::Folder("/models/kennel".into())));
    engine.say(old, ReplyBody::Prediction(whole(&prediction(&dog, 10))));
    window.run_steps(3);
    let shown = window.state().state().shown().expect("a clip");
    assert!(
        shown.prediction().is_none(),
        "late scores of the old model are dropped"
    );
}

#[test]
fn a_folder_that_is_no_model_is_said_so_and_the_old_one_stays() {
    let size = egui::vec2(1280.0, 800.0);
    let (mut window, _) = window_in(Harness::builder(), size, &[], Some(models()));
    wait_for(&mut window, |app| app.state().model.is_some());
    let empty = ModelChoice::Folder("/models/empty".into());
    window.state_mut().ask(EngineIntent::Model(empty));
    wait_for(&mut window, |app| !app.state().toasts.is_empty());
    window.run_steps(2);
    window.get_by_label("Could not use /models/empty");
    assert_eq!(window.state().state().model_choice, ModelChoice::Demo);
}
