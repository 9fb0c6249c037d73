//! Video parsing over a clip of any length: segments come in order; what is heard and what is seen grow side by side.

use burn::tensor::Tensor;

use super::asked::Asked;
use super::windowed::Windowed;
use super::{Detail, Prediction, PredictionKey};
use crate::base::{Labels, TimeSpan};
use crate::model::ParseHead;

/// Scores a clip as its segments come in. Holds no more than a window of features, however long the clip is. A class counts
/// in a second by the smaller of the second's and its window's probability ([`crate::model::ParseOutput::gated`]), so that
/// one threshold decides as LLP's evaluation does.
pub struct Parser {
    asked: Asked,
    windowed: Windowed,
}

impl Parser {
    /// For a clip with these segments.
    pub fn new(key: PredictionKey, labels: Labels, segments: Vec<TimeSpan>) -> Self {
        Self {
            windowed: Windowed::new(segments.len()),
            asked: Asked::new(key, labels, segments),
        }
    }

    /// Take the next segments: meta-token features `[n, d]` of each modality and how familiar each segment is.
    ///
    /// # Errors
    /// When the device fails, or the head wants motion features, which user's clips have none of.
    pub fn add(
        &mut self,
        head: &ParseHead,
        visual: Tensor<2>,
        audio: Tensor<2>,
        familiarity: &[f32],
    ) -> Result<(), String> {
        self.asked.familiarity.extend(familiarity);
        let classes = self.asked.labels.len().max(1);
        self.windowed
            .add(visual, audio, &|v, a| score(head, v, a, classes))
    }

    /// Whether every segment has its final scores.
    pub fn is_complete(&self) -> bool {
        self.windowed.is_complete()
    }

    /// How many segments have come in.
    pub fn seen(&self) -> usize {
        self.windowed.seen()
    }

    /// What is known so far. The newest segments may still change, until their windows are complete.
    pub fn prediction(&self) -> Prediction {
        let rows = self.asked.weighed(self.windowed.rows());
        let classes = self.asked.labels.len();
        let half = |from: usize| -> Vec<Vec<f32>> {
            let part = |row: &Vec<f32>| row.iter().skip(from).take(classes).copied().collect();
            rows.iter().map(part).collect()
        };
        let (audible, visible) = (half(0), half(classes));
        let both = |(heard, seen): (&Vec<f32>, &Vec<f32>)| {
            heard.iter().zip(seen).map(|(a, v)| a.min(*v)).collect()
        };
        let scores = audible.iter().zip(&visible).map(both).collect();
        self.asked
            .prediction(scores, Detail::Parsed { audible, visible })
    }
}

/// What is heard, then what is seen, a row a segment, 0 to 1.
fn score(
    head: &ParseHead,
    visual: Tensor<2>,
    audio: Tensor<2>,
    classes: usize,
) -> Result<Vec<Vec<f32>>, String> {
    let said = head.classify(visual, audio, None, 1);
    let both = said.map_err(|e| e.to_string())?.gated();
    let rows = Tensor::cat(both.into(), 2).clamp(0.0, 1.0).into_data();
    let rows = rows.try_to_vec::<f32>().map_err(|e| format!("{e:?}"))?;
    Ok(rows.chunks(2 * classes).map(<[f32]>::to_vec).collect())
}
