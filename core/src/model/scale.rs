//! What makes a score mean what it says where it was never meant as a probability of the class that is asked for: Platt's scaling, a
//! score p becomes σ(slope · logit(p) + offset), fitted on clips of which it is known (Platt 1999, with his prior for few clips).

use serde::{Deserialize, Serialize};

/// Of one class in one modality.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// What logits are multiplied by; above 0, so that the higher of two scores stays the higher.
    pub slope: f32,
    /// What is added then.
    pub offset: f32,
}

/// Scores at the ends have no logit.
pub(super) const END: f32 = 1e-6;
/// With fewer seconds of either answer nothing is fitted.
const FEWEST: usize = 5;
/// Newton's steps, at most.
const STEPS: usize = 50;
/// What the square of the slope costs, so that two answers without any overlap give a slope nevertheless.
const RIDGE: f64 = 1e-3;

impl Scale {
    /// Changes nothing.
    pub const NONE: Self = Self {
        slope: 1.0,
        offset: 0.0,
    };

    /// A score after it.
    pub fn of(&self, score: f32) -> f32 {
        1.0 / (1.0 + (-(self.slope * logit(score) + self.offset)).exp())
    }

    /// Under which what is true of scores is likeliest. `None` where either answer is too rare, or the higher scores are not the truer
    /// ones.
    pub fn fit(said: &[(f32, bool)]) -> Option<Self> {
        let yes = said.iter().filter(|(_, truth)| *truth).count();
        let no = said.len() - yes;
        if yes.min(no) < FEWEST {
            return None;
        }
        let (yes, no) = (yes as f64, no as f64);
        let wanted = |truth: bool| match truth {
            true => (yes + 1.0) / (yes + 2.0),
            false => 1.0 / (no + 2.0),
        };
        let pairs = said.iter();
        let pairs: Vec<(f64, f64)> = pairs
            .map(|(score, truth)| (f64::from(logit(*score)), wanted(*truth)))
            .collect();
        let (mut slope, mut offset) = (1.0, ((yes + 1.0) / (no + 1.0)).ln());
        let mut loss = loss_of(&pairs, slope, offset);
        for _ in 0..STEPS {
            let (by_slope, by_offset) = step(&pairs, slope, offset);
            // A whole step may go too far: the loss must fall.
            let mut part = 1.0;
            let better = loop {
                let tried = (slope - part * by_slope, offset - part * by_offset);
                let now = loss_of(&pairs, tried.0, tried.1);
                if now < loss {
                    break Some((tried, now));
                }
                part /= 2.0;
                if part < 1e-6 {
                    break None;
                }
            };
            let Some((tried, now)) = better else { break };
            ((slope, offset), loss) = (tried, now);
        }
        let (slope, offset) = (slope as f32, offset as f32);
        (slope > 0.0 && slope.is_finite() && offset.is_finite()).then_some(Self { slope, offset })
    }
}

fn logit(score: f32) -> f32 {
    let p = score.clamp(END, 1.0 - END);
    (p / (1.0 - p)).ln()
}

/// Cross entropy in nats, and the ridge.
fn loss_of(pairs: &[(f64, f64)], slope: f64, offset: f64) -> f64 {
    let one = |(x, wanted): &(f64, f64)| {
        let z = slope * x + offset;
        // ln(1 + e^z) - wanted · z, without overflow.
        z.max(0.0) + (-z.abs()).exp().ln_1p() - wanted * z
    };
    pairs.iter().map(one).sum::<f64>() + RIDGE * slope * slope
}

/// Newton's step of slope and offset.
fn step(pairs: &[(f64, f64)], slope: f64, offset: f64) -> (f64, f64) {
    let (mut g, mut h) = ([2.0 * RIDGE * slope, 0.0], [2.0 * RIDGE, 0.0, 1e-9]);
    for (x, wanted) in pairs {
        let p = 1.0 / (1.0 + (-(slope * x + offset)).exp());
        let (off, weight) = (p - wanted, p * (1.0 - p));
        g[0] += off * x;
        g[1] += off;
        h[0] += weight * x * x;
        h[1] += weight * x;
        h[2] += weight;
    }
    let determinant = h[0] * h[2] - h[1] * h[1];
    (
        (g[0] * h[2] - g[1] * h[1]) / determinant,
        (g[1] * h[0] - g[0] * h[1]) / determinant,
    )
}
