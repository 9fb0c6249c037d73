//! A list of thousands: names at once, the clip on screen first, the others few at a time, and memory within a budget.

use std::path::PathBuf;
use std::sync::Arc;

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use mettle_app::app::MettleApp;
use mettle_app::intent::{ClipIntent, EditIntent};
use mettle_app::state::{Gesture, JobKind, OpenClips, RowId, Strip};
use mettle_core::base::Task;
use mettle_core::engine::{JobSpec, ReplyBody, Thumbnail};
use mettle_core::media::RgbFrame;

use mettle_tests::parts::whole;

use super::modes::{Window, state};
use super::scripted::{ScriptedEngine, clip, fill, prediction, run_until, window};

fn listed(count: usize) -> (Window, ScriptedEngine) {
    let paths: Vec<String> = (0..count).map(|i| format!("/clips/c{i}.mp4")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    window(&paths)
}

fn asked(engine: &ScriptedEngine, of: fn(&JobSpec) -> bool) -> usize {
    engine.asked().iter().filter(|(_, spec)| of(spec)).count()
}

fn is_open(spec: &JobSpec) -> bool {
    matches!(spec, JobSpec::Open { .. })
}

#[test]
fn of_300_clips_only_the_one_on_screen_is_opened_until_it_has_waveform_and_scores() {
    let (mut window, engine) = listed(300);
    assert_eq!(state(&window).library.rows().len(), 300);
    window.get_by_label_contains("c3.mp4, Waiting");
    window.run_steps(10);
    assert_eq!(asked(&engine, is_open), 1, "only the one on screen");
    let awaited = engine.0.lock().expect("script").awaited;
    assert_eq!(awaited, Some(engine.open_of("/clips/c0.mp4")));
    let first = clip("/clips/c0.mp4", 1);
    fill(&mut window, &engine, &first, 4);
    window.run_steps(10);
    assert_eq!(asked(&engine, is_open), 1, "its scores have not all come");
    let predict = engine.job_of(|spec| matches!(spec, JobSpec::Predict { .. }));
    engine.say(
        predict,
        ReplyBody::Prediction(whole(&prediction(&first, 10))),
    );
    engine.say(predict, ReplyBody::Done);
    window.run_steps(10);
    let opens = asked(&engine, is_open);
    assert!((2..=8).contains(&opens), "few at a time: {opens}");
}

#[test]
fn the_clip_the_user_turns_to_goes_before_those_that_wait() {
    let (mut window, engine) = listed(300);
    let far = state(&window).library.rows()[250].id;
    window.state_mut().ask(ClipIntent::Select(far));
    window.run_steps(3);
    let awaited = engine.0.lock().expect("script").awaited;
    assert_eq!(awaited, Some(engine.open_of("/clips/c250.mp4")));
}

/// What is on the board and drawn does not grow with the list.
#[test]
fn ten_thousand_clips_draw_as_few_rows_as_ten() {
    let (mut window, engine) = listed(10_000);
    window.run_steps(3);
    let rows = window.query_all_by_role(Role::ListItem).count();
    assert!((5..40).contains(&rows), "{rows} rows are drawn");
    assert!(engine.asked().len() <= 2);
    window.state_mut().ask(ClipIntent::Search("c99.".into()));
    window.run_steps(3);
    window.get_by_label_contains("c99.mp4, ");
    assert_eq!(state(&window).library.listed().len(), 1);
}

/// Open the first `count` clips of a window, each with its events.
fn filled(count: usize) -> (Window, ScriptedEngine, Vec<RowId>) {
    let (mut window, engine) = listed(count);
    let rows = state(&window).library.rows().iter();
    let ids: Vec<RowId> = rows.map(|row| row.id).collect();
    for (place, id) in ids.iter().enumerate() {
        window.state_mut().ask(ClipIntent::Select(*id));
        window.run_steps(2);
        let path = format!("/clips/c{place}.mp4");
        fill(&mut window, &engine, &clip(&path, place as u8 + 1), 10);
    }
    (window, engine, ids)
}

#[test]
fn a_threshold_moves_the_clip_on_screen_at_once_and_others_when_they_are_seen() {
    let (mut window, _, ids) = filled(40);
    window.get_by_label_contains("c0.mp4, 0:10 · 2 events");
    let threshold = EditIntent::Threshold(0.7, Gesture::Single);
    window.state_mut().ask(threshold);
    window.run_steps(1);
    let revision_of = |window: &Window, id: RowId| {
        let open = state(window).library.open.get(id).expect("open");
        open.answers.to(Task::Localize).expect("scores").revision
    };
    let now = state(&window).library.revision;
    assert_eq!(revision_of(&window, ids[39]), now, "the one on screen");
    let late = |id: &&RowId| revision_of(&window, **id) != now;
    let late = ids.iter().filter(late).count();
    assert!(late >= 25, "only {late} of 40 were left for later");
    window.run_steps(20);
    window.get_by_label_contains("c0.mp4, 0:10 · 1 event");
    assert_ne!(revision_of(&window, ids[20]), now, "it is out of sight");
    window.state_mut().ask(ClipIntent::Select(ids[20]));
    window.run_steps(2);
    assert_eq!(revision_of(&window, ids[20]), now);
    window.get_by_label_contains("Church bell, highest score 60 %, 0 events");
}

fn picture(bytes: usize) -> Arc<RgbFrame> {
    Arc::new(RgbFrame {
        width: bytes / 3,
        height: 1,
        data: vec![0; bytes],
    })
}

#[test]
fn what_was_on_screen_longest_ago_is_let_go_when_the_budget_is_spent() {
    let mut open = OpenClips::within(1000);
    let ids = [1, 2, 3].map(RowId);
    let strip = |bytes: usize| {
        let mut strip = Strip::default();
        strip.add(&[Thumbnail {
            second: 0,
            picture: picture(bytes),
        }]);
        strip
    };
    for id in ids {
        open.change(id, Some(ids[2]), |clip| clip.strip = strip(300));
    }
    assert_eq!((open.len(), open.bytes()), (3, 900));
    open.change(ids[0], Some(ids[2]), |clip| clip.strip = strip(600));
    assert!(open.get(ids[1]).is_none(), "the oldest one went");
    assert!(open.get(ids[2]).is_some(), "the one on screen never goes");
    open.change(ids[2], Some(ids[2]), |clip| clip.strip = strip(3000));
    assert_eq!(open.len(), 1, "the one on screen stays, however large");
    open.close(ids[2]);
    assert_eq!(open.bytes(), 0);
}

#[test]
fn what_was_let_go_is_asked_for_again_when_it_is_shown() {
    let (mut window, engine) = listed(2);
    let ids = [0, 1].map(|place| state(&window).library.rows()[place].id);
    let strips =
        |engine: &ScriptedEngine| asked(engine, |spec| matches!(spec, JobSpec::Thumbnails { .. }));
    for (place, id) in ids.into_iter().enumerate() {
        window.state_mut().ask(ClipIntent::Select(id));
        window.run_steps(2);
        let of = clip(&format!("/clips/c{place}.mp4"), place as u8 + 1);
        let open = engine.open_of(&of.path.display().to_string());
        engine.say(open, ReplyBody::Opened(of.clone()));
        engine.say(open, ReplyBody::Done);
        window.run_steps(3);
        let strip = engine.job_of(|spec| matches!(spec, JobSpec::Thumbnails { .. }));
        // Thirty pictures of 4 MB: more than the budget, less than twice.
        let large = Arc::new(RgbFrame {
            width: 1600,
            height: 900,
            data: vec![0; 1600 * 900 * 3],
        });
        let pictures = (0..30).map(|second| Thumbnail {
            second,
            picture: large.clone(),
        });
        engine.say(strip, ReplyBody::Thumbnails(of.id, pictures.collect()));
        engine.say(strip, ReplyBody::Done);
        window.run_steps(3);
    }
    assert_eq!(strips(&engine), 2);
    assert!(state(&window).library.open.get(ids[0]).is_none());
    window.state_mut().ask(ClipIntent::Select(ids[0]));
    window.run_steps(3);
    assert_eq!(strips(&engine), 3, "its pictures are asked for again");
    let shown = state(&window).shown().expect("a clip");
    assert!(shown.open.asked.contains(&JobKind::Waveform));
}

/// The system's file dialog is open (or hangs): what is dropped meanwhile is opened all the same.
#[test]
fn a_folder_dropped_while_something_is_being_looked_for_is_opened_too() {
    let folders = [tempfile::tempdir(), tempfile::tempdir()].map(|f| f.expect("a folder"));
    let mut window: Harness<'static, MettleApp> = window(&[]).0;
    for (place, folder) in folders.iter().enumerate() {
        std::fs::write(folder.path().join(format!("c{place}.mp4")), b"x").expect("a file");
        let paths: Vec<PathBuf> = vec![folder.path().to_owned()];
        window.state_mut().ask(ClipIntent::Open(paths));
    }
    run_until(&mut window, "both are listed", |state| {
        state.library.rows().len() == 2
    });
}
