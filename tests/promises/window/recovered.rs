//! A window that was ended before it was closed is told of by the next one: how much of it is kept, and its clips, to be opened again.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use mettle_app::sessions::SessionDesk;
use mettle_app::state::{Dialog, OpenSession};
use mettle_core::base::{ClipId, ContentHash};
use mettle_core::project::{Change, Edit, Store};

use super::scripted::{run_until, window_after};

/// The files of windows that are there, once they are as wanted.
fn files(folder: &Path, wanted: impl Fn(&[String]) -> bool) -> Vec<String> {
    let begun = Instant::now();
    loop {
        let read = std::fs::read_dir(folder).into_iter().flatten();
        let files = read.filter_map(|file| std::fs::read_to_string(file.ok()?.path()).ok());
        let files: Vec<String> = files.collect();
        if wanted(&files) {
            return files;
        }
        assert!(begun.elapsed().as_secs() < 10, "{files:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn the_next_window_says_what_is_kept_of_one_that_was_ended_and_opens_its_clips() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let (living, left, project) = (at("living"), at("left"), at("project.mettle"));
    let began = SystemTime::now();
    let desk = SessionDesk::begin(Some(living.clone()), || ());
    desk.note(OpenSession {
        began,
        project: Some(project.clone()),
        clips: vec!["/clips/dog.mp4".into(), "/clips/bell.mp4".into()],
    });
    let noted = files(&living, |files| {
        files.iter().any(|text| text.contains("bell"))
    });
    // One that lives beside it takes nothing for left, and a closed one leaves nothing.
    let beside = SessionDesk::begin(Some(living.clone()), || ());
    files(&living, |files| files.len() == 2);
    assert_eq!(beside.left(), None);
    drop((beside, desk));
    files(&living, <[String]>::is_empty);

    // As it lies there when the window is killed: nobody holds it.
    std::fs::create_dir_all(&left).expect("a folder");
    std::fs::write(left.join("1.json"), &noted[0]).expect("written");
    let mut store = Store::open(&project).expect("opens");
    let clip = ClipId(ContentHash([3; 32]));
    for value in [0.3, 0.4] {
        let edit = Edit::of_clip(clip, Change::MaskThreshold(value));
        store.edit(&edit, false).expect("kept");
    }
    drop(store);

    let size = egui::vec2(1280.0, 800.0);
    let places = (Some(project), Some(left.clone()));
    let (mut window, _) = window_after(Harness::builder(), size, &[], None, places);
    run_until(&mut window, "it is told", |state| {
        let recovered = state.recovered.as_ref();
        recovered.is_some_and(|recovered| recovered.kept.is_some())
    });
    assert_eq!(window.state().state().dialog, Dialog::Recovered);
    window.get_by_label_contains("2 changes of 1 clip kept");
    window.get_by_label("dog.mp4");
    window
        .get_by_label("Open these clips again")
        .click_accesskit();
    run_until(&mut window, "they are listed", |state| {
        state.library.rows().len() == 2
    });
    assert_eq!(window.state().state().dialog, Dialog::None);
    // Told once; what is there now is this window's own.
    files(&left, |files| files.len() == 1 && files[0].contains("bell"));
    assert!(!left.join("1.json").exists());
}
