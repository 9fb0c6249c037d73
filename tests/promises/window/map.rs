//! The map of seconds: asked of the engine, drawn when it comes, and a click on a point opens its second.

use egui::{Modifiers, PointerButton};
use egui_kittest::kittest::Queryable;
use mettle_app::command::Command;
use mettle_app::state::Dialog;
use mettle_core::base::{Labels, Time};
use mettle_core::engine::{JobSpec, MapPoint, ReplyBody, SecondsMap};

use super::modes::state;
use super::scripted::{clip, fill, window};

#[test]
fn a_click_on_the_map_opens_the_second() {
    let (mut window, engine) = window(&["/clips/dog.mp4"]);
    let dog = clip("/clips/dog.mp4", 1);
    fill(&mut window, &engine, &dog, 10);
    window.state_mut().ask(Command::MapOfSeconds);
    window.run_steps(3);
    window.get_by_label_contains("Laying out");
    let job = engine.job_of(|spec| matches!(spec, JobSpec::Map { .. }));
    let point = |segment, class, at| MapPoint {
        clip: dog.id,
        segment,
        class,
        at,
    };
    let map = SecondsMap {
        labels: Labels::new(["Church bell", "Bark", "Truck"]),
        points: vec![point(3, Some(1), [0.5, 0.0]), point(8, None, [0.5, 1.0])],
        of: 5,
    };
    engine.say(job, ReplyBody::Map(map));
    engine.say(job, ReplyBody::Done);
    window.run_steps(3);
    window.get_by_label("2 of 5 seconds, evenly taken");
    window.get_by_label("Bark 1");
    let plane = window.get_by_label("Map of 2 seconds").rect();
    let at = egui::pos2(plane.center().x, plane.bottom() - 7.0);
    for pressed in [true, false] {
        window.event(egui::Event::PointerMoved(at));
        window.event(egui::Event::PointerButton {
            pos: at,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
        window.run_steps(2);
    }
    assert_eq!(state(&window).dialog, Dialog::None);
    assert_eq!(state(&window).player.time, Time::from_micros(8_000_000));
}
