//! The list filtered by what was decided and found: not looked at, flagged, with a class; and how the model stands against the user.

use egui::Key;
use egui_kittest::kittest::Queryable;
use mettle_app::command::Command;
use mettle_app::intent::{ClipIntent, EditIntent};
use mettle_app::state::{Gesture, Only, Order, word};
use mettle_core::base::{Label, LabelId, Modality, Said, TimeSpan};
use mettle_core::project::Change;

use super::modes::{Window, state};
use super::scripted::{clip, fill, settled, window};

fn listed(window: &Window) -> Vec<String> {
    let library = &state(window).library;
    let listed = library.listed().iter();
    listed
        .filter_map(|id| Some(library.row(*id)?.name()))
        .collect()
}

fn change(window: &mut Window, change: Change) {
    let intent = EditIntent::Change(change, Gesture::Single);
    window.state_mut().ask(intent);
    settled(window);
}

#[test]
fn the_list_is_filtered_by_what_was_decided_and_found() {
    let (mut window, engine) = window(&["/clips/dog.mp4", "/clips/cat.mp4"]);
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    let only = |window: &mut Window, only| {
        window
            .state_mut()
            .ask(ClipIntent::List(only, Order::Opened));
        window.run_steps(3);
    };
    only(&mut window, Only::Flagged);
    assert_eq!(listed(&window), [""; 0]);
    only(&mut window, Only::All);
    window.key_press(Key::Q);
    settled(&mut window);
    only(&mut window, Only::Flagged);
    assert_eq!(listed(&window), ["dog.mp4"]);
    only(&mut window, Only::Unreviewed);
    assert_eq!(listed(&window), ["dog.mp4"]);
    for second in 1..10 {
        let span = TimeSpan::of_second(second);
        let reviewed = true;
        change(&mut window, Change::Review { span, reviewed });
    }
    assert_eq!(listed(&window), [""; 0], "nothing is left to look at");
    only(&mut window, Only::All);
    window.get_by_label_contains("dog.mp4, 0:10 · 2 events · 90 % looked at, 1 flagged");
    for (class, count) in [("Bark", 1), ("Truck", 0)] {
        let class = Some(Label::from(class));
        window.state_mut().ask(ClipIntent::OfClass(class));
        window.run_steps(3);
        assert_eq!(listed(&window).len(), count);
    }
}

#[test]
fn the_model_is_counted_against_what_was_said() {
    let (mut window, engine) = window(&["/clips/dog.mp4"]);
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    let both = Modality::AudioVisual;
    for (second, said) in [(2, Said::Yes), (3, Said::No), (8, Said::Yes)] {
        let bark = LabelId::named("Bark");
        let span = TimeSpan::of_second(second);
        change(&mut window, word(bark, both, span, said));
    }
    window.state_mut().ask(Command::ShowReport);
    window.run_steps(4);
    window.get_by_label("Bark: F 50.0 %, 1 right, 1 too much, 1 missed");
    window.get_by_label("You say Bark, the model background: 1 s");
    window.get_by_label("You say Bark, the model Bark: 1 s");
}
