//! The masks of a clip's seconds as they are shown, the user's over the model's, and what a hand would draw on. Pure: gives changes,
//! carries none out.

use std::sync::Arc;

use mettle_core::base::{LabelId, Task, TimeSpan};
use mettle_core::predict::SecondMask;
use mettle_core::project::{Area, Change, RunLengths};

use super::{AppState, BrushMove, Corners, Mode, Shown};

impl Shown<'_> {
    /// A second's mask: what the user drew, else the model's.
    pub fn mask(&self, segment: usize) -> Option<SecondMask> {
        let prediction = self.answer_to(Task::Segment)?;
        let span = prediction.segments.get(segment)?;
        match self.row.corrected.shown().drawn(*span) {
            Some(drawn) => Some(SecondMask::Drawn(drawn)),
            None => prediction.mask(segment).cloned().map(SecondMask::Model),
        }
    }

    /// The columns and rows of the clip's pictures as shown, in which masks are drawn.
    pub fn picture_size(&self) -> Option<(u32, u32)> {
        let video = self.row.clip.as_ref()?.video.as_ref()?;
        Some((video.width, video.height))
    }

    /// A second's mask as it is shown, in the picture's pixels.
    fn mask_runs(&self, segment: usize) -> Option<Arc<RunLengths>> {
        let (width, height) = self.picture_size()?;
        Some(match self.mask(segment)? {
            SecondMask::Drawn(drawn) => drawn,
            SecondMask::Model(map) => {
                let threshold = self.mask_threshold(segment);
                Arc::new(map.runs_above(width, height, threshold))
            }
        })
    }

    /// What is drawn of a class for a span, else what is shown then.
    fn drawn_on(&self, span: TimeSpan, label: LabelId) -> Option<Arc<RunLengths>> {
        let corrections = self.row.corrected.shown();
        let mut drawn = corrections.drawn_at(span);
        if let Some((_, _, mask)) = drawn.find(|(_, of, _)| *of == label) {
            return Some(mask.clone());
        }
        let segments = &self.answer_to(Task::Segment)?.segments;
        self.mask_runs(segments.iter().position(|second| *second == span)?)
    }
}

impl AppState {
    /// The second whose mask is on the picture, in masks mode once the model has answered: its place and its span.
    pub fn masked_second(&self) -> Option<(usize, TimeSpan)> {
        let shown = self.shown().filter(|_| self.mode() == Mode::Masks)?;
        shown.picture_size()?;
        let segment = self.current_segment()?;
        Some((segment, *shown.prediction()?.segments.get(segment)?))
    }

    /// The mask that a tool at a place works on: the second under the playhead and a class. Where several classes were drawn, the
    /// eraser works on the one it touches; all else on what the model calls its masks.
    pub fn mask_under(&self, at: [f32; 2], inside: bool) -> Option<(TimeSpan, LabelId)> {
        let (_, span) = self.masked_second()?;
        let shown = self.shown()?;
        let (width, height) = shown.picture_size()?;
        let sounding = LabelId::named(shown.prediction()?.labels.get(0)?);
        let corrections = shown.row.corrected.shown();
        let pixel = |share: f32, count: u32| (share * count as f32).max(0.0) as u32;
        let touched = |mask: &RunLengths| mask.holds(pixel(at[0], width), pixel(at[1], height));
        let drawn = || corrections.drawn_at(span);
        let erased = drawn().find(|(_, _, mask)| !inside && touched(mask));
        let own = || drawn().find(|(_, label, _)| *label == sounding);
        let any = erased.or_else(own).or_else(|| drawn().next());
        Some((span, any.map_or(sounding, |(_, label, _)| label)))
    }

    /// The mask with a piece of the brush's way added or taken out.
    pub fn brushed(&self, on: (TimeSpan, LabelId), way: BrushMove) -> Option<Change> {
        let size = self.shown()?.picture_size()?;
        let radius = self.settings.masks.brush * size.0.max(size.1) as f32;
        let [from, to] = [way.from, way.to].map(|at| in_pixels(at, size));
        self.painted(on, &Area::of_stroke(size, from, to, radius), way.inside)
    }

    /// The mask with the inside of a polygon added or taken out; none where that has no inside.
    pub fn filled(&self, corners: &Corners, inside: bool) -> Option<Change> {
        let size = self.shown()?.picture_size()?;
        let points: Vec<[f32; 2]> = corners
            .points
            .iter()
            .map(|at| in_pixels(*at, size))
            .collect();
        let on = self.mask_under(*corners.points.first()?, inside)?;
        let area = Area::of_polygon(size, &points);
        let is_empty = area.stretches().is_empty();
        (!is_empty)
            .then(|| self.painted(on, &area, inside))
            .flatten()
    }

    fn painted(
        &self,
        (span, label): (TimeSpan, LabelId),
        area: &Area,
        inside: bool,
    ) -> Option<Change> {
        let shown = self.shown()?;
        let before = shown.drawn_on(span, label)?;
        (Some((before.width, before.height)) == shown.picture_size()).then(|| Change::Mask {
            span,
            label,
            mask: Some(Arc::new(before.painted(area, inside))),
        })
    }

    /// The masks shown from the one under the playhead on, so many seconds, as the user's own; what was drawn stays.
    pub fn accepted_masks(&self, seconds: usize) -> Vec<Change> {
        let (Some((from, _)), Some(shown)) = (self.masked_second(), self.shown()) else {
            return Vec::new();
        };
        let Some(prediction) = shown.prediction() else {
            return Vec::new();
        };
        let to = shown.scored().min(from.saturating_add(seconds));
        let open = |segment: &usize| matches!(shown.mask(*segment), Some(SecondMask::Model(_)));
        let label = prediction.labels.get(0).map(|label| LabelId::named(label));
        let segments = (from..to).filter(open);
        let each = segments.filter_map(|segment| {
            Some(Change::Mask {
                span: *prediction.segments.get(segment)?,
                label: label?,
                mask: Some(shown.mask_runs(segment)?),
            })
        });
        each.collect()
    }

    /// The mask shown, as the user's own of the second before or after, in place of what was drawn there.
    pub fn copied_mask(&self, forward: bool) -> Option<(TimeSpan, Vec<Change>)> {
        let ((segment, _), shown) = (self.masked_second()?, self.shown()?);
        let prediction = shown.prediction()?;
        let place = match forward {
            true => segment + 1,
            false => segment.checked_sub(1)?,
        };
        let span = *prediction.segments.get(place)?;
        let mask = shown.mask_runs(segment)?;
        let label = LabelId::named(prediction.labels.get(0)?);
        let mut changes = self.masks_taken_back(span);
        changes.push(Change::Mask {
            span,
            label,
            mask: Some(mask),
        });
        Some((span, changes))
    }

    /// Nothing drawn for a second any more, of no class.
    pub fn masks_taken_back(&self, span: TimeSpan) -> Vec<Change> {
        let Some(shown) = self.shown() else {
            return Vec::new();
        };
        let drawn = shown.row.corrected.shown().drawn_at(span);
        drawn
            .map(|(_, label, _)| Change::Mask {
                span,
                label,
                mask: None,
            })
            .collect()
    }
}

fn in_pixels([x, y]: [f32; 2], (width, height): (u32, u32)) -> [f32; 2] {
    [x * width as f32, y * height as f32]
}
