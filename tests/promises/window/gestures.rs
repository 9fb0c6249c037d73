//! A movement of the hand belongs to one clip and ends: with the clip, with a dialog, when the window loses the keyboard.

use egui::{Modifiers, PointerButton, pos2};
use egui_kittest::Harness;
use mettle_app::command::Command;
use mettle_app::intent::{ClipIntent, DialogIntent, EditIntent};
use mettle_app::state::{Dialog, Gesture, RowId};
use mettle_core::project::Change;

use super::modes::{Window, state};
use super::scripted::{clip, fill, settled, window_in};

/// A window with two open clips, the first on screen.
fn two_clips() -> (Window, [RowId; 2]) {
    let paths = ["/clips/a.mp4", "/clips/b.mp4"];
    let size = egui::vec2(1280.0, 800.0);
    let (mut window, engine) = window_in(Harness::builder(), size, &paths, None);
    let ids = [0, 1].map(|place| state(&window).library.rows()[place].id);
    for (place, path) in paths.into_iter().enumerate() {
        show(&mut window, ids[place]);
        fill(&mut window, &engine, &clip(path, place as u8 + 1), 10);
    }
    show(&mut window, ids[0]);
    (window, ids)
}

fn show(window: &mut Window, id: RowId) {
    window.state_mut().ask(ClipIntent::Select(id));
    window.run_steps(2);
}

fn drag(window: &mut Window, value: f32) {
    let edit = Change::MaskThreshold(value);
    window
        .state_mut()
        .ask(EditIntent::Change(edit, Gesture::Dragged));
    window.run_steps(1);
}

fn threshold(window: &Window, id: RowId) -> f32 {
    let row = state(window).library.row(id).expect("a row");
    row.corrected.shown().mask_thresholds.clip
}

fn undone(window: &mut Window, id: RowId) -> f32 {
    window.state_mut().ask(Command::Undo);
    settled(window);
    threshold(window, id)
}

#[test]
fn a_drag_does_not_go_on_over_another_clip() {
    let (mut window, [a, b]) = two_clips();
    drag(&mut window, 0.6);
    show(&mut window, b);
    drag(&mut window, 0.7);
    show(&mut window, a);
    drag(&mut window, 0.3);
    assert_eq!(
        undone(&mut window, a),
        0.6,
        "what was done before b is a step of its own"
    );
    assert_eq!(undone(&mut window, a), 0.5);
    show(&mut window, b);
    assert_eq!(undone(&mut window, b), 0.5);
}

#[test]
fn a_drag_ends_when_a_dialog_opens() {
    let (mut window, [a, _]) = two_clips();
    drag(&mut window, 0.6);
    window
        .state_mut()
        .ask(DialogIntent::Show(Dialog::GoTo(String::new())));
    window.run_steps(2);
    window.state_mut().ask(DialogIntent::Show(Dialog::None));
    drag(&mut window, 0.3);
    assert_eq!(undone(&mut window, a), 0.6);
}

#[test]
fn a_drag_ends_when_the_window_loses_the_keyboard() {
    let (mut window, [a, _]) = two_clips();
    drag(&mut window, 0.6);
    window.input_mut().focused = false;
    window.event(egui::Event::WindowFocused(false));
    window.run_steps(2);
    window.input_mut().focused = true;
    window.event(egui::Event::WindowFocused(true));
    drag(&mut window, 0.3);
    assert_eq!(undone(&mut window, a), 0.6);
}

#[test]
fn a_drag_whose_end_nobody_saw_ends_when_the_button_is_up() {
    let (mut window, [a, _]) = two_clips();
    let button = |pressed| egui::Event::PointerButton {
        pos: pos2(640.0, 20.0),
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    window.event(button(true));
    window.run_steps(1);
    drag(&mut window, 0.6);
    // As long as it is down, however slowly the hand moves.
    window.run_steps(60);
    drag(&mut window, 0.7);
    window.event(button(false));
    window.run_steps(60);
    drag(&mut window, 0.3);
    assert_eq!(undone(&mut window, a), 0.7);
    assert_eq!(undone(&mut window, a), 0.5, "one movement of the hand");
}
