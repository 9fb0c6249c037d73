//! On a screen with twice as many pixels everything stands where it stands on another, in points, and is hit there.

use egui::{Rect, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::modes::{Window, state};
use super::scripted::{clip, fill, window_in};

fn opened(pixels_per_point: f32) -> Window {
    let builder = Harness::builder().with_pixels_per_point(pixels_per_point);
    let (mut window, engine) = window_in(builder, vec2(1280.0, 800.0), &["/clips/dog.mp4"], None);
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    window.run_steps(6);
    window
}

fn lane(window: &Window) -> Rect {
    window.get_by_label_contains("Bark, highest").rect()
}

fn places(window: &Window) -> Vec<Rect> {
    let alone = ["Search clips", "Picture of dog.mp4"];
    let alone = alone.map(|name| window.get_by_label(name).rect());
    alone.into_iter().chain([lane(window)]).collect()
}

#[test]
fn everything_stands_where_it_stood_and_is_hit_there() {
    let [usual, mut fine] = [1.0, 2.0].map(opened);
    assert_eq!(fine.ctx.pixels_per_point(), 2.0);
    for (one, two) in places(&usual).into_iter().zip(places(&fine)) {
        // Letters are a little wider or narrower where there are more pixels for them.
        let off = (one.min - two.min)
            .length()
            .max((one.max - two.max).length());
        assert!(off < 3.0, "{one:?}, {two:?}");
    }
    let cells = lane(&fine);
    let at = pos2(cells.left() + cells.width() * 0.35, cells.center().y);
    fine.event(egui::Event::PointerMoved(at));
    fine.run_steps(3);
    let hover = state(&fine).hover.as_ref().expect("over a lane");
    let off = (hover.time.as_secs_f64() - 3.5).abs();
    assert!(off < 0.05, "{:?}", hover.time);
}
