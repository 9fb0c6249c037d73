//! Masks drawn on the picture with the pointer: each stroke is one step, stands over the model's, is kept, and goes into files.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, Modifiers, PointerButton, Pos2, Rect, vec2};
use egui_kittest::kittest::Queryable;
use mettle_app::command::Command;
use mettle_app::intent::ViewIntent;
use mettle_app::paint::Placement;
use mettle_app::state::{MaskTool, Shown};
use mettle_core::base::{Task, Time, TimeSpan};
use mettle_core::exchange::marks::{By, MarkFormat, What, sheet_of};
use mettle_core::predict::SecondMask;
use mettle_core::project::{Names, RunLengths};

use super::modes::{Window, answer, masked, opened_keeping, state};
use super::scripted::{clip, settled};

/// A window in masks mode at second 4, of whose picture the model says that every fourth column of four sounds.
fn in_masks(file: Option<PathBuf>) -> Window {
    let (mut window, engine, dog) = opened_keeping(&Task::ALL, file);
    answer(&mut window, &engine, masked(&dog));
    window.state_mut().ask(Command::ModeMasks);
    at(&mut window, 4);
    window
}

fn at(window: &mut Window, second: i64) {
    let time = Time::from_micros(second * 1_000_000 + 500_000);
    window.state_mut().ask(ViewIntent::Seek(time));
    window.run_steps(3);
}

fn shown(window: &Window) -> Shown<'_> {
    state(window).shown().expect("a clip")
}

/// What was drawn of a second.
fn drawn(window: &Window, second: usize) -> Option<RunLengths> {
    match shown(window).mask(second)? {
        SecondMask::Drawn(mask) => Some((*mask).clone()),
        SecondMask::Model(_) => None,
    }
}

fn picture(window: &Window) -> Rect {
    let room = window.get_by_label_contains("Picture of").rect();
    Placement::letterboxed(room, 64.0, 36.0).0
}

/// A place of the picture.
fn place(window: &Window, x: f32, y: f32) -> Pos2 {
    let picture = picture(window);
    picture.min + picture.size() * vec2(x, y)
}

fn button(window: &mut Window, pos: Pos2, pressed: bool) {
    window.event(egui::Event::PointerMoved(pos));
    window.run_steps(1);
    window.event(egui::Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    });
    window.run_steps(1);
}

/// The pointer's way over the picture with the button down.
fn stroke(window: &mut Window, way: &[(f32, f32)], held: Modifiers) {
    let way: Vec<Pos2> = way.iter().map(|(x, y)| place(window, *x, *y)).collect();
    window.event(egui::Event::ModifiersChanged(held));
    button(window, way[0], true);
    for at in &way[1..] {
        window.event(egui::Event::PointerMoved(*at));
        window.run_steps(1);
    }
    button(window, way[way.len() - 1], false);
    window.event(egui::Event::ModifiersChanged(Modifiers::NONE));
    settled(window);
}

fn press(window: &mut Window, key: Key) {
    window.key_press(key);
    settled(window);
}

fn undo(window: &mut Window) {
    window.state_mut().ask(Command::Undo);
    settled(window);
}

/// The part of the picture that the model calls sounding in second 4: one column in four, its edges between the map's places.
fn models(window: &Window) -> RunLengths {
    match shown(window).mask(4) {
        Some(SecondMask::Model(map)) => map.runs_above(64, 36, 0.5),
        other => panic!("the model's mask, not {other:?}"),
    }
}

#[test]
fn a_stroke_adds_to_the_mask_shown_and_is_one_step() {
    let mut window = in_masks(None);
    let before = models(&window);
    window.get_by_label("The model's mask");
    press(&mut window, Key::P);
    stroke(
        &mut window,
        &[(0.4, 0.5), (0.6, 0.5), (0.6, 0.8)],
        Modifiers::NONE,
    );
    let after = drawn(&window, 4).expect("drawn");
    for (x, y) in [(26, 18), (32, 18), (38, 18), (38, 28)] {
        assert!(!before.holds(x, y) && after.holds(x, y), "{x} {y}");
    }
    assert!(
        after.holds(4, 3) && before.holds(4, 3),
        "what was there stays"
    );
    assert!(
        after.area() < before.area() + 200,
        "no more than the brush's way"
    );
    window.get_by_label("Your mask");
    window.get_by_label("Second 4, mask drawn by you");
    assert!(
        !state(&window).player.playing,
        "a stroke is no click to play"
    );
    assert_eq!(drawn(&window, 5), None, "of this second alone");
    press(&mut window, Key::E);
    stroke(&mut window, &[(0.0, 0.1), (0.3, 0.1)], Modifiers::NONE);
    let erased = drawn(&window, 4).expect("drawn");
    assert!(!erased.holds(4, 3) && erased.holds(26, 18));
    undo(&mut window);
    assert_eq!(drawn(&window, 4), Some(after), "one stroke, one step");
    window.get_by_label_contains("Undone: mask of second 4");
    undo(&mut window);
    assert_eq!(drawn(&window, 4), None);
    assert_eq!(models(&window), before);
}

/// Ctrl turns the brush round; the eraser makes holes that no threshold closes.
#[test]
fn what_is_drawn_follows_no_threshold() {
    let mut window = in_masks(None);
    press(&mut window, Key::P);
    stroke(&mut window, &[(0.06, 0.5), (0.1, 0.5)], Modifiers::COMMAND);
    let holed = drawn(&window, 4).expect("drawn");
    assert!(!holed.holds(4, 18), "taken away");
    let area = holed.area();
    super::modes::slide(&mut window, "Threshold", 0.1);
    settled(&mut window);
    assert_eq!(drawn(&window, 4).expect("drawn").area(), area);
    window.get_by_label_contains("As you drew it");
}

#[test]
fn a_polygon_is_closed_by_enter_or_given_up() {
    let mut window = in_masks(None);
    press(&mut window, Key::Y);
    assert_eq!(state(&window).mask_hand.tool, Some(MaskTool::Polygon));
    let corners = [(0.5, 0.2), (0.9, 0.2), (0.9, 0.9), (0.5, 0.9), (0.7, 0.7)];
    for (x, y) in corners {
        let at = place(&window, x, y);
        button(&mut window, at, true);
        button(&mut window, at, false);
        // Two clicks in one moment would be a double click.
        window.run_steps(40);
    }
    press(&mut window, Key::Backspace);
    let points = state(&window)
        .mask_hand
        .corners
        .as_ref()
        .map(|c| c.points.len());
    assert_eq!(points, Some(4), "the last corner is taken back");
    assert_eq!(drawn(&window, 4), None, "not before it is closed");
    press(&mut window, Key::Enter);
    let filled = drawn(&window, 4).expect("drawn");
    assert!(filled.holds(45, 20) && !filled.holds(30, 20));
    assert_eq!(state(&window).current_segment(), Some(4));
    undo(&mut window);
    assert_eq!(drawn(&window, 4), None);
    let at = place(&window, 0.5, 0.5);
    button(&mut window, at, true);
    button(&mut window, at, false);
    press(&mut window, Key::Escape);
    assert_eq!(state(&window).mask_hand.corners, None);
}

#[test]
fn masks_are_accepted_copied_and_taken_back() {
    let mut window = in_masks(None);
    let models = models(&window);
    window
        .get_by_role_and_label(Role::Button, "Accept and go on")
        .click();
    settled(&mut window);
    assert_eq!(drawn(&window, 4), Some(models.clone()));
    assert_eq!(state(&window).current_segment(), Some(5), "on to the next");
    at(&mut window, 4);
    window.key_press_modifiers(Modifiers::COMMAND, Key::D);
    settled(&mut window);
    assert_eq!(drawn(&window, 5), Some(models.clone()));
    assert_eq!(state(&window).current_segment(), Some(5));
    press(&mut window, Key::R);
    assert_eq!(drawn(&window, 5), None, "the model's again");
    // How much is gone is said, with the way back beside it.
    window.get_by_label("Taken back: your mask of second 5");
    window.get_by_label("Undo").click();
    settled(&mut window);
    assert_eq!(drawn(&window, 5), Some(models.clone()));
    window.key_press_modifiers(Modifiers::SHIFT, Key::Enter);
    settled(&mut window);
    let said: Vec<usize> = (0..10).filter(|s| drawn(&window, *s).is_some()).collect();
    assert_eq!(
        said,
        [4, 5, 6, 7, 8, 9],
        "the rest, and what was drawn stays"
    );
    undo(&mut window);
    let said: Vec<usize> = (0..10).filter(|s| drawn(&window, *s).is_some()).collect();
    assert_eq!(said, [4, 5], "in one step");
}

#[test]
fn a_copy_over_a_drawn_mask_says_so_and_can_be_undone_there() {
    let mut window = in_masks(None);
    at(&mut window, 5);
    press(&mut window, Key::P);
    stroke(&mut window, &[(0.4, 0.5), (0.6, 0.5)], Modifiers::NONE);
    let mine = drawn(&window, 5).expect("drawn");
    at(&mut window, 4);
    window.key_press_modifiers(Modifiers::COMMAND, Key::D);
    settled(&mut window);
    assert_ne!(drawn(&window, 5), Some(mine.clone()));
    window.get_by_label("Your mask of second 5 is replaced by the copy");
    window.get_by_label("Undo").click();
    settled(&mut window);
    assert_eq!(drawn(&window, 5), Some(mine));
}

fn kept(file: &Path) -> Window {
    in_masks(Some(file.to_owned()))
}

#[test]
fn drawn_masks_survive_a_restart_with_their_steps_and_go_into_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("project.sqlite");
    let mut window = kept(&file);
    press(&mut window, Key::P);
    stroke(&mut window, &[(0.5, 0.5), (0.7, 0.5)], Modifiers::NONE);
    let one = drawn(&window, 4);
    stroke(&mut window, &[(0.5, 0.7), (0.7, 0.7)], Modifiers::NONE);
    let two = drawn(&window, 4);
    assert!(one.is_some() && one != two);
    drop(window);
    let mut window = kept(&file);
    assert_eq!(drawn(&window, 4), two);
    let said = shown(&window).row.corrected.shown().clone();
    let dog = clip("/clips/dog.mp4", 1);
    let labels = [mettle_core::base::Label::from("Sounding object")];
    let names = Names::of(&labels, &Default::default());
    let sheet = sheet_of(What::Corrections, &dog, None, &said, &names);
    let text = MarkFormat::Coco.write(&sheet).expect("writes");
    let media = sheet.media.clone();
    let read = MarkFormat::Coco.read(
        text.as_bytes(),
        &media,
        mettle_core::base::Modality::AudioVisual,
    );
    let read = read.expect("reads");
    assert_eq!(read.masks.len(), 1);
    assert_eq!(Some(&read.masks[0].mask), two.as_ref());
    assert_eq!(read.masks[0].span, TimeSpan::of_second(4));
    assert_eq!(read.masks[0].by, By::Person { yes: true });
    undo(&mut window);
    assert_eq!(drawn(&window, 4), one, "also in a new run");
    undo(&mut window);
    assert_eq!(drawn(&window, 4), None);
}
