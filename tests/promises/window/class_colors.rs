//! On screen, pixel by pixel: a class has one colour, in the lanes of events and of parsing and in the masks over the picture.

use egui::{Pos2, Rect, pos2};
use egui_kittest::kittest::Queryable;
use mettle_app::command::Command;
use mettle_app::intent::ViewIntent;
use mettle_app::paint::Placement;
use mettle_app::theme::size;
use mettle_core::base::{Task, Time};

use super::modes::{Window, answer, masked, opened_in, parsed, slide, state};
use super::snapshots::{drawn, software};

fn pixel(window: &mut Window, at: Pos2) -> [u8; 3] {
    let picture = window.render().expect("it can be drawn");
    let [r, g, b, _] = picture.get_pixel(at.x as u32, at.y as u32).0;
    [r, g, b]
}

/// Before the name of the bark's lane.
fn swatch(window: &Window) -> Pos2 {
    let cells: Rect = window.get_by_label_contains("Bark, highest").rect();
    pos2(cells.left() - size::NAMES + 5.0, cells.center().y)
}

fn near(one: [u8; 3], two: [u8; 3]) -> bool {
    one.iter().zip(two).all(|(a, b)| a.abs_diff(b) <= 2)
}

#[test]
fn lanes_and_masks_share_the_colours_of_classes() {
    if !software() {
        eprintln!("no software adapter here (Mesa's lavapipe or WARP), so nothing was drawn");
        return;
    }
    let (mut window, engine, dog) = opened_in(drawn(), &Task::ALL, None);
    answer(&mut window, &engine, parsed(&dog));
    answer(&mut window, &engine, masked(&dog));
    let bark = state(&window).colors.get("Bark").rgb;
    for mode in [Command::ModeEvents, Command::ModeParsing] {
        window.state_mut().ask(mode);
        window.run_steps(4);
        let at = swatch(&window);
        let found = pixel(&mut window, at);
        assert!(near(found, bark), "{mode:?}: {found:?}, not {bark:?}");
    }
    window.state_mut().ask(Command::ModeMasks);
    let second = Time::from_micros(4_500_000);
    window.state_mut().ask(ViewIntent::Seek(second));
    window.run_steps(4);
    slide(&mut window, "Mask opacity", 1.0);
    let room = window.get_by_label("Picture of dog.mp4").rect();
    let place = Placement::letterboxed(room, 64.0, 36.0).0;
    // The left quarter sounds, at 0.9, while the dog is heard and seen.
    let inside = place.lerp_inside(egui::vec2(0.1, 0.5));
    let outside = place.lerp_inside(egui::vec2(0.8, 0.5));
    let (found, bare) = (pixel(&mut window, inside), pixel(&mut window, outside));
    assert!(near(found, bark), "mask: {found:?}, not {bark:?}");
    assert!(!near(bare, bark), "beside the mask: {bare:?}");
}
