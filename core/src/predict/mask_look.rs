//! How a mask is drawn on a picture, pixel by pixel. CPU twin of `shaders/mask_overlay.wgsl`.

use serde::{Deserialize, Serialize};

use super::{ClassColor, ProbabilityMap};
use crate::media::RgbFrame;

/// What is drawn of a mask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MaskStyle {
    /// What is over the threshold, with its edge.
    #[default]
    Fill,
    /// The edge of what is over the threshold.
    Outline,
    /// The probabilities themselves, no threshold: from faint violet to strong yellow.
    Heat,
}

/// How strong a pattern's fainter pixels are.
const FAINT: f32 = 0.35;

/// The colour map "viridis" (evenly perceived, also without colour vision), at equal distances.
const VIRIDIS: [[u8; 3]; 9] = [
    [68, 1, 84],
    [71, 45, 123],
    [59, 82, 139],
    [44, 114, 142],
    [33, 145, 140],
    [40, 174, 128],
    [94, 201, 98],
    [173, 220, 48],
    [253, 231, 37],
];

/// How a mask is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaskLook {
    /// What of it.
    pub style: MaskStyle,
    /// From which probability on a place sounds; strictly above, as AVSBench's evaluation has it.
    pub threshold: f32,
    /// How strong, 0 to 1.
    pub opacity: f32,
    /// Of what sounds.
    pub color: ClassColor,
    /// Width of the edge, in pixels.
    pub edge: f32,
}

impl Default for MaskLook {
    fn default() -> Self {
        Self {
            style: MaskStyle::default(),
            threshold: 0.5,
            opacity: 0.5,
            color: ClassColor::at(0),
            edge: 2.0,
        }
    }
}

impl MaskLook {
    /// Red, green, blue (times alpha) and alpha of one pixel of a picture of `size` pixels, 0 to 1. `probability` is asked at
    /// places of the whole picture, 0 to 1 from its upper left corner.
    pub fn pixel(
        &self,
        probability: &dyn Fn(f32, f32) -> f32,
        (x, y): (usize, usize),
        size: (usize, usize),
    ) -> [f32; 4] {
        let (width, height) = (size.0.max(1) as f32, size.1.max(1) as f32);
        let (px, py) = (x as f32 + 0.5, y as f32 + 0.5);
        let p = probability(px / width, py / height);
        let premultiplied = |[r, g, b]: [f32; 3], a: f32| [r * a, g * a, b * a, a];
        if self.style == MaskStyle::Heat {
            return premultiplied(viridis(p), self.opacity * p);
        }
        if p <= self.threshold {
            return [0.0; 4];
        }
        let color = self.color.rgb.map(|c| f32::from(c) / 255.0);
        let outside = |dx: f32, dy: f32| {
            let at = (px + dx * self.edge, py + dy * self.edge);
            probability(at.0 / width, at.1 / height) <= self.threshold
        };
        let around = [-1.0, 0.0, 1.0].map(|dx| [-1.0, 0.0, 1.0].map(|dy| (dx, dy)));
        let mut around = around.as_flattened().iter();
        if around.any(|&(dx, dy)| outside(dx, dy)) {
            return premultiplied(color, self.opacity.sqrt());
        }
        let faint = self.color.pattern.is_faint(x as i64, y as i64);
        match self.style {
            MaskStyle::Fill if faint => premultiplied(color, self.opacity * FAINT),
            MaskStyle::Fill => premultiplied(color, self.opacity),
            MaskStyle::Outline | MaskStyle::Heat => [0.0; 4],
        }
    }

    /// Lay a mask over a picture.
    pub fn lay_over(&self, picture: &mut RgbFrame, mask: &ProbabilityMap) {
        let layer = self.layer(mask, picture.width, picture.height);
        blend(picture, &layer);
    }

    /// A mask stretched over a picture of so many pixels, row after row, ready to be laid over it.
    pub fn layer(&self, mask: &ProbabilityMap, width: usize, height: usize) -> Vec<[f32; 4]> {
        let probability = |u: f32, v: f32| mask.sample(u, v);
        let row = |y: usize| {
            let probability = &probability;
            (0..width).map(move |x| self.pixel(probability, (x, y), (width, height)))
        };
        (0..height).flat_map(row).collect()
    }
}

/// Lay colours multiplied by alpha over a picture of the same size.
pub fn blend(picture: &mut RgbFrame, layer: &[[f32; 4]]) {
    for (pixel, over) in picture.data.chunks_exact_mut(3).zip(layer) {
        for (channel, color) in pixel.iter_mut().zip(over) {
            let under = f32::from(*channel) / 255.0;
            *channel = ((color + under * (1.0 - over[3])) * 255.0 + 0.5) as u8;
        }
    }
}

/// The colour of a probability.
fn viridis(p: f32) -> [f32; 3] {
    let at = p.clamp(0.0, 1.0) * 8.0;
    let low = (at.floor() as usize).min(7);
    let part = at - low as f32;
    let color = |channel: usize| {
        let (a, b) = (VIRIDIS[low][channel], VIRIDIS[low + 1][channel]);
        (f32::from(a) + (f32::from(b) - f32::from(a)) * part) / 255.0
    };
    [color(0), color(1), color(2)]
}
