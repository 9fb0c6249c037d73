//! Masks as they come, second by second: what files hold of each is made at once, so that a clip may be of any length.

use std::sync::Arc;

use super::document::share;
use super::mask_shelf::MaskShelf;
use super::{ExchangeError, MaskOfSecond};
use crate::base::{Label, TimeSpan};
use crate::media::Clip;
use crate::predict::ProbabilityMap;
use crate::project::MaskThresholds;

/// Takes masks in order and keeps run lengths of them. Where pictures are to be drawn later, the probabilities wait in a file.
pub struct MaskTaker {
    clip: Arc<Clip>,
    spans: Vec<TimeSpan>,
    label: Label,
    thresholds: MaskThresholds,
    size: Option<(u32, u32)>,
    taken: Vec<MaskOfSecond>,
    shelf: Option<MaskShelf>,
    failed: Option<ExchangeError>,
}

impl MaskTaker {
    /// For a clip; `label` is what sounds. Masks are as large as the clip, unless a `size` (width and height) is given; with a
    /// `shelf` their probabilities are put aside.
    pub fn new(
        clip: &Arc<Clip>,
        label: Label,
        thresholds: &MaskThresholds,
        size: Option<(u32, u32)>,
        shelf: Option<MaskShelf>,
    ) -> Self {
        Self {
            clip: Arc::clone(clip),
            spans: TimeSpan::seconds_of(clip.duration),
            label,
            thresholds: thresholds.clone(),
            size,
            taken: Vec::new(),
            shelf,
            failed: None,
        }
    }

    /// The next masks; `first` is the second of the first, which goes back to 0 where all are made anew.
    pub fn take(&mut self, first: usize, masks: &[ProbabilityMap]) {
        self.taken.truncate(first);
        for map in masks {
            let segment = self.taken.len();
            let Some(span) = self.spans.get(segment) else {
                return;
            };
            let mask = self.of_second(segment, *span, map);
            self.taken.push(mask);
            let kept = self
                .shelf
                .as_mut()
                .map_or(Ok(()), |shelf| shelf.put(segment, map));
            if let Err(error) = kept {
                self.failed.get_or_insert(error);
            }
        }
    }

    /// The masks, and where their probabilities wait.
    ///
    /// # Errors
    /// They could not be put aside.
    pub fn finish(self) -> Result<(Vec<MaskOfSecond>, Option<MaskShelf>), ExchangeError> {
        match self.failed {
            Some(failed) => Err(failed),
            None => Ok((self.taken, self.shelf)),
        }
    }

    fn of_second(&self, segment: usize, span: TimeSpan, map: &ProbabilityMap) -> MaskOfSecond {
        let (width, height) = self.size.unwrap_or_else(|| size_of(&self.clip, map));
        let threshold = self.thresholds.of(span);
        MaskOfSecond {
            segment,
            span,
            label: self.label.clone(),
            mask: map.runs_above(width, height, threshold),
            threshold,
            score: share(mean_above(map, threshold)),
        }
    }
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
