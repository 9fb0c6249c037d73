//! The threshold of masks, per clip and per second, in the window: by label, taken back, kept over a restart.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use mettle_app::apply::Gesture;
use mettle_app::command::{Command, Intent};
use mettle_core::base::{Task, Time};
use mettle_core::project::{Edit, MaskThresholds, Store};

use super::modes::{Window, answer, masked, opened_keeping, slide, state};

fn at(window: &mut Window, second: i64) {
    let time = Time::from_micros(second * 1_000_000 + 500_000);
    window.state_mut().ask(Intent::Seek(time));
    window.run_steps(3);
}

fn masks_of(window: &Window) -> &MaskThresholds {
    &state(window)
        .entry()
        .expect("a clip")
        .work
        .corrections
        .masks
}

/// A window in masks mode, its corrections kept in a file.
fn in_masks(file: Option<PathBuf>) -> Window {
    let (mut window, engine, dog) = opened_keeping(&Task::ALL, file);
    answer(&mut window, &engine, masked(&dog));
    window.state_mut().ask(Command::ModeMasks);
    window.run_steps(4);
    // Earlier corrections come before new ones can be made.
    let begun = std::time::Instant::now();
    while !state(&window).entry().expect("a clip").work_read {
        assert!(begun.elapsed().as_secs() < 10, "the corrections are read");
        window.run_steps(1);
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    window
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
    assert_eq!(masks_of(&window).seconds.len(), 0);
}

#[test]
fn thresholds_of_masks_are_taken_back_and_done_again() {
    let mut window = in_masks(None);
    at(&mut window, 4);
    slide(&mut window, "Mask threshold of the clip", 0.3);
    slide(&mut window, "Mask threshold of second 4", 0.95);
    window.get_by_label("Nothing in the picture sounds");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run_steps(3);
    window.get_by_label("50 % of the picture sounds");
    window.get_by_label_contains("Undone: mask threshold of second 4");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run_steps(3);
    assert_eq!(state(&window).toasts.len(), 1, "one note at a time");
    assert_eq!(*masks_of(&window), MaskThresholds::default());
    window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Y);
    window.run_steps(3);
    window.get_by_label("Nothing in the picture sounds");
    assert_eq!(masks_of(&window).seconds[&4], 0.95);
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
    window.state_mut().ask(Command::Undo);
    window.run_steps(2);
    assert_eq!(masks_of(&window).clip, 0.5);
    // A slow frame may see the last move and the letting go at once.
    let pull = |value, gesture| Intent::Edit(Edit::MaskThreshold(value), gesture);
    for (value, gesture) in [
        (0.6, Gesture::Dragged),
        (0.7, Gesture::Dropped),
        (0.3, Gesture::Dragged),
        (0.2, Gesture::Dropped),
    ] {
        window.state_mut().ask(pull(value, gesture));
        window.run_steps(1);
    }
    window.state_mut().ask(Command::Undo);
    window.run_steps(2);
    assert_eq!(masks_of(&window).clip, 0.7, "two pulls are two steps");
    window.state_mut().ask(Command::Undo);
    window.run_steps(2);
    assert_eq!(masks_of(&window).clip, 0.5);
}

fn kept_in(file: &Path) -> MaskThresholds {
    let dog = super::scripted::clip("/clips/dog.mp4", 1);
    let store = Store::open(file).expect("opens");
    store.work(dog.id).expect("reads").corrections.masks
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
    assert_eq!((kept.clip, kept.of(4)), (0.4, 0.3));
    let mut window = in_masks(Some(file));
    let begun = std::time::Instant::now();
    while *masks_of(&window) != kept {
        assert!(begun.elapsed().as_secs() < 10, "it comes back");
        window.run_steps(1);
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    at(&mut window, 4);
    window.get_by_label("50 % of the picture sounds");
    window.state_mut().ask(Command::Undo);
    window.run_steps(3);
    window.get_by_label("25 % of the picture sounds");
}

#[test]
fn where_nothing_can_be_kept_the_window_says_so_and_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("corrections.sqlite");
    std::fs::write(&file, "not a database, but long enough to look into").expect("writes");
    let mut window = in_masks(Some(file));
    let begun = std::time::Instant::now();
    while state(&window).problems.is_empty() {
        assert!(begun.elapsed().as_secs() < 10, "it is said");
        window.run_steps(1);
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    assert_eq!(state(&window).problems[0].title, "Corrections are not kept");
    slide(&mut window, "Mask threshold of the clip", 0.4);
    assert_eq!(masks_of(&window).clip, 0.4);
}
