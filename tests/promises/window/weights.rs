//! The models dialog, by the names a screen reader would say: what is here, getting, stopping, going on, what went wrong.

use std::sync::Arc;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use mettle_app::app::MettleApp;
use mettle_app::command::Command;
use mettle_core::base::{Problem, Progress, Severity};
use mettle_core::engine::{JobId, JobSpec, ReplyBody, WeightsTask};
use mettle_core::hub::{Found, ModelLine, WeightsState, catalog};

use super::scripted::{ScriptedEngine, window};

fn lines(swin: WeightsState) -> Arc<Vec<ModelLine>> {
    let lines = catalog()
        .expect("readable")
        .into_iter()
        .map(|entry| ModelLine {
            state: match entry.architecture.as_str() {
                "swin_v2" => swin.clone(),
                _ => WeightsState::Missing,
            },
            entry,
        });
    Arc::new(lines.collect())
}

fn last(engine: &ScriptedEngine, wanted: fn(&WeightsTask) -> bool) -> JobId {
    engine.job_of(|spec| matches!(spec, JobSpec::Weights(task) if wanted(task)))
}

fn tell(window: &mut Harness<'static, MettleApp>, engine: &ScriptedEngine, swin: WeightsState) {
    let list = last(engine, |task| *task == WeightsTask::List);
    engine.say(list, ReplyBody::Models(lines(swin)));
    engine.say(list, ReplyBody::Done);
    window.run_steps(4);
}

#[test]
fn weights_are_fetched_stopped_gone_on_with_and_checked() {
    let (mut window, engine) = window(&[]);
    assert!(
        engine.asked().is_empty(),
        "nothing is asked before the dialog is opened"
    );
    window.state_mut().ask(Command::Models);
    window.run_steps(4);
    assert_eq!(engine.asked().len(), 1, "it looks what is here, no more");
    tell(&mut window, &engine, WeightsState::Missing);
    window.get_by_label("Copy the address of HTS-AT AudioSet");
    window.get_by_label("Get Swin-V2-L 192").click();
    window.run_steps(4);
    let pull = last(
        &engine,
        |task| matches!(task, WeightsTask::Pull { model, .. } if model.starts_with("swinv2")),
    );
    window.get_by_label("Getting Swin-V2-L 192");
    window.get_by_label("Stop getting Swin-V2-L 192").click();
    window.run_steps(4);
    let script = engine.0.lock().expect("script").cancelled.clone();
    assert_eq!(script, [pull]);
    tell(
        &mut window,
        &engine,
        WeightsState::Partly(Progress {
            done: 300,
            total: 900,
        }),
    );
    window.get_by_label("300 B of 900 B have come");
    window.get_by_label("Go on Swin-V2-L 192").click();
    window.run_steps(4);
    let again = last(&engine, |task| matches!(task, WeightsTask::Pull { .. }));
    let found = Found {
        path: "/data/swin.safetensors".into(),
        size: 900,
    };
    engine.say(again, ReplyBody::Models(lines(WeightsState::Here(found))));
    engine.say(again, ReplyBody::Done);
    window.run_steps(4);
    window.get_by_label("Here");
    window.get_by_label("/data/swin.safetensors");
    window.get_by_label("Check what is here").click();
    window.run_steps(4);
    last(&engine, |task| *task == WeightsTask::Verify);
    window.get_by_label("Stop checking");
}

#[test]
fn a_failed_download_says_why_in_its_row() {
    let (mut window, engine) = window(&[]);
    window.state_mut().ask(Command::Models);
    window.run_steps(4);
    tell(&mut window, &engine, WeightsState::Missing);
    window.get_by_label("Get Swin-V2-L 192").click();
    window.run_steps(4);
    let pull = last(&engine, |task| matches!(task, WeightsTask::Pull { .. }));
    let problem = Problem {
        severity: Severity::Error,
        title: "Could not fetch swinv2_large_window12_192".into(),
        advice: "huggingface.co cannot be reached: the connection is refused.".into(),
        detail: String::new(),
        command: Box::default(),
        path: None,
    };
    engine.say(pull, ReplyBody::Failed(problem));
    window.run_steps(4);
    window.get_by_label_contains("cannot be reached");
    window.get_by_label("Get Swin-V2-L 192");
}
