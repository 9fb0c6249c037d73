//! What a model is not is said as long as it is in use: random weights; and what its backbones' own classifiers say is shown.

use mettle_app::intent::DialogIntent;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use mettle_app::app::MettleApp;
use mettle_app::models::AskModel;
use mettle_core::base::{ContentHash, HeadId, Labels, Task, TimeSpan};
use mettle_core::engine::{JobSpec, Precision, ReplyBody, TagsPart};
use mettle_core::model::{ModelInfo, Needs, TaskInfo};
use mettle_core::predict::{SecondTags, Tag};

use super::scripted::{ScriptedEngine, clip, fill, window_in};

fn models() -> AskModel {
    Arc::new(|_| {
        let labels = Labels::new(["Bark", "Church bell", "Truck"]);
        Ok(ModelInfo {
            name: "Fresh".to_owned(),
            about: "Random.".to_owned(),
            labels: labels.clone(),
            known: Vec::new(),
            rounded: Vec::new(),
            needs: Needs::default(),
            sha256: ContentHash([0x12; 32]),
            tasks: vec![TaskInfo {
                task: Task::Localize,
                head: HeadId::default(),
                labels,
                untrained: true,
                from_tags: false,
                calibration: None,
            }],
        })
    })
}

fn window() -> (
    Harness<'static, MettleApp>,
    ScriptedEngine,
    Arc<mettle_core::media::Clip>,
) {
    let size = egui::vec2(1280.0, 800.0);
    let (mut window, engine) = window_in(
        Harness::builder(),
        size,
        &["/clips/dog.mp4"],
        Some(models()),
    );
    let dog = clip("/clips/dog.mp4", 1);
    fill(&mut window, &engine, &dog, 10);
    let started = Instant::now();
    while window.state().state().model.is_none() {
        assert!(started.elapsed() < Duration::from_secs(10), "no model");
        window.run_steps(1);
        std::thread::sleep(Duration::from_millis(2));
    }
    window.run_steps(3);
    (window, engine, dog)
}

#[test]
fn random_weights_are_said_in_the_bar_in_the_inspector_and_in_a_message() {
    let (mut window, _, _) = window();
    window.get_by_role_and_label(egui::accesskit::Role::Button, "Fresh model, UNTRAINED");
    let message = window.state().state().toasts.iter();
    let messages: Vec<&str> = message.map(|toast| &*toast.problem.title).collect();
    assert!(
        messages.iter().any(|m| m.contains("UNTRAINED MODEL")),
        "{messages:?}"
    );
    // Errors stay until they are taken away; the inspector's words stay after that.
    let state = window.state().state();
    let ids: Vec<u64> = state.toasts.iter().map(|toast| toast.id).collect();
    for id in ids {
        let dismiss = DialogIntent::Dismiss(id);
        window.state_mut().ask(dismiss);
    }
    window.run_steps(3);
    window.get_by_label_contains("the weights for localization are random");
}

#[test]
fn tags_of_the_second_under_the_playhead_are_shown() {
    let (mut window, engine, dog) = window();
    let tag = |label: &str, score: f32| Tag {
        label: label.to_owned(),
        score,
    };
    let second = |span: &TimeSpan| SecondTags {
        span: *span,
        heard: vec![tag("Bark", 0.75), tag("Animal", 0.5)],
        seen: vec![tag("malamute, malemute, Alaskan malamute", 0.25)],
    };
    let spans = TimeSpan::seconds_of(dog.duration);
    let tags = TagsPart {
        from: 0,
        seconds: spans.iter().map(second).collect(),
    };
    let job = engine.job_of(|_| true);
    engine.say(job, ReplyBody::Tags(dog.id, tags));
    window.run_steps(3);
    window.get_by_label_contains("Heard: Bark 0.75 · Animal 0.50");
    // Of a class's names, the first.
    window.get_by_label("Seen: malamute 0.25");
}

#[test]
fn f16_is_offered_with_the_reason_where_it_is_not_to_be_had() {
    let (mut window, engine, _) = window();
    window.get_by_label_contains("CPU · 2 threads").click();
    window.run_steps(3);
    window.get_by_label_contains("No f16: the CPU does not compute in f16");
    let f16 = window.get_by_label("Backbones in f16, half the memory");
    assert!(f16.accesskit_node().is_disabled());
    // What is left to the device can be chosen: everything is analysed in the other numbers.
    let analyses = |engine: &ScriptedEngine| {
        let asked = engine.asked();
        let predict = |(_, job): &&_| matches!(job, JobSpec::Predict { .. });
        asked.iter().filter(predict).count()
    };
    let before = analyses(&engine);
    window
        .get_by_label("The 16 bit that the device computes in")
        .click();
    window.run_steps(3);
    assert_eq!(window.state().state().precision, Precision::Auto);
    assert_eq!(analyses(&engine), before + 1);
}
