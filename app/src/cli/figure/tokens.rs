//! Figure 4: maps of seconds, a class a colour and a shape.

use std::collections::BTreeSet;

use mettle_core::base::Label;
use mettle_core::predict::PALETTE;
use mettle_core::tools::{Panel, Point};
use plotters::prelude::{
    ChartBuilder, Circle, Color, Cross, DrawingBackend, IntoFont, Text, TriangleMarker,
};

use super::draw::{Area, Drawn, FONT, color};

/// Of one map, and of the names below.
const SIDE: u32 = 520;
const NAMES: u32 = 26;
const COLUMNS: usize = 4;

pub fn size(panels: &[Panel]) -> (u32, u32) {
    let rows = panels.len().div_ceil(2).max(1) as u32;
    let names = classes(panels).len().div_ceil(COLUMNS) as u32;
    (2 * SIDE, rows * SIDE + names * NAMES + 12)
}

fn classes(panels: &[Panel]) -> Vec<Label> {
    let points = panels.iter().flat_map(|panel| &panel.points);
    let all: BTreeSet<Label> = points.map(|point| point.class.clone()).collect();
    all.into_iter().collect()
}

pub fn paint<B: DrawingBackend>(area: &Area<B>, panels: &[Panel]) -> Drawn<B> {
    let rows = panels.len().div_ceil(2).max(1);
    let (maps, names) = area.split_vertically((rows as u32 * SIDE) as i32);
    let classes = classes(panels);
    for (part, panel) in maps.split_evenly((rows, 2)).iter().zip(panels) {
        map(part, panel, &classes)?;
    }
    for (at, class) in classes.iter().enumerate() {
        let x = (at % COLUMNS) as i32 * (2 * SIDE as i32 / COLUMNS as i32) + 24;
        let y = (at / COLUMNS) as i32 * NAMES as i32 + 12;
        marked(&names, (x, y), at)?;
        let words = Text::new(class.to_string(), (x + 12, y - 8), (FONT, 15).into_font());
        names.draw(&words)?;
    }
    Ok(())
}

fn map<B: DrawingBackend>(area: &Area<B>, panel: &Panel, classes: &[Label]) -> Drawn<B> {
    let caption = format!(
        "{} ({:.0} % nearest their own class)",
        panel.name,
        panel.purity * 100.0
    );
    let reach = |axis: usize| {
        let places = panel.points.iter().map(|point| point.at[axis]);
        let (low, high) = places.fold((0.0_f32, 0.0_f32), |(l, h), x| (l.min(x), h.max(x)));
        let margin = 0.05 * (high - low).max(0.1);
        low - margin..high + margin
    };
    let mut chart = ChartBuilder::on(area)
        .caption(caption, (FONT, 18))
        .margin(10)
        .build_cartesian_2d(reach(0), reach(1))?;
    let mesh = &mut chart.configure_mesh();
    mesh.disable_mesh().disable_axes().draw()?;
    for point in &panel.points {
        let at = chart.backend_coord(&(point.at[0], point.at[1]));
        marked(area, relative(area, at), class_of(point, classes))?;
    }
    Ok(())
}

fn class_of(point: &Point, classes: &[Label]) -> usize {
    let place = classes.iter().position(|class| *class == point.class);
    place.unwrap_or_default()
}

/// Of the whole picture, as of an area of it.
fn relative<B: DrawingBackend>(area: &Area<B>, (x, y): (i32, i32)) -> (i32, i32) {
    let (left, top) = area.get_base_pixel();
    (x - left, y - top)
}

/// A mark in the colour of a class; classes of the same colour have other shapes.
fn marked<B: DrawingBackend>(area: &Area<B>, at: (i32, i32), class: usize) -> Drawn<B> {
    let style = color(class).mix(0.8);
    match class / PALETTE.len() % 4 {
        0 => area.draw(&Circle::new(at, 4, style.filled())),
        1 => area.draw(&TriangleMarker::new(at, 6, style.filled())),
        2 => area.draw(&Cross::new(at, 4, style.stroke_width(2))),
        _ => area.draw(&Circle::new(at, 4, style.stroke_width(1))),
    }
}
