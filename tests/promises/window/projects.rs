//! Projects in the running window: another one is opened with nothing of the first lost, each with an undo of its own, and a copy
//! holds everything.

use std::path::Path;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use mettle_app::command::Command;
use mettle_app::intent::{EditIntent, ProjectIntent};
use mettle_app::state::{Corrected, Gesture, word};
use mettle_core::base::{LabelId, Modality, Said, TimeSpan};
use mettle_core::project::{Scope, Store};

use super::modes::{Window, state};
use super::scripted::{clip, fill, run_until, settled, window_keeping};

fn say(window: &mut Window, second: u32) {
    let span = TimeSpan::of_second(second);
    let change = word(LabelId::named("Bark"), Modality::Audible, span, Said::Yes);
    let intent = EditIntent::Change(change, Gesture::Single);
    window.state_mut().ask(intent);
}

/// The seconds in which a bark is said to be heard.
fn heard(window: &Window) -> Vec<u32> {
    let row = state(window).library.selected_row().expect("a clip");
    let said = &row.corrected.shown().statements;
    let is = |second: &u32| {
        let at = TimeSpan::of_second(*second).middle();
        said.said(LabelId::named("Bark"), Modality::Audible, at) == Said::Yes
    };
    (0..10).filter(is).collect()
}

fn switched(window: &mut Window, file: &Path) {
    let file = file.to_owned();
    run_until(window, "the other project is open", |state| {
        let row = state.library.selected_row().expect("a clip");
        let read = matches!(row.corrected, Corrected::Open(_));
        read && state.project.file.as_ref() == Some(&file)
    });
    settled(window);
}

#[test]
fn another_project_is_opened_and_nothing_of_the_first_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let size = egui::vec2(1280.0, 800.0);
    let first = Some(at("one.mettle"));
    let (mut window, engine) =
        window_keeping(Harness::builder(), size, &["/clips/dog.mp4"], None, first);
    let dog = clip("/clips/dog.mp4", 1);
    fill(&mut window, &engine, &dog, 10);
    say(&mut window, 2);
    // In the same moment: the word is on its way while the other project is asked for.
    window.state_mut().ask(ProjectIntent::New(at("two.mettle")));
    switched(&mut window, &at("two.mettle"));
    assert_eq!(heard(&window), [] as [u32; 0], "the new one is empty");
    let mut store = Store::open(&at("one.mettle")).expect("opens");
    let kept = store.read(Scope::Clip(dog.id)).expect("reads");
    assert_eq!(kept.statements.len(), 1, "nothing was lost");
    say(&mut window, 5);
    settled(&mut window);
    window.state_mut().ask(Command::Undo);
    settled(&mut window);
    window.state_mut().ask(Command::Undo);
    settled(&mut window);
    assert_eq!(heard(&window), [] as [u32; 0]);
    window.state_mut().ask(Command::OpenProject);
    window.run_steps(3);
    window.get_by_label("Open now: two.mettle");
    window
        .state_mut()
        .ask(ProjectIntent::Open(at("one.mettle")));
    switched(&mut window, &at("one.mettle"));
    assert_eq!(
        heard(&window),
        [2],
        "undo of the second left the first alone"
    );
    window.state_mut().ask(Command::Undo);
    settled(&mut window);
    assert_eq!(heard(&window), [] as [u32; 0], "its own undo is there");
    let recent = &state(&window).settings.projects;
    assert_eq!(recent[..], [at("one.mettle"), at("two.mettle")]);
}

#[test]
fn a_copy_holds_everything_and_what_is_there_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let size = egui::vec2(1280.0, 800.0);
    let first = Some(at("one.mettle"));
    let (mut window, engine) =
        window_keeping(Harness::builder(), size, &["/clips/dog.mp4"], None, first);
    let dog = clip("/clips/dog.mp4", 1);
    fill(&mut window, &engine, &dog, 10);
    say(&mut window, 2);
    window
        .state_mut()
        .ask(ProjectIntent::Copy(at("copy.mettle")));
    run_until(&mut window, "it is copied", |state| {
        state
            .toasts
            .iter()
            .any(|t| t.problem.title == "A copy is in copy.mettle")
    });
    let mut copy = Store::open(&at("copy.mettle")).expect("opens");
    let kept = copy.read(Scope::Clip(dog.id)).expect("reads");
    assert_eq!(kept.statements.len(), 1);
    copy.undo(Scope::Clip(dog.id))
        .expect("its history is there");
    assert!(
        copy.read(Scope::Clip(dog.id))
            .expect("reads")
            .statements
            .is_empty()
    );
    std::fs::write(at("mine.txt"), "mine").expect("written");
    window.state_mut().ask(ProjectIntent::Copy(at("mine.txt")));
    run_until(&mut window, "it is refused", |state| {
        state
            .problems
            .iter()
            .any(|p| p.detail.contains("is there already"))
    });
    assert_eq!(std::fs::read(at("mine.txt")).expect("there"), b"mine");
    window.state_mut().ask(ProjectIntent::Open(at("mine.txt")));
    run_until(&mut window, "it is no project", |state| {
        state
            .problems
            .iter()
            .any(|p| p.title == "Could not open mine.txt")
    });
    assert_eq!(heard(&window), [2], "the project that is open stays open");
}
