//! One clip whose segments come in order, scored in overlapping windows: what a head is asked, when, and how its answers are
//! joined.

use std::collections::VecDeque;
use std::ops::Range;

use burn::tensor::Tensor;

use super::asked::Asked;
use super::{Averaged, PredictionKey, PredictionPart, WINDOW, localize, parse, windows};
use crate::base::{Labels, Modality, Task, TimeSpan};
use crate::gpu::ComputeError;

/// Numbers of each segment, a row a segment, for the visual and audio features `[n, d]` of one window.
pub type Score<'a> = &'a dyn Fn(Tensor<2>, Tensor<2>) -> Result<Vec<Vec<f32>>, ComputeError>;

/// Scores segments as they come in, for localization and parsing. Holds no more than a window of features, however long the
/// clip is.
pub struct Windowed {
    task: Task,
    asked: Asked,
    /// Windows that are not scored yet, first one first.
    waiting: VecDeque<Range<usize>>,
    /// Meta-token features of the last segments, visual and audio, `[n, d]`.
    recent: Option<(Tensor<2>, Tensor<2>)>,
    /// How many segments have come in.
    seen: usize,
    scored: Averaged,
    /// Numbers of the newest segments until their whole window is there.
    provisional: Option<(usize, Vec<Vec<f32>>)>,
    /// From which segment on all are the same, and the numbers of a whole window of them, once asked.
    same: (usize, Option<Vec<Vec<f32>>>),
    /// What the clip has nothing of.
    lacks: Option<Modality>,
}

impl Windowed {
    /// For a clip with these segments.
    pub fn new(task: Task, key: PredictionKey, labels: Labels, segments: Vec<TimeSpan>) -> Self {
        Self {
            task,
            waiting: windows(segments.len()).into(),
            asked: Asked::new(key, labels, segments),
            recent: None,
            seen: 0,
            scored: Averaged::default(),
            provisional: None,
            same: (0, None),
            lacks: None,
        }
    }

    /// The same for a clip without sound, or without pictures: nothing of it is heard, or seen, whatever a head makes of silence or
    /// grey.
    #[must_use]
    pub fn lacking(self, lacks: Option<Modality>) -> Self {
        Self { lacks, ..self }
    }

    /// Take the next segments: meta-token features `[n, d]` of each modality and how familiar each segment is.
    ///
    /// # Errors
    /// Those of `score`.
    pub fn add(
        &mut self,
        features: (Tensor<2>, Tensor<2>),
        familiarity: &[f32],
        score: Score<'_>,
    ) -> Result<(), ComputeError> {
        self.asked.familiarity.extend(familiarity);
        let last = (self.seen + features.0.dims()[0]).saturating_sub(1);
        self.same = (last, None);
        self.take(features, score)
    }

    /// Take segments that are all the same as the last one: the head is asked once for a window of them.
    ///
    /// # Errors
    /// Those of `score`.
    pub fn repeat(&mut self, count: usize, score: Score<'_>) -> Result<(), ComputeError> {
        let Some((visual, audio)) = &self.recent else {
            return Ok(());
        };
        let last = |x: &Tensor<2>| {
            let end = x.dims()[0];
            x.clone().slice_dim(0, end - 1..end).repeat_dim(0, count)
        };
        let features = (last(visual), last(audio));
        self.asked.repeat_familiarity(count);
        self.take(features, score)
    }

    fn take(
        &mut self,
        (visual, audio): (Tensor<2>, Tensor<2>),
        score: Score<'_>,
    ) -> Result<(), ComputeError> {
        self.seen += visual.dims()[0];
        self.recent = Some(match self.recent.take() {
            None => (visual, audio),
            Some((v, a)) => (
                Tensor::cat(vec![v, visual], 0),
                Tensor::cat(vec![a, audio], 0),
            ),
        });
        while let Some(window) = self.waiting.front().filter(|w| w.end <= self.seen).cloned() {
            let rows = self.ask(window.clone(), score)?;
            self.scored.add(window.start, &rows);
            self.waiting.pop_front();
        }
        self.ask_provisionally(score)?;
        self.forget();
        Ok(())
    }

    /// What it answers.
    pub fn task(&self) -> Task {
        self.task
    }

    /// Whether every segment has its final numbers.
    pub fn is_complete(&self) -> bool {
        self.waiting.is_empty()
    }

    /// How many segments have come in.
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// How many segments from the first on have their final numbers: no window to come sees them.
    pub fn settled(&self) -> usize {
        let next = self.waiting.front().map(|window| window.start);
        next.map_or(self.seen, |start| start.min(self.seen))
    }

    /// What is known from a segment on. The newest may still change, until their windows are complete.
    pub fn part(&self, from: usize) -> PredictionPart {
        let mut rows = self.asked.weighed(from, self.rows_from(from));
        rows.iter_mut().for_each(|row| self.silence(row));
        let (scores, detail) = match self.task {
            Task::Parse => parse::heard_and_seen(&rows, self.asked.labels.len()),
            Task::Localize | Task::Segment => {
                localize::classes_and_event(rows, self.asked.labels.len())
            }
        };
        self.asked.part(from, scores, detail)
    }

    /// Takes what cannot be there out of a row.
    fn silence(&self, row: &mut [f32]) {
        let half = self.asked.labels.len().min(row.len());
        let nothing = match (self.lacks, self.task) {
            (None, _) => 0..0,
            (Some(Modality::Audible), Task::Parse) => 0..half,
            (Some(Modality::Visible), Task::Parse) => half..row.len(),
            // Both are wanted for an event.
            (Some(_), _) => 0..row.len(),
        };
        row[nothing].fill(0.0);
    }

    /// The numbers so far, a row a segment.
    fn rows_from(&self, from: usize) -> Vec<Vec<f32>> {
        let mut rows = self.scored.means_from(from);
        if let Some((start, newest)) = &self.provisional {
            let known = (from + rows.len()).saturating_sub(*start);
            rows.extend(newest.iter().skip(known).cloned());
        }
        rows
    }

    /// The window of the newest segments, while it is not one of the regular ones yet.
    fn ask_provisionally(&mut self, score: Score<'_>) -> Result<(), ComputeError> {
        self.provisional = None;
        if !self.is_complete() && self.seen > 0 {
            let start = self.seen.saturating_sub(WINDOW);
            let rows = self.ask(start..self.seen, score)?;
            self.provisional = Some((start, rows));
        }
        Ok(())
    }

    fn ask(
        &mut self,
        window: Range<usize>,
        score: Score<'_>,
    ) -> Result<Vec<Vec<f32>>, ComputeError> {
        let Some((visual, audio)) = &self.recent else {
            return Ok(Vec::new());
        };
        let of_same = window.start >= self.same.0 && window.len() == WINDOW;
        if let (true, Some(rows)) = (of_same, &self.same.1) {
            return Ok(rows.clone());
        }
        let oldest = self.seen - visual.dims()[0];
        let rows = window.start.saturating_sub(oldest)..window.end - oldest;
        let part = |x: &Tensor<2>| x.clone().slice_dim(0, rows.clone());
        let rows = score(part(visual), part(audio))?;
        if of_same {
            self.same.1 = Some(rows.clone());
        }
        Ok(rows)
    }

    /// Drop the features that no window to come needs; the newest window's stay, for provisional numbers.
    fn forget(&mut self) {
        let next = self
            .waiting
            .front()
            .map_or(self.seen, |window| window.start);
        let keep_from = next.min(self.seen.saturating_sub(WINDOW));
        if let Some((visual, audio)) = &mut self.recent {
            let count = visual.dims()[0];
            let drop = keep_from.saturating_sub(self.seen - count);
            if drop > 0 {
                *visual = visual.clone().slice_dim(0, drop..count);
                *audio = audio.clone().slice_dim(0, drop..count);
            }
        }
    }
}
