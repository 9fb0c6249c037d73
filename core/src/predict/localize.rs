//! Audio-visual event localization: what its head says of a window.

use burn::tensor::Tensor;
use burn::tensor::activation::{sigmoid, softmax};

use crate::gpu::ComputeError;
use crate::model::LocalizeHead;

/// `sigmoid(is_event) · softmax(event)`, a row a segment: the probability that each class is both heard and seen.
///
/// # Errors
/// When the device fails.
pub fn localize_scores(
    head: &LocalizeHead,
    visual: Tensor<2>,
    audio: Tensor<2>,
) -> Result<Vec<Vec<f32>>, ComputeError> {
    let said = head.classify(visual, audio, 1);
    let classes = said.event.dims()[1].max(1);
    let is_event = sigmoid(said.is_event).swap_dims(0, 1);
    let scores = (is_event * softmax(said.event, 1)).into_data();
    let scores = scores.try_to_vec::<f32>().map_err(ComputeError::of)?;
    Ok(scores.chunks(classes).map(<[f32]>::to_vec).collect())
}
