//! Exporting from the window: what would be kept is shown before anything is written, and nothing that is there is replaced unasked.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use mettle_app::command::Command;
use mettle_app::intent::{ClipIntent, DialogIntent, ExchangeIntent};
use mettle_app::state::{Dialog, ExportForm, ExportScope};
use mettle_core::base::Problem;
use mettle_core::engine::{Export, ExportedClip, JobId, JobSpec, Outcome, ReplyBody};
use mettle_core::exchange::marks::{Kept, MarkFormat, Share, What};
use mettle_core::exchange::{ExportFormat, Exported};

use super::modes::{Window, state};
use super::scripted::{ScriptedEngine, clip, fill, window};

fn exports(engine: &ScriptedEngine) -> Vec<(JobId, Export)> {
    let asked = engine.asked().into_iter();
    let exports = asked.filter_map(|(job, spec)| match spec {
        JobSpec::Export(spec) => Some((job, *spec)),
        _ => None,
    });
    exports.collect()
}

fn last(engine: &ScriptedEngine) -> (JobId, Export) {
    exports(engine).pop().expect("an export was asked for")
}

fn answer(window: &mut Window, engine: &ScriptedEngine, outcome: Outcome) {
    let (job, spec) = last(engine);
    let clip = spec.clips[0].clone();
    let exported = ExportedClip { clip, outcome };
    engine.say(job, ReplyBody::Exported(Box::new(exported)));
    engine.say(job, ReplyBody::Done);
    window.run_steps(4);
}

fn kept(stands: bool) -> Outcome {
    let share = |kept, of| Share { kept, of };
    Outcome::Done(Exported {
        file: "/out/dog.eaf".into(),
        kept: Some(Kept {
            events: share(2, 2),
            masks: share(0, 3),
            ..Kept::default()
        }),
        stands,
    })
}

#[test]
fn what_would_be_kept_is_shown_then_written_and_nothing_replaced_unasked() {
    let (mut window, engine) = window(&["/clips/dog.mp4"]);
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    window.key_press_modifiers(Modifiers::COMMAND, Key::E);
    window.run_steps(4);
    let (_, looked) = last(&engine);
    assert!(!looked.writes, "only looked at");
    assert_eq!(looked.format, ExportFormat::Marks(MarkFormat::Eaf));
    assert!(looked.project.is_some());
    answer(&mut window, &engine, kept(false));
    window.get_by_label("dog.mp4: dog.eaf: 2 of 2 events kept, times exact; lost: masks (all 3)");
    window.get_by_label("Corrections alone").click();
    window.run_steps(4);
    let (_, looked) = last(&engine);
    assert_eq!((looked.what, looked.writes), (What::Corrections, false));
    assert!(looked.heads.is_empty(), "no model is asked");
    answer(&mut window, &engine, kept(true));
    window.get_by_label_contains("It stays unless you replace it");
    window.get_by_label("Write").click();
    window.run_steps(4);
    let (_, written) = last(&engine);
    assert!(written.writes && !written.replace);
    answer(&mut window, &engine, Outcome::Stays("/out/dog.eaf".into()));
    window.get_by_label_contains("1 there with another content");
    window.get_by_label("Replace what is there").click();
    window.run_steps(4);
    let (_, written) = last(&engine);
    assert!(written.writes && written.replace);
    answer(&mut window, &engine, kept(false));
    window.get_by_label("1 written and read back");
}

#[test]
fn where_a_data_set_is_there_already_it_can_be_replaced_after_the_refusal() {
    let (mut window, engine) = window(&["/clips/dog.mp4"]);
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    window.key_press_modifiers(Modifiers::COMMAND, Key::E);
    window.run_steps(4);
    answer(&mut window, &engine, kept(true));
    let dialog = |window: &Window| window.get_by_label("Export").rect().top();
    let before = dialog(&window);
    window.get_by_label("Write").click();
    window.run_steps(4);
    let (job, _) = last(&engine);
    let problem = Problem::warning("A data set is there", "Choose another folder");
    engine.say(job, ReplyBody::Failed(problem));
    window.run_steps(4);
    window.get_by_label("A data set is there");
    assert_eq!(dialog(&window), before, "nothing moves under the pointer");
    window.get_by_label("Replace what is there").click();
    window.run_steps(4);
    let (_, written) = last(&engine);
    assert!(written.writes && written.replace);
}

#[test]
fn export_again_is_of_the_clips_that_were_written_last() {
    let (mut window, engine) = window(&["/clips/dog.mp4", "/clips/cat.mp4"]);
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    let again = |window: &mut Window| {
        window.state_mut().ask(Command::ExportAgain);
        window.run_steps(6);
        let (_, spec) = last(&engine);
        answer(window, &engine, kept(false));
        window.state_mut().ask(DialogIntent::Show(Dialog::None));
        window.run_steps(2);
        (spec.writes, spec.clips.len())
    };
    for (scope, count) in [(ExportScope::Listed, 2), (ExportScope::Shown, 1)] {
        window.state_mut().ask(Command::Export);
        window.run_steps(4);
        let form = ExportForm {
            scope,
            folder: "/out".into(),
            ..ExportForm::default()
        };
        window.state_mut().ask(ExchangeIntent::Form(form));
        let write = ExchangeIntent::Write { replace: false };
        window.state_mut().ask(write);
        window.run_steps(4);
        answer(&mut window, &engine, kept(false));
        assert_eq!(again(&mut window), (true, count));
        assert_eq!(again(&mut window), (true, count));
    }
}

#[test]
fn marked_clips_and_the_list_are_exported_and_a_run_can_be_stopped() {
    let (mut window, engine) = window(&["/clips/dog.mp4", "/clips/cat.mp4", "/clips/cow.mp4"]);
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    let cow = state(&window).library.rows()[2].id;
    window.state_mut().ask(ClipIntent::Mark(cow, true));
    window.run_steps(2);
    window.get_by_label_contains(", marked");
    window.key_press_modifiers(Modifiers::COMMAND, Key::E);
    window.run_steps(4);
    window.get_by_label("Marked clips (1)");
    let of = |scope| ExportForm {
        scope,
        folder: "/out".into(),
        ..ExportForm::default()
    };
    for (scope, count) in [(ExportScope::Marked, 1), (ExportScope::Listed, 3)] {
        window.state_mut().ask(ExchangeIntent::Form(of(scope)));
        window
            .state_mut()
            .ask(ExchangeIntent::Write { replace: false });
        window.run_steps(4);
        let (job, spec) = last(&engine);
        assert_eq!((spec.writes, spec.clips.len()), (true, count));
        window.get_by_label("Stop").click();
        window.run_steps(6);
        let script = engine.0.lock().expect("script");
        assert!(script.cancelled.contains(&job));
    }
    assert!(!state(&window).export.is_writing());
}
