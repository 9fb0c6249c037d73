//! A mask as an annotation of COCO: run lengths column by column, in the string form of pycocotools.
//!
//! Lost: the probabilities; a place is inside or not.

use serde::{Deserialize, Serialize};

use super::MaskOfSecond;

/// The mask of one second.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MaskPart {
    /// Which second, from 0.
    pub segment: usize,
    /// Its start, in seconds.
    pub start_s: f64,
    /// Its end, in seconds.
    pub end_s: f64,
    /// What sounds, as far as the model tells.
    pub label: String,
    /// The mask, as COCO's tools read it.
    pub segmentation: CocoPart,
    /// Pixels inside, as COCO counts an area.
    pub area: u64,
    /// Left, top, width and height of the smallest box around it, in pixels.
    pub bbox: [u32; 4],
    /// Above which probability a place is inside.
    #[serde(default)]
    pub threshold: f32,
    /// Mean probability inside; 0 where the mask is empty.
    pub score: f32,
}

/// Run lengths: column by column, the first run outside the mask.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CocoPart {
    /// Height and width.
    pub size: [u32; 2],
    /// The runs, in the string form of pycocotools.
    pub counts: String,
}

impl From<&MaskOfSecond> for MaskPart {
    fn from(of: &MaskOfSecond) -> Self {
        let bounds = of.mask.bounds();
        Self {
            segment: of.segment,
            start_s: of.span.start.as_secs_f64(),
            end_s: of.span.end.as_secs_f64(),
            label: of.label.to_string(),
            segmentation: CocoPart {
                size: [of.mask.height, of.mask.width],
                counts: of.mask.text(),
            },
            area: of.mask.area(),
            bbox: [bounds.x, bounds.y, bounds.width, bounds.height],
            threshold: of.threshold,
            score: of.score,
        }
    }
}
