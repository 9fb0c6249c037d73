//! Video parsing: what its head says of a window, and what is heard and what is seen of a row.

use burn::tensor::Tensor;

use super::Detail;
use crate::gpu::ComputeError;
use crate::model::ParseHead;

/// What is heard, then what is seen, a row a segment, 0 to 1. A class counts in a second by the smaller of the second's and its
/// window's probability ([`crate::model::ParseOutput::gated`]), so that one threshold decides as LLP's evaluation does.
///
/// # Errors
/// When the device fails, or the head wants motion features, which user's clips have none of.
pub fn parse_scores(
    head: &ParseHead,
    visual: Tensor<2>,
    audio: Tensor<2>,
) -> Result<Vec<Vec<f32>>, ComputeError> {
    let said = head.classify(visual, audio, None, 1);
    let both = said.map_err(|e| ComputeError::new(e.to_string()))?.gated();
    let rows = Tensor::cat(both.into(), 2).clamp(0.0, 1.0);
    let width = rows.dims()[2].max(1);
    let rows = rows.into_data();
    let rows = rows.try_to_vec::<f32>().map_err(ComputeError::of)?;
    Ok(rows.chunks(width).map(<[f32]>::to_vec).collect())
}

/// Rows of both halves as scores of both at once, the smaller of the two, and each half by itself.
pub(super) fn heard_and_seen(rows: &[Vec<f32>], classes: usize) -> (Vec<Vec<f32>>, Detail) {
    let half = |from: usize| -> Vec<Vec<f32>> {
        let part = |row: &Vec<f32>| row.iter().skip(from).take(classes).copied().collect();
        rows.iter().map(part).collect()
    };
    let (audible, visible) = (half(0), half(classes));
    let both = |(heard, seen): (&Vec<f32>, &Vec<f32>)| {
        heard.iter().zip(seen).map(|(a, v)| a.min(*v)).collect()
    };
    let scores = audible.iter().zip(&visible).map(both).collect();
    (scores, Detail::Parsed { audible, visible })
}
