//! What a head's meta-tokens read in one second of a clip, as plain numbers for a picture. Attention shows where the
//! distillation looks; that is no proof of why the head decides.

use serde::{Deserialize, Serialize};

use crate::base::{ClipId, HeadId, Task, TimeSpan};
use crate::model::TokenReading;

/// What meta-tokens read in one segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attention {
    /// The clip that was looked at.
    pub clip: ClipId,
    /// The head that reads.
    pub head: HeadId,
    /// What it answers.
    pub task: Task,
    /// The segment, counted from 0.
    pub segment: usize,
    /// When it begins and ends.
    pub span: TimeSpan,
    /// Of the picture, layer after layer, token after token; a grid covers the whole picture. Empty where the head does not
    /// look at pictures by attention.
    pub picture: Vec<TokenReading>,
    /// Of the sound: rows are pitch from low to high, columns are the time of the segment.
    pub sound: Vec<TokenReading>,
}

impl Attention {
    /// The reading of one layer's token: of the picture, and of the sound. Where a layer is not read in one of them, the last
    /// layer below it that is; tokens are counted around, so that the two modalities may have different numbers of them.
    pub fn of(&self, layer: usize, token: usize) -> [Option<&TokenReading>; 2] {
        [&self.picture, &self.sound].map(|readings| {
            let below = readings.iter().map(|r| r.layer).filter(|l| *l <= layer);
            let layer = below.max().or(readings.first().map(|r| r.layer))?;
            let of_layer = || readings.iter().filter(|r| r.layer == layer);
            of_layer().nth(token % of_layer().count().max(1))
        })
    }

    /// The layers that are read, in order.
    pub fn layers(&self) -> Vec<usize> {
        let all = self.picture.iter().chain(&self.sound);
        let mut layers: Vec<usize> = all.map(|reading| reading.layer).collect();
        layers.sort_unstable();
        layers.dedup();
        layers
    }

    /// How many tokens a layer has, at most, in a modality.
    pub fn tokens(&self) -> usize {
        let all = self.picture.iter().chain(&self.sound);
        all.map(|reading| reading.token + 1).max().unwrap_or(0)
    }
}

/// A reading over time of a sound that was repeated `tile` times: the repeats laid on each other, so that the columns are one
/// stretch of it. Columns and repeats need not divide each other; a column counts where its middle lies.
pub fn one_repeat(reading: &TokenReading, tile: usize) -> TokenReading {
    let (rows, columns) = reading.grid;
    if tile <= 1 || columns == 0 || reading.weights.len() != rows * columns {
        return reading.clone();
    }
    let kept = columns.div_ceil(tile);
    let mut weights = vec![0.0; rows * kept];
    for (place, weight) in reading.weights.iter().enumerate() {
        let (row, column) = (place / columns, place % columns);
        let middle = (column as f64 + 0.5) / columns as f64 * tile as f64;
        let into = ((middle.fract() * kept as f64) as usize).min(kept - 1);
        weights[row * kept + into] += weight;
    }
    TokenReading {
        grid: (rows, kept),
        weights,
        ..*reading
    }
}
