//! A prediction whose scores went through their head's temperatures. Pure: it costs no inference, so it can be switched at any time.
//!
//! Temperatures were fitted on what a head says by itself, and a prediction's scores are that times how familiar their segment is.
//! So it is the head's own score that is tempered, and the result is weighed again: σ(logit(s / f) / T) · f.

use super::{Detail, Prediction, PredictionPart, ProbabilityMap};
use crate::model::{Calibration, tempered};

impl Prediction {
    /// The same after the temperatures of the head that said it.
    #[must_use]
    pub fn calibrated(&self, by: &Calibration) -> Self {
        let mut this = self.clone();
        temper(&mut this.scores, &mut this.detail, &this.familiarity, by);
        this
    }
}

impl PredictionPart {
    /// The same after the temperatures of the head that said it.
    #[must_use]
    pub fn calibrated(mut self, by: &Calibration) -> Self {
        temper(&mut self.scores, &mut self.detail, &self.familiarity, by);
        self
    }
}

fn temper(scores: &mut [Vec<f32>], detail: &mut Detail, familiarity: &[f32], by: &Calibration) {
    match detail {
        Detail::Localized { event } => {
            rows(scores, familiarity, &by.both);
            let own = by.event.unwrap_or(1.0);
            for (at, event) in event.iter_mut().enumerate() {
                *event = weighed(*event, trust(familiarity, at), own);
            }
        }
        Detail::Parsed { audible, visible } => {
            rows(audible, familiarity, &by.heard);
            rows(visible, familiarity, &by.seen);
            for (both, (heard, seen)) in scores.iter_mut().zip(audible.iter().zip(visible)) {
                *both = heard.iter().zip(seen).map(|(a, v)| a.min(*v)).collect();
            }
        }
        Detail::Segmented { masks } => {
            rows(scores, familiarity, &by.both);
            let own = by.both.first().copied().unwrap_or(1.0);
            // Masks may be fewer than scores: those that were handed on are not kept.
            let first = scores.len().saturating_sub(masks.len());
            for (at, mask) in masks.iter_mut().enumerate() {
                let trust = trust(familiarity, first + at);
                let places = mask.values().map(|p| weighed(p, trust, own));
                *mask = ProbabilityMap::new(mask.width(), mask.height(), places);
            }
        }
    }
}

fn rows(scores: &mut [Vec<f32>], familiarity: &[f32], temperatures: &[f32]) {
    for (at, row) in scores.iter_mut().enumerate() {
        let trust = trust(familiarity, at);
        for (score, temperature) in row.iter_mut().zip(temperatures) {
            *score = weighed(*score, trust, *temperature);
        }
    }
}

/// How familiar a segment is; 1 where nobody measured that.
fn trust(familiarity: &[f32], segment: usize) -> f32 {
    familiarity.get(segment).copied().unwrap_or(1.0)
}

fn weighed(score: f32, trust: f32, temperature: f32) -> f32 {
    match trust > 0.0 && temperature != 1.0 {
        true => tempered((score / trust).min(1.0), temperature) * trust,
        false => score,
    }
}
