//! Corrections by mouse and keyboard on the lanes: each gesture says one thing, is drawn over the model's word, and is one undo.

use std::sync::Arc;

use egui::{Key, Modifiers, PointerButton, Rect, pos2};
use egui_kittest::kittest::Queryable;
use mettle_app::command::Command;
use mettle_app::intent::{EditIntent, ViewIntent};
use mettle_app::state::{Gesture, Mode, word};
use mettle_core::base::{Label, LabelId, Labels, Modality, Said, Task, Time, TimeSpan};
use mettle_core::media::Clip;
use mettle_core::predict::{Detail, Prediction};
use mettle_core::project::Source;

use super::modes::{Window, answer, masked, opened_keeping, parsed, state, switch_to};
use super::scripted::{clip, fill, settled, window};

/// A window with a dog from second 2 to 5, and a bell from 6 to 8.
fn dog() -> Window {
    let (mut window, engine) = window(&["/clips/dog.mp4"]);
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    window
}

fn lane(window: &Window, name: &str) -> Rect {
    window
        .get_by_label_contains(&format!("{name}, highest"))
        .rect()
}

/// The middle of a second on a lane.
fn cell(rect: Rect, second: usize) -> egui::Pos2 {
    let width = rect.width() / 10.0;
    pos2(rect.left() + width * (second as f32 + 0.5), rect.center().y)
}

fn button(window: &mut Window, pos: egui::Pos2, pressed: bool) {
    window.event(egui::Event::PointerMoved(pos));
    window.event(egui::Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    });
    window.run_steps(1);
}

fn drag(window: &mut Window, name: &str, from: usize, to: usize) {
    let rect = lane(window, name);
    // Within a cell, too, the hand moves.
    let aside = egui::vec2(if to < from { -6.0 } else { 6.0 }, 0.0);
    let (start, end) = (cell(rect, from) - aside, cell(rect, to) + aside);
    button(window, start, true);
    for step in 1..=8 {
        let at = start.lerp(end, step as f32 / 8.0);
        window.event(egui::Event::PointerMoved(at));
        window.run_steps(1);
    }
    button(window, end, false);
    settled(window);
}

fn click(window: &mut Window, name: &str, second: usize) {
    let at = cell(lane(window, name), second);
    button(window, at, true);
    button(window, at, false);
    window.run_steps(2);
}

/// What is said of a class in each second: `+`, `-`, or a point.
fn said(window: &Window, name: &str, modality: Modality) -> String {
    let row = state(window).library.selected_row().expect("a clip");
    let statements = &row.corrected.shown().statements;
    let at = |second: i64| {
        let middle = Time::from_micros(second * 1_000_000 + 500_000);
        match statements.said(LabelId::named(name), modality, middle) {
            Said::Yes => '+',
            Said::No => '-',
            Said::Unknown => '.',
        }
    };
    (0..10).map(at).collect()
}

fn both(window: &Window, name: &str) -> String {
    said(window, name, Modality::AudioVisual)
}

fn undo(window: &mut Window) {
    window.state_mut().ask(Command::Undo);
    settled(window);
}

#[test]
fn a_drag_over_cells_says_the_opposite_of_where_it_began() {
    let mut window = dog();
    drag(&mut window, "Bark", 3, 6);
    assert_eq!(
        both(&window, "Bark"),
        "...----...",
        "it began on a cell where there is a bark"
    );
    drag(&mut window, "Truck", 7, 1);
    assert_eq!(both(&window, "Truck"), ".+++++++..");
    window.get_by_label_contains("Truck, highest score 2 %, 1 event in the clip, you said yes 7 s");
    window.get_by_label_contains("you said no 4 s");
    undo(&mut window);
    assert_eq!(
        both(&window, "Truck"),
        "..........",
        "one gesture, one undo"
    );
    assert_eq!(both(&window, "Bark"), "...----...");
    undo(&mut window);
    assert_eq!(both(&window, "Bark"), "..........");
}

#[test]
fn keys_speak_of_the_lane_and_the_second() {
    let mut window = dog();
    click(&mut window, "Truck", 8);
    window.key_press(Key::A);
    settled(&mut window);
    assert_eq!(said(&window, "Truck", Modality::Audible), "........+.");
    assert_eq!(said(&window, "Truck", Modality::Visible), "..........");
    window.key_press(Key::V);
    settled(&mut window);
    assert_eq!(
        both(&window, "Truck"),
        "........+.",
        "what is heard and seen is both"
    );
    window.key_press_modifiers(Modifiers::SHIFT, Key::A);
    settled(&mut window);
    assert_eq!(said(&window, "Truck", Modality::Audible), "........-.");
    assert_eq!(said(&window, "Truck", Modality::Visible), "........+.");
    window.key_press(Key::Backspace);
    settled(&mut window);
    for modality in [Modality::Audible, Modality::Visible, Modality::AudioVisual] {
        assert_eq!(said(&window, "Truck", modality), "..........");
    }
    window.get_by_label_contains("of Truck from 00:00:08.000 to 00:00:09.000");
    window.get_by_label("Undo").click();
    settled(&mut window);
    assert_eq!(
        said(&window, "Truck", Modality::Visible),
        "........+.",
        "taken back as one"
    );
}

#[test]
fn the_users_word_is_drawn_over_the_models() {
    let mut window = dog();
    click(&mut window, "Bark", 3);
    // The event under the pointer was chosen: all of it is denied.
    window.key_press_modifiers(Modifiers::SHIFT, Key::B);
    settled(&mut window);
    assert_eq!(both(&window, "Bark"), "..---.....");
    let tracks = state(&window).shown().expect("a clip").tracks().to_vec();
    assert!(tracks.iter().all(|track| &*track.label != "Bark"));
    click(&mut window, "Bark", 9);
    window.key_press(Key::B);
    settled(&mut window);
    let tracks = state(&window).shown().expect("a clip").tracks().to_vec();
    let bark = tracks
        .iter()
        .find(|track| &*track.label == "Bark")
        .expect("said");
    assert!(matches!(bark.events[..], [event] if matches!(event.source, Source::User(_))));
}

/// The list counts what a lane shows, not who said it.
#[test]
fn a_second_said_beside_the_models_event_makes_it_longer() {
    let mut window = dog();
    window.get_by_label_contains("dog.mp4, 0:10 · 2 events");
    drag(&mut window, "Bark", 5, 5);
    assert_eq!(both(&window, "Bark"), ".....+....");
    window.get_by_label_contains("dog.mp4, 0:10 · 2 events");
    let lane = window.get_by_label_contains("Bark, highest");
    assert!(format!("{lane:?}").contains(", 1 event"), "{lane:?}");
    drag(&mut window, "Bark", 8, 8);
    window.get_by_label_contains("dog.mp4, 0:10 · 3 events");
}

#[test]
fn accepting_says_what_is_shown_and_leaves_what_was_said() {
    let mut window = dog();
    drag(&mut window, "Bark", 4, 4);
    window.state_mut().ask(ViewIntent::Seek(Time::ZERO));
    window.run_steps(20);
    window.key_press_modifiers(Modifiers::SHIFT, Key::Enter);
    settled(&mut window);
    assert_eq!(both(&window, "Bark"), "--++------", "of the chosen class");
    assert_eq!(both(&window, "Truck"), "..........");
    undo(&mut window);
    assert_eq!(both(&window, "Bark"), "....-.....");
    window.state_mut().ask(Command::ClearSelection);
    window.run_steps(2);
    window.key_press(Key::Enter);
    settled(&mut window);
    for class in ["Bark", "Truck", "Church bell"] {
        assert!(
            both(&window, class).starts_with('-'),
            "{class}: of every class"
        );
    }
    let shown = state(&window).current_segment();
    assert_eq!(shown, Some(1), "on to the next second");
    undo(&mut window);
    assert_eq!(
        both(&window, "Truck"),
        "..........",
        "one undo for all classes"
    );
}

#[test]
fn in_parsing_each_half_is_said_by_itself() {
    let (mut window, engine, clip) = opened_keeping(&Task::ALL, None);
    answer(&mut window, &engine, parsed(&clip));
    switch_to(&mut window, Mode::Parsing);
    assert_eq!(state(&window).mode(), Mode::Parsing);
    let rect = lane(&window, "Truck");
    let upper = cell(rect, 5) - egui::vec2(0.0, rect.height() / 4.0);
    button(&mut window, upper, true);
    window.event(egui::Event::PointerMoved(upper + egui::vec2(12.0, 0.0)));
    window.run_steps(1);
    button(&mut window, upper + egui::vec2(12.0, 0.0), false);
    settled(&mut window);
    assert_eq!(said(&window, "Truck", Modality::Audible), ".....+....");
    assert_eq!(said(&window, "Truck", Modality::Visible), "..........");
}

#[test]
fn a_new_class_has_a_lane_in_every_clip_and_is_one_undo() {
    let mut window = dog();
    window
        .state_mut()
        .ask(EditIntent::NewClass(" Kettle ".into()));
    settled(&mut window);
    let shown = state(&window).shown().expect("a clip");
    assert_eq!(shown.row.view.lane, Some(Label::from("Kettle")));
    click(&mut window, "Kettle", 6);
    window.key_press(Key::B);
    settled(&mut window);
    assert_eq!(both(&window, "Kettle"), "......+...");
    undo(&mut window);
    assert_eq!(both(&window, "Kettle"), "..........");
    window
        .state_mut()
        .ask(EditIntent::NewClass("Whistle".into()));
    settled(&mut window);
    undo(&mut window);
    assert!(window.query_by_label_contains("Whistle, highest").is_none());
    window.get_by_label_contains("Kettle, highest");
}

/// Parsing with more classes than the short list shows.
fn many_classes(clip: &Clip) -> Arc<Prediction> {
    let mut many = (*parsed(clip)).clone();
    many.labels = Labels::new((0..9).map(|number| format!("Class {number}")));
    if let Detail::Parsed { audible, visible } = &mut many.detail {
        for rows in [audible, visible, &mut many.scores] {
            rows.iter_mut().for_each(|row| row.resize(9, 0.01));
        }
    }
    Arc::new(many)
}

#[test]
fn a_class_that_something_was_said_of_stays_in_the_short_list() {
    let (mut window, engine, clip) = opened_keeping(&Task::ALL, None);
    answer(&mut window, &engine, many_classes(&clip));
    switch_to(&mut window, Mode::Parsing);
    assert!(window.query_by_label_contains("Class 8, highest").is_none());
    let of = LabelId::named("Class 8");
    let change = word(of, Modality::Audible, TimeSpan::of_second(1), Said::No);
    window
        .state_mut()
        .ask(EditIntent::Change(change, Gesture::Single));
    settled(&mut window);
    lane(&window, "Class 8");
    let pointer = cell(lane(&window, "Class 1"), 3);
    window.event(egui::Event::PointerMoved(pointer));
    window.run_steps(3);
    window.get_by_label_contains(" · Class 1 heard 0.90 · seen 0.10");
}

#[test]
fn a_name_that_differs_from_a_known_class_by_capitals_is_that_class() {
    let mut window = dog();
    window.state_mut().ask(EditIntent::NewClass("bark".into()));
    settled(&mut window);
    window.get_by_label("Bark is known already");
    let shown = state(&window).shown().expect("a clip");
    assert_eq!(shown.row.view.lane, Some(Label::from("Bark")));
    assert!(state(&window).library.classes.is_empty());
}

/// What is listed on the page of events, and what the clip's card counts.
fn listed(window: &Window, task: Task) -> (Vec<Label>, usize) {
    let shown = state(window).shown().expect("a clip");
    let labels = shown.lane_events().iter();
    let labels = labels.map(|event| event.what.label.clone()).collect();
    (labels, shown.row.standing_of(task).events.1)
}

#[test]
fn what_is_said_of_classes_is_by_its_name_in_every_mode_and_none_of_it_is_in_masks() {
    let (mut window, engine, clip) = opened_keeping(&Task::ALL, None);
    answer(&mut window, &engine, masked(&clip));
    // A class of a data set that this model does not know.
    let of = LabelId::named("Violin, fiddle");
    let change = word(of, Modality::AudioVisual, TimeSpan::of_second(1), Said::Yes);
    window
        .state_mut()
        .ask(EditIntent::Change(change, Gesture::Single));
    settled(&mut window);
    let (labels, _) = listed(&window, Task::Localize);
    lane(&window, "Violin, fiddle");
    assert!(
        labels.contains(&Label::from("Violin, fiddle")),
        "{labels:?}"
    );
    window.state_mut().ask(Command::ModeMasks);
    window.state_mut().ask(Command::ShowEvents);
    window.run_steps(3);
    let (labels, counted) = listed(&window, Task::Segment);
    assert_eq!(labels, [Label::from("Sounding object")]);
    assert_eq!(counted, 1);
    window.get_by_label("1 stretch in which the picture sounds");
}

#[test]
fn in_masks_mode_nothing_is_said_of_whatever_sounds() {
    let (mut window, engine, clip) = opened_keeping(&Task::ALL, None);
    answer(&mut window, &engine, masked(&clip));
    window.state_mut().ask(Command::ModeMasks);
    window
        .state_mut()
        .ask(ViewIntent::Lane(Label::from("Sounding object")));
    window.run_steps(2);
    for command in [Command::SayBoth, Command::AcceptRest, Command::TakeBack] {
        window.state_mut().ask(command);
        settled(&mut window);
    }
    assert!(state(&window).subject().is_none());
    assert_eq!(both(&window, "Sounding object"), "..........");
    window.state_mut().ask(Command::SayBoth);
    window.run_steps(3);
    window.get_by_label("Masks tell no classes apart");
}
