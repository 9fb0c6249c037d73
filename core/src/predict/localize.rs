//! Audio-visual event localization: what its head says of a window.

use burn::tensor::Tensor;
use burn::tensor::activation::{sigmoid, softmax};

use super::Detail;
use crate::gpu::ComputeError;
use crate::model::LocalizeHead;

/// `sigmoid(is_event) · softmax(event)`, a row a segment: the probability that each class is both heard and seen; behind the
/// classes `sigmoid(is_event)` itself, by which AVE's evaluation decides whether anything happens.
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
    let scores = is_event.clone() * softmax(said.event, 1);
    let rows = Tensor::cat(vec![scores, is_event], 1).into_data();
    let rows = rows.try_to_vec::<f32>().map_err(ComputeError::of)?;
    Ok(rows.chunks(classes + 1).map(<[f32]>::to_vec).collect())
}

/// Rows of [`localize_scores`] as scores of the classes, and the events' own.
pub(super) fn classes_and_event(
    mut rows: Vec<Vec<f32>>,
    classes: usize,
) -> (Vec<Vec<f32>>, Detail) {
    let event = rows.iter_mut().map(|row| {
        let own = row.get(classes).copied();
        row.truncate(classes);
        own.unwrap_or_else(|| row.iter().sum())
    });
    let event = event.collect();
    (rows, Detail::Localized { event })
}
