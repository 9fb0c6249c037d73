//! The main road in the window, by the names a screen reader would say: open, look, move the threshold, play, cancel.

use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use mettle_app::app::MettleApp;
use mettle_app::command::Command;
use mettle_app::intent::ClipIntent;
use mettle_app::state::{Dialog, JobKind, Row};
use mettle_core::base::{Problem, Task, Time};
use mettle_core::engine::{JobSpec, ReplyBody};

use super::scripted::{broken, clip, fill, run_until, window};

type Window = Harness<'static, MettleApp>;

fn secs(window: &Window) -> f64 {
    window.state().state().player.time.as_secs_f64()
}

fn press(window: &mut Window, key: Key) {
    press_with(window, Modifiers::NONE, key);
}

fn press_with(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(3);
}

/// Run until something is so; the picture thread works meanwhile.
fn wait_for(window: &mut Window, what: &str, done: impl Fn(&Window) -> bool) {
    let started = Instant::now();
    while !done(window) {
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "waited in vain for {what}"
        );
        window.run_steps(1);
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_window_without_a_clip_says_how_to_open_one() {
    let (window, engine) = window(&[]);
    window.get_by_label("See what is heard and seen, second by second");
    window.get_by_label("Open by path…");
    assert!(engine.asked().is_empty());
}

#[test]
fn a_clip_opens_step_by_step() {
    let (mut window, engine) = window(&["/clips/dog.mp4"]);
    let dog = clip("/clips/dog.mp4", 1);
    assert!(matches!(engine.asked()[0].1, JobSpec::Open { .. }));
    fill(&mut window, &engine, &dog, 10);
    let state = window.state().state();
    let shown = state.shown().expect("a clip");
    assert!(!shown.open.waves.is_empty() && shown.open.strip.len() == 10 && shown.analysed());
    window.get_by_label_contains("Bark, highest score 80 %, 1 event in the clip");
    window.get_by_label_contains("Church bell, highest score 60 %, 1 event in the clip");
    window.get_by_label_contains("Truck, highest score 2 %, 0 events");
    window.get_by_label("Picture of dog.mp4");
    wait_for(&mut window, "the first frame", |w| {
        w.state().state().player.frame.is_some()
    });
}

#[test]
fn the_threshold_redraws_without_any_new_job() {
    let (mut window, engine) = window(&["/clips/dog.mp4"]);
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    let before = engine.asked().len();
    let slider = window.get_by_role_and_label(Role::Slider, "Threshold");
    slider.set_value_accesskit(0.7);
    window.run_steps(4);
    assert!((window.state().state().settings.threshold - 0.7).abs() < 0.011);
    window.get_by_label_contains("Church bell, highest score 60 %, 0 events");
    window.get_by_label_contains("Bark, highest score 80 %, 1 event in the clip");
    assert_eq!(
        engine.asked().len(),
        before,
        "a threshold needs no inference"
    );
}

#[test]
fn a_broken_file_is_named_and_the_others_go_on() {
    let (mut window, engine) = window(&["/clips/notes.mp4", "/clips/dog.mp4"]);
    let bad = engine.open_of("/clips/notes.mp4");
    engine.say(bad, ReplyBody::Failed(broken("notes.mp4")));
    window.run_steps(3);
    window.get_by_label("Could not open notes.mp4");
    window.get_by_label_contains("not a video or sound file");
    // The next one is opened when the one on screen is dealt with.
    engine.open_of("/clips/dog.mp4");
    // The disk's word that the file is gone puts another button before this one.
    run_until(&mut window, "the file is looked for", |state| {
        state.library.selected_row().is_some_and(Row::is_missing)
    });
    window.get_by_label("Try again").click();
    window.run_steps(3);
    let asked = engine.asked();
    let opens = asked
        .iter()
        .filter(|(_, s)| matches!(s, JobSpec::Open { .. }));
    assert_eq!(opens.count(), 3, "the file is tried again");
    let row = window.get_all_by_label_contains("dog.mp4").next();
    row.expect("its row").click();
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    window.run_steps(4);
    window.get_by_label_contains("Bark, highest score");
}

/// No decoder here has it, so the program cannot convert it; the command that can, elsewhere, is to be had by a click.
#[test]
fn a_codec_without_a_decoder_offers_the_command_that_converts_it() {
    let (mut window, engine) = window(&["/clips/odd.mov"]);
    let command = "ffmpeg -i '/clips/odd.mov' -c:v libx264 '/clips/odd.converted.mp4'";
    let problem = Problem::error("Could not open odd.mov", "No decoder for its codec.");
    let problem = problem.with_command(Some(command.to_owned()));
    let open = engine.open_of("/clips/odd.mov");
    engine.say(open, ReplyBody::Failed(problem));
    window.run_steps(3);
    let buttons = window.query_all_by_label("Copy the command");
    buttons.last().expect("a button").click();
    let mut copied = Vec::new();
    for _ in 0..4 {
        window.run_steps(1);
        let commands = window.output().platform_output.commands.iter();
        copied.extend(commands.filter_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        }));
    }
    assert_eq!(copied, [command]);
}

#[test]
fn the_keyboard_moves_plays_and_steps() {
    let (mut window, engine) = window(&["/clips/dog.mp4"]);
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    press(&mut window, Key::ArrowRight);
    assert_eq!(secs(&window), 1.0);
    press_with(&mut window, Modifiers::SHIFT, Key::ArrowRight);
    assert_eq!(secs(&window), 6.0);
    press_with(&mut window, Modifiers::COMMAND, Key::ArrowLeft);
    assert_eq!(secs(&window), 5.0, "the bark ends at 5 s");
    press_with(&mut window, Modifiers::COMMAND, Key::ArrowLeft);
    assert_eq!(secs(&window), 2.0, "the bark starts at 2 s");
    press(&mut window, Key::ArrowLeft);
    assert_eq!(secs(&window), 1.0);
    press(&mut window, Key::End);
    assert_eq!(secs(&window), 10.0);
    press(&mut window, Key::Home);
    assert_eq!(secs(&window), 0.0);
    step_frames(&mut window);
    shuttle(&mut window);
}

fn step_frames(window: &mut Window) {
    wait_for(window, "the frame at 0", |w| shown(w) == Some(0));
    for expected in [1, 2, 3] {
        press(window, Key::Period);
        wait_for(window, "the next frame", |w| shown(w) == Some(expected));
    }
    press(window, Key::Comma);
    wait_for(window, "the frame before", |w| shown(w) == Some(2));
}

fn shown(window: &Window) -> Option<u64> {
    window.state().state().player.frame.as_ref()?.index
}

fn shuttle(window: &mut Window) {
    let speed = |w: &Window| {
        (
            w.state().state().player.playing,
            w.state().state().player.speed,
        )
    };
    press(window, Key::L);
    assert_eq!(speed(window), (true, 1.0));
    press(window, Key::L);
    assert_eq!(speed(window), (true, 2.0));
    press(window, Key::J);
    assert_eq!(speed(window), (true, -1.0));
    press(window, Key::K);
    assert!(!speed(window).0);
    press(window, Key::Space);
    assert!(speed(window).0);
    let before = secs(window);
    wait_for(window, "time to go on", |w| secs(w) > before + 0.1);
    press(window, Key::Space);
    assert!(!speed(window).0);
}

#[test]
fn keys_typed_into_a_field_are_not_commands() {
    let (mut window, engine) = window(&["/clips/dog.mp4"]);
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    press_with(&mut window, Modifiers::COMMAND, Key::F);
    window.event(egui::Event::Text("l".into()));
    press(&mut window, Key::L);
    assert!(!window.state().state().player.playing);
    assert_eq!(window.state().state().library.search(), "l");
}

#[test]
fn what_runs_can_be_cancelled_and_what_is_done_stays() {
    let (mut window, engine) = window(&["/clips/dog.mp4"]);
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 4);
    let job = window
        .state()
        .state()
        .shown()
        .expect("a clip")
        .job(JobKind::Predict(Task::Localize));
    window.state_mut().ask(Command::CancelJobs);
    window.run_steps(4);
    assert_eq!(
        engine.0.lock().expect("script").cancelled,
        vec![job.expect("a job")]
    );
    let shown = window.state().state().shown().expect("a clip");
    assert!(!shown.busy() && !shown.analysed() && shown.scored() == 4);
    window.get_by_label_contains("Bark, highest score 80 %, 1 event in the clip");
}

#[test]
fn the_sheet_lists_every_command() {
    let (mut window, _) = window(&[]);
    window.set_size(egui::vec2(1280.0, 3400.0));
    press(&mut window, Key::F1);
    assert!(matches!(
        window.state().state().dialog,
        Dialog::Shortcuts(..)
    ));
    for command in Command::ALL {
        let tooltip = command.tooltip();
        assert!(
            window.query_all_by_label(tooltip).count() > 0,
            "the sheet lacks {command:?}"
        );
    }
}

#[test]
fn the_same_content_is_opened_once() {
    let (mut window, engine) = window(&["/clips/dog.mp4"]);
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    window
        .state_mut()
        .ask(ClipIntent::Open(vec!["/copies/dog.mp4".into()]));
    run_until(&mut window, "it is listed", |state| {
        state.library.rows().len() == 2
    });
    let job = engine.open_of("/copies/dog.mp4");
    engine.say(job, ReplyBody::Opened(clip("/copies/dog.mp4", 1)));
    engine.say(job, ReplyBody::Done);
    window.run_steps(4);
    assert_eq!(window.state().state().library.rows().len(), 1);
    window.get_by_label_contains("Bark, highest score");
}

#[test]
fn a_typed_time_is_gone_to() {
    let (mut window, engine) = window(&["/clips/dog.mp4"]);
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    press(&mut window, Key::G);
    window.event(egui::Event::Text("0:07.5".into()));
    window.run_steps(3);
    press(&mut window, Key::Enter);
    assert_eq!(
        window.state().state().player.time,
        Time::from_micros(7_500_000)
    );
    assert_eq!(window.state().state().dialog, Dialog::None);
}
