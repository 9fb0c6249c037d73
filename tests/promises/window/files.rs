//! Files come by drop, folder and typed path; a lost one is found again, and its neighbours with it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use mettle_app::app::MettleApp;
use mettle_app::files::expand;
use mettle_app::intent::{ClipIntent, DialogIntent};
use mettle_app::state::{AppState, Dialog, Drops, PathKind, Row, Wanted, typed_path};
use mettle_core::engine::{JobSpec, ReplyBody};

use super::scripted::{ScriptedEngine, broken, run_until, window, window_of};

fn opens(engine: &ScriptedEngine) -> Vec<PathBuf> {
    let asked = engine.asked().into_iter();
    let paths = asked.filter_map(|(_, job)| match job {
        JobSpec::Open { path } => Some(path),
        _ => None,
    });
    paths.collect()
}

fn wait_for(window: &mut Harness<'static, MettleApp>, done: impl Fn() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "waited in vain"
        );
        window.run_steps(1);
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn rows<'a>(window: &'a Harness<'static, MettleApp>) -> &'a [Row] {
    window.state().state().library.rows()
}

fn touch(path: &Path) {
    std::fs::write(path, b"not really a clip").expect("a file");
}

#[test]
fn a_folder_opens_its_clips_in_order_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["b.MP4", "c10.mp4", "a.wav", "notes.txt", "c2.mp4", "c1.mp4"] {
        touch(&folder.path().join(name));
    }
    let (mut window, engine) = window(&[]);
    let paths = vec![folder.path().to_owned()];
    window.state_mut().ask(ClipIntent::Open(paths));
    run_until(&mut window, "all are listed", |state| {
        !state.library.is_empty()
    });
    let names: Vec<String> = rows(&window).iter().map(Row::name).collect();
    assert_eq!(names, ["a.wav", "b.MP4", "c1.mp4", "c2.mp4", "c10.mp4"]);
    assert_eq!(
        opens(&engine),
        [folder.path().join("a.wav")],
        "the one on screen"
    );
}

#[test]
fn a_folder_without_clips_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let problem = expand(vec![folder.path().to_owned()], false).expect_err("it is empty");
    assert!(problem.title.contains("Found no clip"));
    assert_eq!(problem.path.as_deref(), Some(folder.path()));
}

#[test]
fn a_missing_file_is_located_and_its_neighbours_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = |name: &str| folder.path().join(name);
    touch(&here("dog.mp4"));
    touch(&here("cat.mp4"));
    let (mut window, engine) = window(&["/gone/dog.mp4", "/gone/cat.mp4", "/gone/cow.mp4"]);
    for name in ["dog.mp4", "cat.mp4", "cow.mp4"] {
        let job = engine.open_of(&format!("/gone/{name}"));
        engine.say(job, ReplyBody::Failed(broken(name)));
        window.run_steps(2);
    }
    run_until(&mut window, "they are gone", |state| {
        state.library.rows().iter().all(Row::is_missing)
    });
    window.get_by_label("Locate file…");
    let id = window.state().state().library.selected.expect("a clip");
    window
        .state_mut()
        .ask(ClipIntent::Moved(id, here("dog.mp4")));
    let theirs = engine.clone();
    wait_for(&mut window, move || opens(&theirs).len() == 4);
    assert_eq!(
        opens(&engine)[3],
        here("dog.mp4"),
        "the one on screen is opened"
    );
    let paths: Vec<PathBuf> = rows(&window).iter().map(|row| row.path.clone()).collect();
    assert_eq!(
        paths,
        [
            here("dog.mp4"),
            here("cat.mp4"),
            PathBuf::from("/gone/cow.mp4")
        ],
        "the cow is not there either"
    );
    engine.say(
        engine.open_of(&here("dog.mp4").to_string_lossy()),
        ReplyBody::Failed(broken("dog.mp4")),
    );
    let theirs = engine.clone();
    wait_for(&mut window, move || {
        opens(&theirs).get(4) == Some(&here("cat.mp4"))
    });
}

#[test]
fn a_file_that_failed_and_is_opened_again_is_tried_again_where_it_is() {
    let (mut window, engine) = window(&["/clips/notes.mp4"]);
    let job = engine.open_of("/clips/notes.mp4");
    engine.say(job, ReplyBody::Failed(broken("notes.mp4")));
    window.run_steps(3);
    let path = PathBuf::from("/clips/notes.mp4");
    window.state_mut().ask(ClipIntent::Open(vec![path]));
    let theirs = engine.clone();
    wait_for(&mut window, move || opens(&theirs).len() == 2);
    assert_eq!(rows(&window).len(), 1);
}

#[test]
fn where_there_is_no_file_dialog_a_path_is_typed() {
    let (mut window, engine) = window(&[]);
    let dialog = Dialog::Path {
        wanted: Wanted::Clips,
        typed: String::new(),
        no_service: true,
        is: None,
    };
    window.state_mut().ask(DialogIntent::Show(dialog));
    window.run_steps(3);
    window.get_by_label_contains("This desktop has no file dialog");
    window.event(egui::Event::Text("'/clips/a dog.mp4'".into()));
    window.run_steps(3);
    run_until(&mut window, "it is found not to be there", |state| {
        matches!(
            state.dialog,
            Dialog::Path {
                is: Some(PathKind::Missing),
                ..
            }
        )
    });
    window.get_by_label("There is no such file yet");
    window.key_press(egui::Key::Enter);
    run_until(&mut window, "it is listed", |state| {
        !state.library.is_empty()
    });
    assert_eq!(opens(&engine), [PathBuf::from("/clips/a dog.mp4")]);
}

#[test]
fn paths_are_understood_as_file_managers_write_them() {
    assert_eq!(typed_path("file:///a%20b.mp4"), Some("/a b.mp4".into()));
    assert_eq!(typed_path("  "), None);
}

/// Where no file can be dropped (Wayland), the window says so in place of the hint, and copied files can be pasted.
#[test]
fn files_copied_in_a_file_manager_are_pasted() {
    let (mut window, engine) = window(&[]);
    window.get_by_label("Drop video or sound files here, or open them");
    window.event(egui::Event::Paste("a line of some text".into()));
    window.run_steps(2);
    let copied =
        "x-special/nautilus-clipboard\ncopy\nfile:///clips/a%20dog.mp4\nfile:///clips/cat.mp4\n";
    window.event(egui::Event::Paste(copied.into()));
    run_until(&mut window, "both are listed", |state| {
        state.library.rows().len() == 2
    });
    assert_eq!(opens(&engine), [PathBuf::from("/clips/a dog.mp4")]);
    // Into a field they are text.
    window
        .state_mut()
        .ask(mettle_app::command::Command::OpenPath);
    window.run_steps(4);
    window.event(egui::Event::Paste("/clips/bell.mp4".into()));
    window.run_steps(3);
    assert_eq!(rows(&window).len(), 2);
    let typed = matches!(&window.state().state().dialog, Dialog::Path { typed, .. } if typed == "/clips/bell.mp4");
    assert!(typed, "{:?}", window.state().state().dialog);
}

#[test]
fn a_window_that_nothing_can_be_dropped_on_says_how_else() {
    let undroppable = AppState {
        drops: Drops::new(true),
        ..Default::default()
    };
    let (window, _) = window_of(undroppable);
    assert!(
        window
            .query_by_label_contains("Drop video or sound")
            .is_none()
    );
    window.get_by_label_contains("or copy them and paste them here");
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("the window opens files by path".into())
    }
}

#[test]
fn dropped_files_open_and_a_hovering_one_is_announced() {
    let (mut window, engine) = window(&[]);
    let hovered = egui::HoveredFile {
        path: Some("/clips/dog.mp4".into()),
        ..Default::default()
    };
    window.input_mut().hovered_files.push(hovered);
    window.run_steps(2);
    window.get_by_label("Drop to open dog.mp4");
    window.input_mut().hovered_files.clear();
    for name in ["dog.mp4", "cat.mp4"] {
        let path = PathBuf::from("/clips").join(name);
        window
            .input_mut()
            .dropped_files
            .push(Arc::new(Dropped(path)));
    }
    run_until(&mut window, "both are listed", |state| {
        state.library.rows().len() == 2
    });
    assert_eq!(opens(&engine), [PathBuf::from("/clips/dog.mp4")]);
    let state = window.state().state();
    assert_eq!(state.shown().expect("one is shown").row.name(), "dog.mp4");
}
