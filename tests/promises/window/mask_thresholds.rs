//! The threshold of masks, per clip and per second, in the window: by label, taken back, kept over a restart.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use mettle_app::command::Command;
use mettle_app::intent::{EditIntent, ViewIntent};
use mettle_app::state::{Gesture, Row};
use mettle_core::base::{Task, Time, TimeSpan};
use mettle_core::project::{Change, Edit, MaskThresholds, Scope, Store};

use super::modes::{Window, answer, masked, opened_keeping, slide, state};
use super::scripted::{run_until, settled};

fn at(window: &mut Window, second: i64) {
    let time = Time::from_micros(second * 1_000_000 + 500_000);
    window.state_mut().ask(ViewIntent::Seek(time));
    window.run_steps(3);
}

fn entry(window: &Window) -> &Row {
    state(window).library.selected_row().expect("a clip")
}

fn masks_of(window: &Window) -> &MaskThresholds {
    &entry(window).corrected.shown().mask_thresholds
}

/// A window in masks mode, its corrections kept in a file.
fn in_masks(file: Option<PathBuf>) -> Window {
    let (mut window, engine, dog) = opened_keeping(&Task::ALL, file);
    answer(&mut window, &engine, masked(&dog));
    window.state_mut().ask(Command::ModeMasks);
    window.run_steps(4);
    window
}

fn undo(window: &mut Window) {
    window.state_mut().ask(Command::Undo);
    settled(window);
}

#[test]
fn a_second_has_its_own_threshold_until_it_follows_the_clip_again() {
    let mut window = in_masks(None);
    at(&mut window, 4);
    window.get_by_label("25 % of the picture sounds");
    slide(&mut window, "Mask threshold of second 4", 0.3);
    window.get_by_label("50 % of the picture sounds");
    window.get_by_label("Second 4, mask threshold 0.30");
    at(&mut window, 5);
    window.get_by_label("25 % of the picture sounds");
    slide(&mut window, "Mask threshold of the clip", 0.95);
    window.get_by_label("Nothing in the picture sounds");
    at(&mut window, 4);
    window.get_by_label("50 % of the picture sounds");
    window.get_by_label("Second with an own threshold: 4");
    window
        .get_by_label("Reset mask threshold of second 4")
        .click();
    window.run_steps(4);
    window.get_by_label("Nothing in the picture sounds");
    assert!(
        window
            .query_by_label("Second 4, mask threshold 0.30")
            .is_none()
    );
    window.key_press_modifiers(Modifiers::SHIFT, Key::T);
    window.run_steps(3);
    window.get_by_label("Second 4, mask threshold 0.95");
    window.get_by_label("One threshold for all").click();
    window.run_steps(4);
    assert_eq!(masks_of(&window).spans.len(), 0);
}

#[test]
fn thresholds_of_masks_are_taken_back_and_done_again() {
    let mut window = in_masks(None);
    at(&mut window, 4);
    slide(&mut window, "Mask threshold of the clip", 0.3);
    slide(&mut window, "Mask threshold of second 4", 0.95);
    window.get_by_label("Nothing in the picture sounds");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settled(&mut window);
    window.get_by_label("50 % of the picture sounds");
    window.get_by_label_contains("Undone: mask threshold of second 4");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settled(&mut window);
    assert_eq!(state(&window).toasts.len(), 1, "one note at a time");
    assert_eq!(*masks_of(&window), MaskThresholds::default());
    window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Y);
    settled(&mut window);
    window.get_by_label("Nothing in the picture sounds");
    assert_eq!(masks_of(&window).of(TimeSpan::of_second(4)), 0.95);
}

/// Ctrl+Z in the search field is the field's own.
#[test]
fn a_text_field_takes_its_own_words_back() {
    let mut window = in_masks(None);
    slide(&mut window, "Mask threshold of the clip", 0.3);
    window.state_mut().ask(Command::Search);
    window.run_steps(3);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run_steps(3);
    assert_eq!(masks_of(&window).clip, 0.3);
}

#[test]
fn escape_closes_an_open_menu() {
    let mut window = in_masks(None);
    window.get_by_label("Edit").click();
    window.run_steps(4);
    window.get_by_label_contains("Own threshold");
    window.key_press_modifiers(Modifiers::NONE, Key::Escape);
    window.run_steps(4);
    assert!(window.query_by_label_contains("Own threshold").is_none());
}

/// Pulling the handle through many values is one step back.
#[test]
fn a_pull_of_the_handle_is_one_step() {
    let mut window = in_masks(None);
    let slider = window.get_by_role_and_label(Role::Slider, "Mask threshold of the clip");
    let rail = slider.rect();
    let place = |share: f32| egui::pos2(rail.left() + rail.width() * share, rail.center().y);
    window.hover_at(place(0.5));
    window.drag_at(place(0.5));
    window.run_steps(2);
    for share in [0.55, 0.6, 0.7, 0.8] {
        window.hover_at(place(share));
        window.run_steps(1);
    }
    let pulled = masks_of(&window).clip;
    assert!(pulled > 0.7, "it moves while it is held: {pulled}");
    window.drop_at(place(0.8));
    window.run_steps(2);
    undo(&mut window);
    assert_eq!(masks_of(&window).clip, 0.5);
    // A slow frame may see the last move and the letting go at once.
    let pull = |value, gesture| EditIntent::Change(Change::MaskThreshold(value), gesture);
    for (value, gesture) in [
        (0.6, Gesture::Dragged),
        (0.7, Gesture::Dropped),
        (0.3, Gesture::Dragged),
        (0.2, Gesture::Dropped),
    ] {
        window.state_mut().ask(pull(value, gesture));
        window.run_steps(1);
    }
    undo(&mut window);
    assert_eq!(masks_of(&window).clip, 0.7, "two pulls are two steps");
    undo(&mut window);
    assert_eq!(masks_of(&window).clip, 0.5);
}

fn kept_in(file: &Path) -> MaskThresholds {
    let dog = super::scripted::clip("/clips/dog.mp4", 1);
    let mut store = Store::open(file).expect("opens");
    store
        .read(Scope::Clip(dog.id))
        .expect("reads")
        .mask_thresholds
}

#[test]
fn thresholds_of_masks_survive_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("corrections.sqlite");
    let mut window = in_masks(Some(file.clone()));
    at(&mut window, 4);
    slide(&mut window, "Mask threshold of the clip", 0.4);
    slide(&mut window, "Mask threshold of second 4", 0.3);
    drop(window);
    let kept = kept_in(&file);
    assert_eq!((kept.clip, kept.of(TimeSpan::of_second(4))), (0.4, 0.3));
    let mut window = in_masks(Some(file));
    assert_eq!(*masks_of(&window), kept);
    at(&mut window, 4);
    window.get_by_label("50 % of the picture sounds");
    undo(&mut window);
    window.get_by_label("25 % of the picture sounds");
}

/// What is on the disk says so with the time; what is not, does not.
#[test]
fn the_status_bar_says_what_is_kept() {
    let mut window = in_masks(None);
    assert!(window.query_by_label_contains("Kept at").is_none());
    let pull = |value, gesture| EditIntent::Change(Change::MaskThreshold(value), gesture);
    window.state_mut().ask(pull(0.3, Gesture::Dragged));
    window.run_steps(2);
    window.get_by_label("Not kept yet");
    window.state_mut().ask(EditIntent::LetGo);
    settled(&mut window);
    window.get_by_label_contains("Kept at");
    assert!(window.query_by_label("Not kept yet").is_none());
}

/// Turns of the wheel are kept once it stands still, and taken back as one if they follow each other soon.
#[test]
fn turns_of_the_wheel_are_one_step() {
    let mut window = in_masks(None);
    let turn = |value| EditIntent::Change(Change::MaskThreshold(value), Gesture::Wheel);
    for value in [0.51, 0.52, 0.53] {
        window.state_mut().ask(turn(value));
        window.run_steps(1);
    }
    // Longer than a pause, shorter than what makes it another step.
    window.run_steps(20);
    settled(&mut window);
    window.state_mut().ask(turn(0.6));
    window.run_steps(20);
    settled(&mut window);
    assert_eq!(masks_of(&window).clip, 0.6);
    undo(&mut window);
    assert_eq!(masks_of(&window).clip, 0.5);
}

/// What another window decides is seen here, and not written over.
#[test]
fn another_window_on_the_project_is_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("corrections.sqlite");
    let mut window = in_masks(Some(file.clone()));
    slide(&mut window, "Mask threshold of the clip", 0.3);
    settled(&mut window);
    let dog = super::scripted::clip("/clips/dog.mp4", 1);
    let mut other = Store::open(&file).expect("opens");
    let span = TimeSpan::of_second(4);
    let value = Some(0.95);
    let theirs = Edit::of_clip(dog.id, Change::MaskThresholdOf { span, value });
    other.edit(&theirs, false).expect("kept");
    run_until(&mut window, "the other's edit is seen", |state| {
        let row = state.library.selected_row().expect("a clip");
        row.corrected.shown().mask_thresholds.of(span) == 0.95
    });
    assert_eq!(masks_of(&window).clip, 0.3);
    slide(&mut window, "Mask threshold of the clip", 0.4);
    settled(&mut window);
    let kept = kept_in(&file);
    assert_eq!((kept.clip, kept.of(span)), (0.4, 0.95));
}

#[test]
fn where_nothing_can_be_kept_editing_is_off_and_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("corrections.sqlite");
    std::fs::write(&file, "not a database, but long enough to look into").expect("writes");
    let mut window = in_masks(Some(file));
    assert_eq!(state(&window).problems[0].title, "Corrections are not kept");
    assert!(window.query_all_by_label("Editing is off").count() > 0);
    let why = state(&window).editing_off().expect("a reason");
    assert!(why.contains("corrections.sqlite"), "{why}");
    for command in [Command::Undo, Command::Redo, Command::OwnThreshold] {
        assert_eq!(state(&window).why_not(command), Some(why));
    }
    assert_eq!(state(&window).why_not(Command::PlayPause), None);
    let slider = window.get_by_role_and_label(Role::Slider, "Mask threshold of the clip");
    assert!(slider.accesskit_node().is_disabled());
    let change = EditIntent::Change(Change::MaskThreshold(0.4), Gesture::Single);
    window.state_mut().ask(change);
    window.run_steps(4);
    assert_eq!(
        masks_of(&window).clip,
        0.5,
        "what cannot be kept is not shown"
    );
}
