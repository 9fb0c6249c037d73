//! Audio-visual event localization over a clip of any length: segments come in order, scores grow.

use std::ops::Range;

use burn::tensor::Tensor;
use burn::tensor::activation::{sigmoid, softmax};

use super::{Averaged, Prediction, PredictionKey, WINDOW, windows};
use crate::base::{Labels, TimeSpan};
use crate::model::LocalizeHead;

/// Scores a clip as its segments come in. Holds no more than a window of features, however long the clip is.
pub struct Localizer {
    key: PredictionKey,
    labels: Labels,
    segments: Vec<TimeSpan>,
    /// Windows that are not scored yet, first one first.
    waiting: std::collections::VecDeque<Range<usize>>,
    /// Meta-token features of the last segments, visual and audio, `[n, d]`.
    recent: Option<(Tensor<2>, Tensor<2>)>,
    /// How many segments have come in.
    seen: usize,
    scored: Averaged,
    familiarity: Vec<f32>,
    /// Scores of the newest segments until their whole window is there.
    provisional: Option<(usize, Vec<Vec<f32>>)>,
}

impl Localizer {
    /// For a clip with these segments.
    pub fn new(key: PredictionKey, labels: Labels, segments: Vec<TimeSpan>) -> Self {
        Self {
            key,
            labels,
            waiting: windows(segments.len()).into(),
            segments,
            recent: None,
            seen: 0,
            scored: Averaged::default(),
            familiarity: Vec::new(),
            provisional: None,
        }
    }

    /// Take the next segments: meta-token features `[n, d]` of each modality and how familiar each segment is.
    ///
    /// # Errors
    /// When the device fails.
    pub fn add(
        &mut self,
        head: &LocalizeHead,
        visual: Tensor<2>,
        audio: Tensor<2>,
        familiarity: &[f32],
    ) -> Result<(), String> {
        self.seen += visual.dims()[0];
        self.familiarity.extend(familiarity);
        self.recent = Some(match self.recent.take() {
            None => (visual, audio),
            Some((v, a)) => (
                Tensor::cat(vec![v, visual], 0),
                Tensor::cat(vec![a, audio], 0),
            ),
        });
        while let Some(window) = self.waiting.front().filter(|w| w.end <= self.seen).cloned() {
            let rows = self.score(head, window.clone())?;
            self.scored.add(window.start, &rows);
            self.waiting.pop_front();
        }
        self.score_provisionally(head)?;
        self.forget();
        Ok(())
    }

    /// Whether every segment has its final scores.
    pub fn is_complete(&self) -> bool {
        self.waiting.is_empty()
    }

    /// How many segments have come in.
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// The scores so far. Those of the newest segments may still change, until their windows are complete.
    pub fn prediction(&self) -> Prediction {
        let mut scores = self.scored.means();
        if let Some((start, rows)) = &self.provisional {
            let known = scores.len().saturating_sub(*start);
            scores.extend(rows.iter().skip(known).cloned());
        }
        for (row, familiarity) in scores.iter_mut().zip(&self.familiarity) {
            row.iter_mut().for_each(|score| *score *= familiarity);
        }
        let mut familiarity = self.familiarity.clone();
        familiarity.truncate(scores.len());
        Prediction {
            key: self.key,
            labels: self.labels.clone(),
            segments: self.segments.clone(),
            scores,
            familiarity,
        }
    }

    /// The window of the newest segments, while it is not one of the regular ones yet.
    fn score_provisionally(&mut self, head: &LocalizeHead) -> Result<(), String> {
        self.provisional = None;
        if !self.is_complete() && self.seen > 0 {
            let start = self.seen.saturating_sub(WINDOW);
            let rows = self.score(head, start..self.seen)?;
            self.provisional = Some((start, rows));
        }
        Ok(())
    }

    /// `sigmoid(is_event) · softmax(event)`, a row a segment.
    fn score(&self, head: &LocalizeHead, window: Range<usize>) -> Result<Vec<Vec<f32>>, String> {
        let Some((visual, audio)) = &self.recent else {
            return Ok(Vec::new());
        };
        let oldest = self.seen - visual.dims()[0];
        let rows = window.start.saturating_sub(oldest)..window.end - oldest;
        let part = |x: &Tensor<2>| x.clone().slice_dim(0, rows.clone());
        let said = head.classify(part(visual), part(audio), 1);
        let is_event = sigmoid(said.is_event).swap_dims(0, 1);
        let scores = (is_event * softmax(said.event, 1)).into_data();
        let scores = scores.try_to_vec::<f32>().map_err(|e| format!("{e:?}"))?;
        let classes = self.labels.len().max(1);
        Ok(scores.chunks(classes).map(<[f32]>::to_vec).collect())
    }

    /// Drop the features that no window to come needs; the newest window's stay, for provisional scores.
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
