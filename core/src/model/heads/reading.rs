//! What a meta-token reads: attention weights over a layer's grid as plain numbers. They show where the distillation looks,
//! which is not proof of why a head decides.

use burn::tensor::Tensor;

use serde::{Deserialize, Serialize};

use crate::model::{LayerShape, ModelError};

/// What one meta-token of one layer reads of one segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TokenReading {
    /// The layer, from 0.
    pub layer: usize,
    /// Its stage, from 0.
    pub stage: usize,
    /// The meta-token, from 0.
    pub token: usize,
    /// Rows and columns of the grid.
    pub grid: (usize, usize),
    /// One weight a place, row-major, the mean over attention heads; they sum to 1.
    pub weights: Vec<f32>,
}

impl TokenReading {
    /// From the weights of one segment, `[1, K, N]`.
    pub(super) fn of(
        weights: Tensor<3>,
        layer: usize,
        shape: &LayerShape,
    ) -> Result<Vec<Self>, ModelError> {
        let values: Vec<f32> = weights
            .try_into_vec_as()
            .map_err(|e| ModelError::Input(format!("the device failed: {e:?}")))?;
        let one = |(token, weights): (usize, &[f32])| Self {
            layer,
            stage: shape.stage,
            token,
            grid: shape.grid,
            weights: weights.to_vec(),
        };
        Ok(values
            .chunks(shape.tokens.max(1))
            .enumerate()
            .map(one)
            .collect())
    }

    /// The same over time and pitch, for a backbone that folds its spectrogram into a square by stacking `fold` pieces of time
    /// on top of each other (HTS-AT, [`crate::model::HtsAtConfig::fold`]): rows are pitch from low to high, columns are time.
    /// Unchanged where the rows cannot be told apart any more.
    pub fn unfolded(&self, fold: usize) -> Self {
        let (rows, columns) = self.grid;
        if fold <= 1 || !rows.is_multiple_of(fold) || self.weights.len() != rows * columns {
            return self.clone();
        }
        let pitches = rows / fold;
        let mut weights = Vec::with_capacity(self.weights.len());
        for pitch in 0..pitches {
            for piece in 0..fold {
                let row = piece * pitches + pitch;
                weights.extend(&self.weights[row * columns..(row + 1) * columns]);
            }
        }
        Self {
            grid: (pitches, columns * fold),
            weights,
            ..*self
        }
    }

    /// The largest weight: what a picture of it is scaled by.
    pub fn largest(&self) -> f32 {
        self.weights.iter().copied().fold(0.0, f32::max)
    }
}
