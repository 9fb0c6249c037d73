//! How well a head does, batch after batch: each task's published metrics over what is known. Keeps sums and grids, no features.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::error::TrainError;
use super::examples::{Batch, Shown};
use super::metrics::{
    FRAMES_A_BATCH, Five, Grid, LlpScores, MaskMeter, MaskScores, Parsed, avel_segments_weighed,
    llp_scores, segment_accuracy,
};
use super::objective::not_trained;
use crate::base::{Said, between};
use crate::data::{SaidGrid, SoundingMask, Targets};
use crate::gpu::ComputeError;
use crate::model::{LocalizeHead, ParseHead, SegmentHead, TaskHead};

/// The figures of one task.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figures {
    /// Of event localization.
    Localize {
        /// Share of the known segments that are right, 0 to 1.
        accuracy: f64,
        /// Share of them that are background: what always saying so would score.
        background: f64,
    },
    /// Of video parsing.
    Parse(LlpScores),
    /// Of segmentation.
    Segment(MaskScores),
}

impl Figures {
    /// The one to choose an epoch by, 0 to 1: segment accuracy, Type@AV by segments, mean IoU.
    pub fn score(&self) -> f64 {
        match self {
            Self::Localize { accuracy, .. } => *accuracy,
            Self::Parse(scores) => scores.segment.type_at_av,
            Self::Segment(scores) => scores.miou,
        }
    }

    /// Every figure by name, 0 to 1.
    pub fn named(&self) -> Vec<(String, f64)> {
        let five = |level: &str, five: &Five| {
            let all = [
                ("A", five.audio),
                ("V", five.visual),
                ("AV", five.audio_visual),
                ("Type@AV", five.type_at_av),
                ("Event@AV", five.event_at_av),
            ];
            all.map(|(name, x)| (format!("{name} by {level}"), x))
        };
        match self {
            Self::Localize {
                accuracy,
                background,
            } => vec![
                ("segment accuracy".to_owned(), *accuracy),
                ("always saying background".to_owned(), *background),
            ],
            Self::Parse(scores) => five("segments", &scores.segment)
                .into_iter()
                .chain(five("events", &scores.event))
                .chain([("Avg.".to_owned(), scores.average())])
                .collect(),
            Self::Segment(scores) => vec![
                ("mIoU".to_owned(), scores.miou),
                ("F, batch 4".to_owned(), scores.f_batched),
                ("F, whole set".to_owned(), scores.f_whole),
            ],
        }
    }

    /// What [`Self::score`] is.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Localize { .. } => "segment accuracy",
            Self::Parse(_) => "Type@AV",
            Self::Segment(_) => "mIoU",
        }
    }
}

/// A measurement under way.
#[derive(Clone, Debug, Default)]
pub struct Evaluation {
    /// The class found and the true one of every known segment; background is one past the last class.
    segments: (Vec<usize>, Vec<usize>),
    background: usize,
    parsed: (Vec<Parsed>, Vec<Parsed>),
    masks: Option<MaskMeter>,
}

impl Evaluation {
    /// Runs a head on a batch and counts. Masks are compared in the size they are known in.
    ///
    /// # Errors
    /// The features are not those of the head's backbones, or the device fails.
    pub fn add(&mut self, head: &TaskHead, batch: &Batch) -> Result<(), TrainError> {
        self.add_weighed(head, batch, &[])
    }

    /// As [`Self::add`], each segment's probabilities times how familiar it is, as a user is shown them. None given: 1.
    ///
    /// # Errors
    /// Those of [`Self::add`].
    pub fn add_weighed(
        &mut self,
        head: &TaskHead,
        batch: &Batch,
        familiarity: &[f32],
    ) -> Result<(), TrainError> {
        self.look(head, &batch.shown(), familiarity)
    }

    /// The same, wherever the layers are.
    pub(super) fn look(
        &mut self,
        head: &TaskHead,
        shown: &Shown<'_>,
        familiarity: &[f32],
    ) -> Result<(), TrainError> {
        match head {
            TaskHead::Localize(head) => self.localize(head, shown, familiarity),
            TaskHead::Parse(head) => self.parse(head, shown, familiarity),
            TaskHead::Segment(head) => self.segment(head, shown, familiarity),
            TaskHead::Tags(_) => Err(not_trained()),
        }
    }

    /// The figures so far; `None` where nothing that counts was known.
    pub fn figures(&self) -> Option<Figures> {
        let (found, truth) = &self.segments;
        if let Some(masks) = &self.masks {
            return Some(Figures::Segment(masks.scores()));
        }
        if !self.parsed.1.is_empty() {
            let (found, truth) = &self.parsed;
            return Some(Figures::Parse(llp_scores(found, truth)));
        }
        let background = truth.iter().filter(|class| **class == self.background);
        (!truth.is_empty()).then(|| Figures::Localize {
            accuracy: segment_accuracy(found, truth),
            background: background.count() as f64 / truth.len() as f64,
        })
    }

    fn localize(
        &mut self,
        head: &LocalizeHead,
        shown: &Shown<'_>,
        familiarity: &[f32],
    ) -> Result<(), TrainError> {
        let (visual, audio) = shown.distilled(|visual, audio| head.meta_features(visual, audio));
        let output = head.classify(visual, audio, shown.clips());
        let (seconds, classes) = (shown.seconds().max(1), shown.classes().max(1));
        let (is_event, event) = (numbers(output.is_event)?, numbers(output.event)?);
        self.background = classes;
        let clips = is_event.chunks(seconds).zip(event.chunks(classes));
        for (clip, (targets, (is_event, event))) in shown.targets.iter().zip(clips).enumerate() {
            let trust = part(familiarity, clip * seconds);
            let found = avel_segments_weighed(is_event, event, trust, classes);
            for (t, class) in found.into_iter().enumerate() {
                if let Some(truth) = targets.event(t) {
                    self.segments.0.push(class);
                    self.segments.1.push(truth.unwrap_or(classes));
                }
            }
        }
        Ok(())
    }

    fn parse(
        &mut self,
        head: &ParseHead,
        shown: &Shown<'_>,
        familiarity: &[f32],
    ) -> Result<(), TrainError> {
        let (visual, audio) = shown.distilled(|visual, audio| head.meta_features(visual, audio));
        let output = head.classify(visual, audio, None, shown.clips())?;
        let (seconds, classes) = (shown.seconds().max(1), shown.classes().max(1));
        let length = seconds * classes;
        let [clip, mut audible, mut visible] = [
            numbers(output.clip)?,
            numbers(output.audible)?,
            numbers(output.visible)?,
        ];
        for probabilities in [&mut audible, &mut visible] {
            weigh_parsed(probabilities, &clip, (seconds, classes), familiarity);
        }
        let rows = audible.chunks(length).zip(visible.chunks(length));
        let found = clip.chunks(classes).zip(rows);
        for (targets, (whole, (audible, visible))) in shown.targets.iter().zip(found) {
            let grids = [&targets.heard, &targets.seen];
            if grids.iter().all(|said| is_unknown(said)) {
                continue;
            }
            let of = |seconds, said| known_part(Grid::from_probabilities(whole, seconds), said);
            self.parsed.0.push(Parsed {
                audible: of(audible, &targets.heard),
                visible: of(visible, &targets.seen),
            });
            self.parsed.1.push(parsed(targets));
        }
        Ok(())
    }

    fn segment(
        &mut self,
        head: &SegmentHead,
        shown: &Shown<'_>,
        familiarity: &[f32],
    ) -> Result<(), TrainError> {
        let output = head.forward(shown.visual, shown.audio, shown.clips())?;
        let (rows, columns) = head.mask();
        let mut found = numbers(output.probabilities())?;
        let frames = found.chunks_exact_mut((rows * columns).max(1));
        for (frame, trust) in frames.zip(familiarity) {
            frame.iter_mut().for_each(|p| *p *= trust);
        }
        let masks = shown.targets.iter().flat_map(|targets| &targets.masks);
        for (frame, mask) in found.chunks_exact((rows * columns).max(1)).zip(masks) {
            let Some(SoundingMask { size, sounds }) = mask else {
                continue;
            };
            let meter = self
                .masks
                .get_or_insert_with(|| MaskMeter::new(FRAMES_A_BATCH));
            meter.add(&stretch(frame, (rows, columns), *size), sounds);
        }
        Ok(())
    }
}

/// From a segment on.
fn part(familiarity: &[f32], from: usize) -> &[f32] {
    familiarity.get(from..).unwrap_or_default()
}

/// Weighs the seconds' probabilities, `[clip][second][class]`. What counts of a class is the smaller of the second's and its
/// clip's probability (`clips`, `[clip][class]`), and that is weighed.
fn weigh_parsed(
    probabilities: &mut [f32],
    clips: &[f32],
    (seconds, classes): (usize, usize),
    familiarity: &[f32],
) {
    let rows = probabilities.chunks_mut(classes).zip(familiarity);
    for (at, (row, trust)) in rows.enumerate() {
        let clip = clips.get(at / seconds * classes..).unwrap_or_default();
        for (p, clip) in row.iter_mut().zip(clip) {
            *p = p.min(*clip) * trust;
        }
    }
}

fn is_unknown(said: &SaidGrid) -> bool {
    said.cells().iter().all(|said| *said == Said::Unknown)
}

/// Without what nobody said anything of.
fn known_part(mut grid: Grid, said: &SaidGrid) -> Grid {
    grid.keep(|class, second| said.get(second, class) != Said::Unknown);
    grid
}

fn parsed(targets: &Targets) -> Parsed {
    let grid = |said: &SaidGrid| {
        let mut grid = Grid::new(said.classes(), said.seconds());
        for (t, row) in said.rows().enumerate() {
            let there = row
                .iter()
                .enumerate()
                .filter(|(_, said)| **said == Said::Yes);
            there.for_each(|(class, _)| grid.set(class, t, t + 1));
        }
        grid
    };
    Parsed {
        audible: grid(&targets.heard),
        visible: grid(&targets.seen),
    }
}

/// The values of a tensor.
pub(super) fn numbers<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, TrainError> {
    let values = tensor.into_data().try_to_vec::<f32>();
    values.map_err(|error| TrainError::Device(ComputeError::of(error)))
}

/// Bilinear, edge to edge.
fn stretch(map: &[f32], (rows, columns): (usize, usize), (high, wide): (usize, usize)) -> Vec<f32> {
    let place =
        |i: usize, n: usize, side: usize| between((i as f32 + 0.5) * n as f32 / side as f32, n);
    let across: Vec<_> = (0..wide).map(|x| place(x, columns, wide)).collect();
    let mut out = Vec::with_capacity(high * wide);
    for y in 0..high {
        let (top, bottom, down) = place(y, rows, high);
        let (top, bottom) = (&map[top * columns..], &map[bottom * columns..]);
        out.extend(across.iter().map(|&(left, right, part)| {
            let mix = |row: &[f32]| row[left] * (1.0 - part) + row[right] * part;
            mix(top) * (1.0 - down) + mix(bottom) * down
        }));
    }
    out
}
