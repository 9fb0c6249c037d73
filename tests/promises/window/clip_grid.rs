//! Clips are shown as pictures, as many as are in view; a click opens one.

use egui_kittest::kittest::Queryable;
use mettle_app::command::Command;
use mettle_app::state::Dialog;

use super::modes::state;
use super::scripted::{clip, fill, window};

#[test]
fn a_click_in_the_grid_opens_the_clip() {
    let (mut window, engine) = window(&["/clips/dog.mp4", "/clips/bell.mp4"]);
    let dog = clip("/clips/dog.mp4", 1);
    fill(&mut window, &engine, &dog, 10);
    let name = |window: &_| {
        state(window)
            .library
            .selected_row()
            .map(|row| row.name().to_owned())
    };
    window.state_mut().ask(Command::ClipGrid);
    window.run_steps(3);
    let bells = || window.query_all_by_label_contains("bell.mp4, ");
    assert_eq!(bells().count(), 2, "in the list and in the grid");
    let last = bells().last().map(|tile| tile.click());
    assert!(last.is_some());
    window.run_steps(3);
    assert_eq!(state(&window).dialog, Dialog::None);
    assert_eq!(name(&window).as_deref(), Some("bell.mp4"));
}
