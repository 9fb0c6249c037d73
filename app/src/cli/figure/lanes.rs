//! Figure 5: lanes of what is heard and seen, true and as heads say.

use std::collections::BTreeSet;

use mettle_core::base::Label;
use mettle_core::tools::{ClipLanes, Lane};
use plotters::prelude::{Color, DrawingBackend, IntoFont, RGBColor, Rectangle, Text};

use super::draw::{Area, Drawn, FONT, color};

const WIDTH: u32 = 1000;
const NAMES: i32 = 190;
const ROW: i32 = 22;
const TITLE: i32 = 34;
const GAP: i32 = 6;

pub fn size(clips: &[ClipLanes]) -> (u32, u32) {
    let height: i32 = clips.iter().map(height).sum();
    (WIDTH, height.max(TITLE) as u32)
}

/// One row a lane; one in which several classes happen has a row for each.
fn height(clip: &ClipLanes) -> i32 {
    let rows: i32 = clip.lanes.iter().map(|lane| rows(lane) * ROW + GAP).sum();
    TITLE + rows + GAP
}

fn rows(lane: &Lane) -> i32 {
    lane.events.len().max(1) as i32
}

pub fn paint<B: DrawingBackend>(area: &Area<B>, clips: &[ClipLanes]) -> Drawn<B> {
    let lanes = clips.iter().flat_map(|clip| &clip.lanes);
    let events = lanes.flat_map(|lane| lane.events.iter().map(|(label, _)| label.clone()));
    let classes: BTreeSet<Label> = events.collect();
    let classes: Vec<Label> = classes.into_iter().collect();
    let mut y = 0;
    for clip in clips {
        let title = format!("{}, {} seconds", clip.name, clip.seconds);
        write(area, &title, (12, y + 8), 18)?;
        y += TITLE;
        for lane in &clip.lanes {
            write(area, &lane.name, (12, y + 2), 15)?;
            paint_lane(area, lane, clip.seconds, &classes, y)?;
            y += rows(lane) * ROW + GAP;
        }
        y += GAP;
    }
    Ok(())
}

fn paint_lane<B: DrawingBackend>(
    area: &Area<B>,
    lane: &Lane,
    seconds: usize,
    classes: &[Label],
    top: i32,
) -> Drawn<B> {
    let step = (WIDTH as i32 - NAMES - 12) / seconds.max(1) as i32;
    let right = NAMES + step * seconds as i32;
    let ground = [(NAMES, top), (right, top + rows(lane) * ROW)];
    area.draw(&Rectangle::new(ground, RGBColor(238, 238, 240).filled()))?;
    for (row, (label, there)) in lane.events.iter().enumerate() {
        let class = classes.iter().position(|class| class == label);
        let fill = color(class.unwrap_or_default());
        let y = top + row as i32 * ROW;
        for second in there {
            let x = NAMES + *second as i32 * step;
            let cell = [(x + 1, y + 2), (x + step - 1, y + ROW - 2)];
            area.draw(&Rectangle::new(cell, fill.filled()))?;
        }
        if let Some(first) = there.first() {
            write(area, label, (NAMES + *first as i32 * step + 5, y + 4), 13)?;
        }
    }
    Ok(())
}

fn write<B: DrawingBackend>(area: &Area<B>, words: &str, at: (i32, i32), size: i32) -> Drawn<B> {
    let style = (FONT, size).into_font();
    area.draw(&Text::new(words.to_owned(), at, style))
}
