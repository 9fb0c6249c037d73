//! Where a training stands, and what it tells.

use serde::{Deserialize, Serialize};

use crate::train::evaluation::Figures;

/// What a step of a training did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// What does not learn was computed of a clip, once for all steps to come.
    Distilled,
    /// The head learned from a batch.
    Learned {
        /// The batch's loss, before.
        loss: f32,
    },
    /// A batch of validation clips was looked at.
    Checked,
    /// An epoch is over.
    Epoch(Epoch),
    /// All epochs are over; nothing was done.
    Done,
}

/// What came of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// From 1.
    pub epoch: usize,
    /// The mean over its batches.
    pub loss: f32,
    /// The learning rate.
    pub rate: f64,
    /// On the validation clips; `None` where there are none.
    pub figures: Option<Figures>,
}

/// Everything that says where in its course a training is. Validation counts are not kept: a training that goes on begins the
/// validation of its epoch anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Position {
    /// From 0.
    pub epoch: usize,
    /// Batches learned from in this epoch.
    pub batch: usize,
    #[serde(skip)]
    pub check: usize,
    /// Of the training's first step.
    pub first_loss: Option<f32>,
    /// The bits of the sum of this epoch's losses: text would round it.
    loss_bits: u64,
}

impl Position {
    pub fn add(&mut self, loss: f32) {
        let sum = f64::from_bits(self.loss_bits) + f64::from(loss);
        self.loss_bits = sum.to_bits();
    }

    pub fn mean_loss(&self) -> f32 {
        (f64::from_bits(self.loss_bits) / self.batch.max(1) as f64) as f32
    }

    pub fn next_epoch(&mut self) {
        *self = Self {
            epoch: self.epoch + 1,
            first_loss: self.first_loss,
            ..Self::default()
        };
    }
}
