//! How long and how fast a small backbone learns, and from how many scenes and real examples a step.

use std::f64::consts::PI;

/// What each part of what is known of real examples weighs beside scenes.
#[derive(Clone, Copy, Debug)]
pub struct LessonWeights {
    /// What is in which cell, where that is known.
    pub cells: f64,
    /// What is there as a whole.
    pub classes: f64,
    /// What the teacher makes of it.
    pub teacher: f64,
}

impl Default for LessonWeights {
    fn default() -> Self {
        Self {
            cells: 1.0,
            classes: 0.5,
            teacher: 3.0,
        }
    }
}

/// How long and how fast.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// Optimiser steps.
    pub steps: usize,
    /// Samples (pictures, or scenes of ten seconds of sound) a step.
    pub batch: usize,
    /// Real examples (views of pictures, or seconds) a step.
    pub real: usize,
    /// How often a part of another is pasted into a view.
    pub pasted: f32,
    /// What those weigh.
    pub weights: LessonWeights,
    /// Highest learning rate, of AdamW.
    pub lr: f64,
    /// Highest learning rate of the backbone's matrices, where those learn by Muon.
    pub muon: Option<f64>,
    /// Steps over which the rate rises before it falls along a cosine.
    pub warm_up: usize,
    /// Parts of a step that are worked out at once, each by a core of its own.
    pub parts: usize,
}

impl Schedule {
    /// So many steps on so many scenes each.
    pub fn scenes(steps: usize, batch: usize, lr: f64) -> Self {
        Self {
            steps,
            batch,
            real: 0,
            pasted: 0.0,
            weights: LessonWeights::default(),
            lr,
            muon: None,
            warm_up: 50,
            parts: 1,
        }
    }

    /// The same with real examples.
    #[must_use]
    pub fn and_real(self, real: usize) -> Self {
        Self { real, ..self }
    }

    /// The same with parts of other views pasted into so many of them.
    #[must_use]
    pub fn pasting(self, pasted: f32) -> Self {
        Self { pasted, ..self }
    }

    /// The same with real examples weighed so.
    #[must_use]
    pub fn weighing(self, weights: LessonWeights) -> Self {
        Self { weights, ..self }
    }

    /// The same with each step in so many parts.
    #[must_use]
    pub fn in_parts(self, parts: usize) -> Self {
        Self { parts, ..self }
    }

    /// The same with the backbone's matrices learning by Muon, at this rate.
    #[must_use]
    pub fn by_muon(self, rate: f64) -> Self {
        Self {
            muon: Some(rate),
            ..self
        }
    }

    /// The learning rate of a step, where this is the highest.
    pub(super) fn rate(&self, highest: f64, step: usize) -> f64 {
        let rise = ((step + 1) as f64 / self.warm_up.max(1) as f64).min(1.0);
        let fall = 0.5 + 0.5 * (PI * step as f64 / self.steps.max(1) as f64).cos();
        highest * rise * (0.02 + 0.98 * fall)
    }
}
