//! The clip second by second, each as its picture, its mask, or both: small pictures made as they come into view.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use egui::{Painter, Rect};
use mettle_core::media::RgbFrame;
use mettle_core::predict::{MaskLook, Prediction, PredictionKey, SecondMask};

use super::paint_whole;
use crate::state::{Strip, TimeAxis};

/// Small pictures made in one frame of the window, so that a full strip never makes it late.
const A_FRAME: usize = 4;
/// Small pictures kept.
const KEPT: usize = 400;
/// Cells are as wide as their pictures, but no narrower than this; where seconds are, some are left out.
const NARROWEST: f32 = 36.0;
/// Nor wider, where pictures are.
const WIDEST: f32 = 48.0;
/// Places along the longer side of a map of what was drawn.
const LONGEST: u32 = 128;

/// What a row of cells shows of each second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MaskCells {
    /// The picture.
    Raw,
    /// The mask, white on black.
    Mask,
    /// The mask over the picture.
    Overlay,
}

type Key = (PredictionKey, usize, MaskCells, [u32; 3], [u8; 4]);

/// A made picture, and what it was made of: another mask or another picture of that second makes it anew.
struct Cell {
    picture: Arc<RgbFrame>,
    mask: SecondMask,
    raw: Arc<RgbFrame>,
}

/// Made pictures, shared by the rows.
#[derive(Default)]
struct Made {
    pictures: HashMap<Key, Cell>,
    frame: u64,
    this_frame: usize,
}

/// What a second's mask is, and how it is drawn.
pub type CellMasks<'a> = (
    &'a dyn Fn(usize) -> Option<SecondMask>,
    &'a dyn Fn(usize) -> MaskLook,
);

/// Draw a row of cells, one a second, each at its second's place on the axis.
pub fn paint_cells(
    painter: &Painter,
    rect: Rect,
    axis: &TimeAxis,
    prediction: &Prediction,
    strip: &Strip,
    cells: MaskCells,
    (mask, look): CellMasks<'_>,
) {
    // Pictures are drawn whole: a mask cut off at the side would not be seen.
    let shape = strip.cover().map_or(1.0, |picture| {
        picture.width as f32 / picture.height.max(1) as f32
    });
    let wide = (rect.height() * shape).clamp(NARROWEST, WIDEST);
    let stride = (f64::from(wide) / axis.scale().max(1e-9)).ceil().max(1.0) as usize;
    let end = axis.start + axis.span;
    for (second, span) in prediction.segments.iter().enumerate().step_by(stride) {
        let last = (second + stride).min(prediction.segments.len()) - 1;
        let stop = prediction.segments[last].end;
        if stop.as_secs_f64() <= axis.start || span.start.as_secs_f64() >= end {
            continue;
        }
        let (left, right) = (
            axis.screen_from_time(span.start),
            axis.screen_from_time(stop),
        );
        let cell = Rect::from_x_y_ranges(left..=right - 1.0, rect.y_range());
        let raw = strip.at(second as u32);
        let picture = match cells {
            MaskCells::Raw => raw.cloned(),
            _ => mask(second).and_then(|mask| {
                let of = (prediction.key, second, cells);
                made(painter.ctx(), of, &mask, raw, look(second))
            }),
        };
        if let Some(picture) = picture {
            paint_whole(painter, cell, &picture);
        }
    }
}

fn made(
    ctx: &egui::Context,
    (prediction, second, cells): (PredictionKey, usize, MaskCells),
    mask: &SecondMask,
    raw: Option<&Arc<RgbFrame>>,
    look: MaskLook,
) -> Option<Arc<RgbFrame>> {
    let raw = raw?;
    let id = egui::Id::unique("mask cells");
    let store = ctx.data_mut(|data| data.get_temp_mut_or_default::<Arc<Mutex<Made>>>(id).clone());
    let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
    let numbers = match cells {
        MaskCells::Mask => [look.threshold.to_bits(), 0, 0],
        _ => [
            look.threshold.to_bits(),
            look.opacity.to_bits(),
            look.style as u32,
        ],
    };
    let [r, g, b] = look.color.rgb;
    let color = match cells {
        MaskCells::Mask => [0; 4],
        _ => [r, g, b, look.color.pattern.number() as u8],
    };
    let key = (prediction, second, cells, numbers, color);
    let same = |cell: &&Cell| cell.mask.is(mask) && Arc::ptr_eq(&cell.raw, raw);
    if let Some(cell) = store.pictures.get(&key).filter(same) {
        return Some(cell.picture.clone());
    }
    let frame = ctx.cumulative_frame_nr();
    if store.frame != frame {
        (store.frame, store.this_frame) = (frame, 0);
    }
    if store.this_frame >= A_FRAME {
        ctx.request_repaint();
        return None;
    }
    store.this_frame += 1;
    if store.pictures.len() > KEPT {
        store.pictures.clear();
    }
    let mut picture = (**raw).clone();
    let map = mask.map(LONGEST, None);
    if cells == MaskCells::Mask {
        let inside = map.stretched_above(picture.width, picture.height, look.threshold);
        let white = |inside: &bool| [if *inside { 255 } else { 0 }; 3];
        picture.data = inside.iter().flat_map(white).collect();
    } else {
        look.lay_over(&mut picture, &map);
    }
    let picture = Arc::new(picture);
    let cell = Cell {
        picture: picture.clone(),
        mask: mask.clone(),
        raw: raw.clone(),
    };
    store.pictures.insert(key, cell);
    Some(picture)
}
