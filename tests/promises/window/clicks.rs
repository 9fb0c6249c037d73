//! A click whose press and release come in one frame is two frames to the window: what it opens lies above what it was made on.

use egui::{Event, Key, Modifiers, PointerButton, pos2};
use mettle_app::clicks::Clicks;

fn button(pressed: bool) -> Event {
    Event::PointerButton {
        pos: pos2(10.0, 10.0),
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    }
}

fn key() -> Event {
    Event::Key {
        key: Key::A,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    }
}

#[test]
fn each_release_comes_in_a_frame_after_its_press_and_nothing_changes_places() {
    let mut clicks = Clicks::default();
    let given = vec![
        button(true),
        key(),
        button(false),
        button(true),
        button(false),
    ];
    let mut frames = Vec::new();
    let mut events = given.clone();
    while clicks.one_at_a_time(&mut events) {
        frames.push(std::mem::take(&mut events));
    }
    frames.push(events);
    let counts: Vec<usize> = frames.iter().map(Vec::len).collect();
    assert_eq!(
        counts,
        [2, 2, 1],
        "press and key; release and press; release"
    );
    assert_eq!(frames.concat(), given);
    // A release of what was pressed in an earlier frame does not wait.
    let mut late = vec![button(false), key()];
    assert!(!clicks.one_at_a_time(&mut late));
    assert_eq!(late.len(), 2);
}
