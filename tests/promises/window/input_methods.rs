//! Names typed through an input method: what is being composed shows, no command's key acts meanwhile, and what comes is one name.

use egui::{Event, ImeEvent, Key};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use mettle_app::command::Command;
use mettle_app::state::{AppState, Dialog};

use super::modes::{Window, state};
use super::scripted::{clip, fill, settled, window_in};

fn naming() -> Window {
    // It is not about how the letters look: there may be no font for them here.
    let builder = Harness::builder().allow_missing_glyphs();
    let size = egui::vec2(1280.0, 800.0);
    let (mut window, engine) = window_in(builder, size, &["/clips/dog.mp4"], None);
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    window.key_press(Key::ArrowDown);
    window.run_steps(2);
    window.state_mut().ask(Command::NewClass);
    window.run_steps(4);
    window
}

fn compose(window: &mut Window, text: &str) {
    let letters = text.chars().count();
    window.event(Event::Ime(ImeEvent::Preedit {
        text: text.to_owned(),
        active_range_chars: Some(0..letters),
    }));
    window.run_steps(2);
}

fn typed(state: &AppState) -> &str {
    match &state.dialog {
        Dialog::NewClass(typed) => typed,
        other => panic!("the name of a new class, not {other:?}"),
    }
}

fn lanes(window: &Window) -> usize {
    window.query_all_by_label_contains("測試, highest").count()
}

#[test]
fn a_name_is_composed_and_comes_as_one_and_goes_as_one() {
    let mut window = naming();
    let said = |window: &Window| {
        let row = state(window).library.selected_row().expect("a clip");
        (row.corrected.shown().clone(), state(window).player.playing)
    };
    let before = said(&window);
    // A few systems tell of the keys, too: what they write is part of what is composed.
    for (text, key) in [("ㄘ", Key::H), ("ㄘㄜ", Key::K), ("測", Key::Num4)] {
        window.key_press(key);
        compose(&mut window, text);
        assert_eq!(typed(state(&window)), text, "shown while it is composed");
    }
    for (text, key) in [("測ㄕ", Key::B), ("測試", Key::Space)] {
        window.key_press(key);
        compose(&mut window, text);
    }
    assert_eq!(said(&window), before, "no key meant a command");
    window.event(Event::Ime(ImeEvent::Commit("測試".to_owned())));
    window.run_steps(2);
    assert_eq!(typed(state(&window)), "測試");
    window.key_press(Key::Enter);
    settled(&mut window);
    assert_eq!(state(&window).dialog, Dialog::None);
    assert_eq!(lanes(&window), 1, "a lane of that name");
    window.state_mut().ask(Command::Undo);
    settled(&mut window);
    assert_eq!(lanes(&window), 0, "taken back as one");
}

/// What is composed and given up leaves nothing.
#[test]
fn a_composition_given_up_leaves_nothing() {
    let mut window = naming();
    compose(&mut window, "ㄘㄜ");
    compose(&mut window, "");
    assert_eq!(typed(state(&window)), "");
    compose(&mut window, "猫");
    window.event(Event::Ime(ImeEvent::Commit("猫".to_owned())));
    window.run_steps(2);
    assert_eq!(typed(state(&window)), "猫");
}
