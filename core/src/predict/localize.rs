//! Audio-visual event localization over a clip of any length: segments come in order, scores grow.

use burn::tensor::Tensor;
use burn::tensor::activation::{sigmoid, softmax};

use super::asked::Asked;
use super::windowed::Windowed;
use super::{Detail, Prediction, PredictionKey};
use crate::base::{Labels, TimeSpan};
use crate::model::LocalizeHead;

/// Scores a clip as its segments come in. Holds no more than a window of features, however long the clip is.
pub struct Localizer {
    asked: Asked,
    windowed: Windowed,
}

impl Localizer {
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
    /// When the device fails.
    pub fn add(
        &mut self,
        head: &LocalizeHead,
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

    /// The scores so far. Those of the newest segments may still change, until their windows are complete.
    pub fn prediction(&self) -> Prediction {
        let scores = self.asked.weighed(self.windowed.rows());
        self.asked.prediction(scores, Detail::Localized)
    }
}

/// `sigmoid(is_event) · softmax(event)`, a row a segment.
fn score(
    head: &LocalizeHead,
    visual: Tensor<2>,
    audio: Tensor<2>,
    classes: usize,
) -> Result<Vec<Vec<f32>>, String> {
    let said = head.classify(visual, audio, 1);
    let is_event = sigmoid(said.is_event).swap_dims(0, 1);
    let scores = (is_event * softmax(said.event, 1)).into_data();
    let scores = scores.try_to_vec::<f32>().map_err(|e| format!("{e:?}"))?;
    Ok(scores.chunks(classes).map(<[f32]>::to_vec).collect())
}
