//! Calibrated scores are a switch: nothing is computed anew, switching back gives what was there, and the threshold offered for a
//! wished share is in use after one click.

use std::sync::Arc;

use egui_kittest::kittest::Queryable;
use mettle_app::command::Command;
use mettle_core::base::{HeadId, Label, Labels, Task};
use mettle_core::engine::{HeadLine, JobSpec, ReplyBody, Taught};
use mettle_core::model::{Calibration, Counted, ScoreCounts, tempered};

use super::modes::{Window, opened_keeping, state};
use super::scripted::ScriptedEngine;

/// Of thirty scores of 0.85 every one was right, of thirty of 0.65 every other.
fn counts() -> ScoreCounts {
    let mut counts = ScoreCounts::default();
    for at in 0..30 {
        counts.add(0.85, true);
        counts.add(0.65, at % 2 == 0);
    }
    counts
}

fn calibration() -> Calibration {
    let counted = Counted {
        decided: vec![ScoreCounts::default(), counts(), ScoreCounts::default()],
        ..Counted::default()
    };
    Calibration {
        both: vec![1.0, 3.0, 1.0],
        event: Some(3.0),
        error_before: 0.12,
        error_after: 0.03,
        plain: counted.clone(),
        tempered: counted,
        ..Calibration::default()
    }
}

fn tell_heads(window: &mut Window, engine: &ScriptedEngine) {
    let line = HeadLine {
        id: HeadId::default(),
        name: "scripted".into(),
        task: Task::Localize,
        labels: Labels::new(["Church bell", "Bark", "Truck"]),
        parent: None,
        own: true,
        metrics: Default::default(),
        calibration: Some(Arc::new(calibration())),
        taught: Taught::Nothing,
    };
    let job = engine.job_of(|spec| matches!(spec, JobSpec::Heads { .. }));
    engine.say(job, ReplyBody::Heads(vec![line].into()));
    engine.say(job, ReplyBody::Done);
    window.run_steps(3);
}

fn bark(window: &Window) -> f32 {
    let shown = state(window).shown().expect("a clip");
    shown.prediction().expect("scores").scores[3][1]
}

#[test]
fn calibrated_scores_are_switched_on_and_off_without_asking_anything() {
    let (mut window, engine, _) = opened_keeping(&[Task::Localize], None);
    assert!(
        window.query_by_label("Calibrated scores").is_none(),
        "nothing was fitted"
    );
    window.state_mut().ask(Command::ShowTrain);
    window.run_steps(3);
    tell_heads(&mut window, &engine);
    window.state_mut().ask(mettle_app::intent::ViewIntent::Tab(
        mettle_app::state::InspectorTab::Second,
    ));
    window
        .state_mut()
        .ask(mettle_app::intent::ViewIntent::Lane(Label::from("Bark")));
    window.run_steps(3);
    let (asked, plain) = (engine.asked().len(), bark(&window));
    window.get_by_label("Bark: 45 of 60 seconds in which it is the likeliest are right");
    window.get_by_label_contains("is right 50 % of 30, ");
    window.get_by_label("Calibrated scores").click();
    window.run_steps(4);
    let trust = 0.9;
    assert!((bark(&window) - tempered(plain / trust, 3.0) * trust).abs() < 1e-5);
    window.get_by_label("Calibrated scores").click();
    window.run_steps(4);
    assert_eq!(bark(&window), plain, "as the head said it");
    // Below the visible part of the page: clicked as a screen reader does.
    window.get_by_label("Use 0.66 for Bark").click_accesskit();
    window.run_steps(4);
    let own = &state(&window).settings.own_thresholds;
    assert_eq!(own.classes.get("Bark"), Some(&0.66));
    assert_eq!(engine.asked().len(), asked, "nothing was computed for it");
}
