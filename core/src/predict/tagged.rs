//! What heads from tags say: of the probabilities that the backbones' classifiers give, no training between.

use burn::tensor::Tensor;

use super::ProbabilityMap;
use crate::base::Task;
use crate::gpu::ComputeError;
use crate::model::{Backbones, LayerFeatures, ModelError, TagHead};

/// What the classifiers say of some segments, in a head's classes.
#[expect(clippy::large_enum_variant)] // One lives at a time.
pub enum Tagged {
    /// Probability of each class being seen and being heard, `[n, classes]`.
    Classes(Tensor<2>, Tensor<2>),
    /// Where the picture sounds, a map a segment.
    Places(Vec<ProbabilityMap>),
}

impl Tagged {
    /// Asks the classifiers.
    ///
    /// # Errors
    /// A backbone has no classifier, or not the one the head reads; or the device fails.
    pub fn of(
        head: &TagHead,
        pair: &Backbones,
        visual: &LayerFeatures,
        audio: &LayerFeatures,
    ) -> Result<Self, ComputeError> {
        let failed = |error: ModelError| ComputeError::new(error.to_string());
        if head.task() != Task::Segment {
            let seen = head.seen(pair, visual).map_err(failed)?;
            return Ok(Self::Classes(
                seen,
                head.heard(pair, audio).map_err(failed)?,
            ));
        }
        let found = head.places(pair, visual, audio).map_err(failed)?;
        let (places, (rows, columns)) = found.ok_or_else(|| {
            ComputeError::new("the classifier that looks reads no places: it gives no masks")
        })?;
        let places = places.into_data();
        let places = places.try_to_vec::<f32>().map_err(ComputeError::of)?;
        let maps = places.chunks((rows * columns).max(1));
        let maps = maps.map(|map| ProbabilityMap::new(columns, rows, map.iter().copied()));
        Ok(Self::Places(maps.collect()))
    }
}

/// Rows as [`super::localize_scores`] gives them: `both = heard · seen` for each class (the product rule), the event's score
/// `1 − Π(1 − both)`, and each class's score its share of that.
///
/// # Errors
/// When the device fails.
pub fn tagged_events(seen: Tensor<2>, heard: Tensor<2>) -> Result<Vec<Vec<f32>>, ComputeError> {
    let both = rows(seen * heard)?;
    let row = |mut row: Vec<f32>| {
        let event = 1.0 - row.iter().map(|p| 1.0 - p).product::<f32>();
        let all: f32 = row.iter().sum();
        let share = if all > 0.0 { event / all } else { 0.0 };
        row.iter_mut().for_each(|p| *p *= share);
        row.push(event);
        row
    };
    Ok(both.into_iter().map(row).collect())
}

/// Rows as [`super::parse_scores`] gives them: what is heard, then what is seen.
///
/// # Errors
/// When the device fails.
pub fn tagged_parts(seen: Tensor<2>, heard: Tensor<2>) -> Result<Vec<Vec<f32>>, ComputeError> {
    rows(Tensor::cat(vec![heard, seen], 1))
}

fn rows(values: Tensor<2>) -> Result<Vec<Vec<f32>>, ComputeError> {
    let width = values.dims()[1].max(1);
    let values = values.into_data();
    let values = values.try_to_vec::<f32>().map_err(ComputeError::of)?;
    Ok(values.chunks(width).map(<[f32]>::to_vec).collect())
}
