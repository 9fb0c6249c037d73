//! What a head distilled of each second, as plain numbers: near each other where seconds are alike to the head.

use burn::tensor::Tensor;

use crate::gpu::ComputeError;
use crate::model::{LayerFeatures, TaskHead};

/// The meta-token features of segments, a row a segment: the picture's, then the sound's. `None` for heads that mask pictures,
/// whose meta-tokens stay in the maps they are added to, and for heads from tags, which distil nothing.
///
/// # Errors
/// When the device fails.
pub fn meta_tokens(
    head: &TaskHead,
    visual: &LayerFeatures,
    audio: &LayerFeatures,
) -> Result<Option<Vec<Vec<f32>>>, ComputeError> {
    let (visual, audio) = match head {
        TaskHead::Localize(head) => head.meta_features(visual, audio),
        TaskHead::Parse(head) => head.meta_features(visual, audio),
        TaskHead::Segment(_) | TaskHead::Tags(_) => return Ok(None),
    };
    let both = Tensor::cat(vec![visual, audio], 1);
    let width = both.dims()[1].max(1);
    let numbers = both.into_data();
    let numbers = numbers.try_to_vec::<f32>().map_err(ComputeError::of)?;
    Ok(Some(numbers.chunks(width).map(<[f32]>::to_vec).collect()))
}
