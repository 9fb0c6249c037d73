//! Taking a file in from the window: shown first, nothing of the user's replaced unasked, and one undo takes all of it back.

use egui_kittest::kittest::Queryable;
use mettle_app::command::Command;
use mettle_app::intent::{ClipIntent, EditIntent, ExchangeIntent};
use mettle_app::state::{Gesture, word};
use mettle_core::base::{LabelId, Modality, Said, Time, TimeSpan};

use super::modes::{Window, state};
use super::scripted::{clip, fill, run_until, settled, window};

fn said(window: &Window, class: &str, second: u32) -> Said {
    let row = state(window).library.selected_row().expect("a clip");
    let at = TimeSpan::of_second(second).middle();
    let statements = &row.corrected.shown().statements;
    statements.said(LabelId::named(class), Modality::Audible, at)
}

#[test]
fn a_dropped_file_is_shown_first_and_taken_in_as_one_edit() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("dog.txt");
    let text = "1.0\t3.0\taudible/Bark\n5.0\t6.0\taudible/Truck\n7.0\t8.0\taudible/Kettle\n";
    std::fs::write(&file, text).expect("written");
    let (mut window, engine) = window(&["/clips/dog.mp4"]);
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    let no = word(
        LabelId::named("Truck"),
        Modality::Audible,
        TimeSpan::of_second(5),
        Said::No,
    );
    let intent = EditIntent::Change(no, Gesture::Single);
    window.state_mut().ask(intent);
    settled(&mut window);
    window.state_mut().ask(ClipIntent::Open(vec![file]));
    run_until(&mut window, "the file is read", |state| {
        state.import.plan.is_some()
    });
    window.get_by_label("Take dog.txt into dog.mp4");
    window
        .get_by_label("2 new, 0 there already, 1 in conflict (left as it is); new classes: Kettle");
    assert_eq!(said(&window, "Bark", 1), Said::Unknown, "only shown");
    window.get_by_label("Take in").click();
    settled(&mut window);
    assert_eq!(said(&window, "Bark", 1), Said::Yes);
    assert_eq!(said(&window, "Kettle", 7), Said::Yes);
    assert_eq!(
        said(&window, "Truck", 5),
        Said::No,
        "the user's word stands"
    );
    window.get_by_label_contains("Kettle, highest");
    window.state_mut().ask(Command::Undo);
    settled(&mut window);
    assert_eq!(said(&window, "Bark", 1), Said::Unknown);
    assert_eq!(said(&window, "Kettle", 7), Said::Unknown, "one undo");
    assert_eq!(said(&window, "Truck", 5), Said::No);
}

#[test]
fn what_contradicts_the_user_is_replaced_only_when_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("dog.txt");
    std::fs::write(&file, "5.0\t6.0\taudible/Truck\n").expect("written");
    let (mut window, engine) = window(&["/clips/dog.mp4"]);
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    let at = TimeSpan::new(Time::from_micros(5_000_000), Time::from_micros(6_000_000));
    let no = word(LabelId::named("Truck"), Modality::Audible, at, Said::No);
    window
        .state_mut()
        .ask(EditIntent::Change(no, Gesture::Single));
    settled(&mut window);
    window.state_mut().ask(ExchangeIntent::Read(file));
    run_until(&mut window, "the file is read", |state| {
        state.import.plan.is_some()
    });
    window.get_by_label("Nothing would change.");
    window
        .get_by_label("Replace what I said where the file says otherwise")
        .click();
    window.run_steps(2);
    run_until(&mut window, "it is planned anew", |state| {
        state.import.form.replace && state.import.plan.is_some()
    });
    window.get_by_label("Take in").click();
    settled(&mut window);
    assert_eq!(said(&window, "Truck", 5), Said::Yes);
}
