//! Masks in files: run lengths as COCO has them, and pictures named as in AVSBench.

use std::path::Path;

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use mettle_core::media::Clip;
use mettle_core::predict::{Prediction, ProbabilityMap, Thresholds};
use mettle_core::project::RunLengths;
use serde::{Deserialize, Serialize};

use super::analysis::share;
use super::{Failure, output};

/// The mask of one second.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MaskPart {
    /// Which second, from 0.
    pub segment: usize,
    /// From.
    pub start_s: f64,
    /// To.
    pub end_s: f64,
    /// What sounds, as far as the model tells.
    pub label: String,
    /// The mask, as COCO's tools read it.
    pub segmentation: CocoPart,
    /// Pixels inside.
    pub area: u64,
    /// Left, top, width and height of the smallest box around it, in pixels.
    pub bbox: [u32; 4],
    /// Above which probability a place is inside.
    #[serde(default)]
    pub threshold: f32,
    /// Mean probability inside; 0 where the mask is empty.
    pub score: f32,
}

/// Run lengths: column by column, the first run outside the mask, in the string form of pycocotools.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CocoPart {
    /// Height and width.
    pub size: [u32; 2],
    /// The runs.
    pub counts: String,
}

/// The masks of a prediction; none if it is not one of masks.
pub fn mask_parts<'a>(
    clip: &'a Clip,
    prediction: &'a Prediction,
    thresholds: &'a Thresholds,
    size: Option<(u32, u32)>,
) -> impl Iterator<Item = MaskPart> + 'a {
    let segments = prediction.segments.iter().enumerate();
    segments.filter_map(move |(segment, span)| {
        let map = prediction.mask(segment)?;
        let (width, height) = size.unwrap_or_else(|| size_of(clip, map));
        let threshold = thresholds.masks.of(segment);
        let mask = map.stretched_above(width as usize, height as usize, threshold);
        let runs = RunLengths::of(&mask, width, height);
        let bounds = runs.bounds();
        Some(MaskPart {
            segment,
            start_s: span.start.as_secs_f64(),
            end_s: span.end.as_secs_f64(),
            label: prediction
                .labels
                .get(0)
                .map(ToString::to_string)
                .unwrap_or_default(),
            segmentation: CocoPart {
                size: [height, width],
                counts: runs.text(),
            },
            area: runs.area(),
            bbox: [bounds.x, bounds.y, bounds.width, bounds.height],
            threshold,
            score: share(mean_above(map, threshold)),
        })
    })
}

/// The clip's size as shown; the map's own where there are no pictures.
fn size_of(clip: &Clip, map: &ProbabilityMap) -> (u32, u32) {
    let shown = clip.video.as_ref().map(|video| (video.width, video.height));
    shown.unwrap_or((map.width() as u32, map.height() as u32))
}

fn mean_above(map: &ProbabilityMap, threshold: f32) -> f32 {
    let (sum, count) = map
        .values()
        .filter(|p| *p > threshold)
        .fold((0.0, 0_u32), |(sum, count), p| (sum + p, count + 1));
    sum / count.max(1) as f32
}

/// Write `<stem>/<stem>_1.png` and so on, 0 outside and 255 inside.
pub fn write(folder: &Path, stem: &str, masks: &[MaskPart]) -> Result<(), Failure> {
    let folder = folder.join(stem);
    output::make_folder(&folder)?;
    for mask in masks {
        let [height, width] = mask.segmentation.size;
        let pixels = RunLengths::from_text(&mask.segmentation.counts, width, height)?.mask();
        let pixels: Vec<u8> = pixels.iter().map(|p| u8::from(*p) * 255).collect();
        let mut png = Vec::new();
        PngEncoder::new(&mut png).write_image(&pixels, width, height, ExtendedColorType::L8)?;
        let name = format!("{stem}_{}.png", mask.segment + 1);
        output::write_file(&folder.join(name), &png)?;
    }
    Ok(())
}
