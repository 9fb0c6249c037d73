//! What of a clip's predictions is drawn: the labels of a second, and its mask.

use std::sync::Arc;

use super::canvas::{Canvas, Rect};
use super::{BACKGROUND, DARK, LIGHT};
use crate::base::{Modality, Time, TimeSpan};
use crate::predict::{
    ClassColor, ClassColors, Detail, MaskLook, Prediction, ProbabilityMap, Thresholds, winner,
};

/// A clip's predictions, one a task, and how they are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// One a task; the first of localization and parsing gives the labels, that of segmentation the masks.
    pub predictions: &'a [Arc<Prediction>],
    /// Where the masks are, if not in that prediction.
    pub masks: Option<&'a dyn MaskSource>,
    /// From which score on a class counts, and above which a place of a mask.
    pub thresholds: &'a Thresholds,
    /// The classes' colours.
    pub colors: &'a ClassColors,
}

/// Where masks are that no prediction holds.
pub trait MaskSource: std::fmt::Debug {
    /// The mask of a segment.
    fn mask(&self, segment: usize) -> Option<ProbabilityMap>;
}

/// How a label of a segment is drawn.
pub(super) struct Tag {
    pub text: String,
    pub fill: [u8; 3],
    pub ink: [u8; 3],
}

impl Tag {
    fn none() -> Self {
        Self {
            text: String::new(),
            fill: BACKGROUND,
            ink: LIGHT,
        }
    }

    fn of(text: String, fill: [u8; 3]) -> Self {
        // Luma by ITU-R BT.601, enough to choose between dark and light ink.
        let [r, g, b] = fill.map(u32::from);
        let luma = (299 * r + 587 * g + 114 * b) / 1000;
        let ink = if luma > 110 { DARK } else { LIGHT };
        Self { text, fill, ink }
    }
}

impl<'a> Shown<'a> {
    /// What the labels are taken from.
    pub(super) fn labelled(&self) -> Option<&'a Prediction> {
        let mut all = self.predictions.iter();
        let labelled = all.find(|p| !matches!(p.detail, Detail::Segmented { .. }));
        labelled.or(self.predictions.first()).map(|p| &**p)
    }

    fn masked(&self) -> Option<&'a Prediction> {
        let mut all = self.predictions.iter();
        all.find(|p| matches!(p.detail, Detail::Segmented { .. }))
            .map(|p| &**p)
    }

    /// The labels of a segment from top to bottom: one, or what is heard above what is seen.
    pub(super) fn tags(&self, segment: usize) -> Vec<Tag> {
        let Some(prediction) = self.labelled() else {
            return vec![Tag::none()];
        };
        let tag = |class: usize, text: String| {
            let color = self.colors.get(&prediction.labels[class]);
            Tag::of(text, color.rgb)
        };
        if !matches!(prediction.detail, Detail::Parsed { .. }) {
            let Some((class, score)) = winner(prediction, self.thresholds, segment) else {
                return vec![Tag::none()];
            };
            // A person may say several at once; the model's exclude each other.
            let scores = prediction.scores[segment].iter().enumerate();
            let beside = scores.filter(|(other, score)| *other != class && **score >= 1.0);
            let named = |class: usize, score| format!("{} {score:.2}", prediction.labels[class]);
            let mut names = vec![named(class, score)];
            names.extend(beside.map(|(other, score)| named(other, *score)));
            return vec![tag(class, names.join(", "))];
        }
        let half = |modality: Modality, said: &str| {
            let scores = prediction.scores_of(modality).get(segment);
            let over = |(class, score): (usize, &f32)| {
                let label = prediction.labels.get(class)?;
                (*score >= self.thresholds.of(label, modality)).then_some((class, *score))
            };
            let mut over: Vec<(usize, f32)> = scores
                .map(|s| s.iter().enumerate().filter_map(over).collect())
                .unwrap_or_default();
            over.sort_by(|a, b| b.1.total_cmp(&a.1));
            let names: Vec<String> = over
                .iter()
                .map(|(class, score)| format!("{} {score:.2}", prediction.labels[*class]))
                .collect();
            match over.first() {
                Some((class, _)) => tag(*class, format!("{said} {}", names.join(", "))),
                None => Tag::none(),
            }
        };
        vec![
            half(Modality::Audible, "heard"),
            half(Modality::Visible, "seen"),
        ]
    }

    /// Draw a segment's tags into a bar, one under the other.
    pub(super) fn bar(&self, canvas: &mut Canvas, segment: usize, bar: Rect, scale: usize) {
        let tags = self.tags(segment);
        let height = bar.height / tags.len().max(1);
        let scale = if tags.len() > 1 { 1 } else { scale };
        for (place, tag) in tags.iter().enumerate() {
            let row = Rect {
                y: bar.y + place * height,
                height,
                ..bar
            };
            canvas.fill(row, tag.fill);
            let text = Canvas::fitting(&tag.text, bar.width.saturating_sub(8), scale);
            let above = height.saturating_sub(8 * scale) / 2;
            canvas.write(&text, bar.x + 4, row.y + above, scale, tag.ink);
        }
    }

    /// The segment on screen at a time.
    pub(super) fn segment_at(&self, at: Time) -> Option<usize> {
        let segments: &[TimeSpan] = &self.predictions.first()?.segments;
        segments.iter().position(|span| span.contains(at))
    }

    /// The mask of a segment and how it is drawn: in the colour of the class that is heard and seen, where one is known.
    pub(super) fn mask(&self, segment: usize) -> Option<(ProbabilityMap, MaskLook)> {
        let masked = self.masked()?;
        let look = MaskLook {
            threshold: self.thresholds.of_mask(masked, segment),
            color: self.mask_color(masked, segment),
            ..MaskLook::default()
        };
        let mask = match self.masks {
            Some(masks) => masks.mask(segment),
            None => masked.mask(segment).cloned(),
        };
        Some((mask?, look))
    }

    fn mask_color(&self, masks: &Prediction, segment: usize) -> ClassColor {
        let named = self.labelled().unwrap_or(masks);
        let won = winner(named, self.thresholds, segment);
        let class = won.and_then(|(class, _)| named.labels.get(class));
        let class = class.or(masks.labels.get(0));
        class.map_or(ClassColor::at(0), |label| self.colors.get(label))
    }
}
