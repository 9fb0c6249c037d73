//! Which seconds are worth a person's look: how unsure a model is, where sound and picture disagree, where its word flickers, and
//! what another head said otherwise. Pure.

use std::sync::Arc;

use rayon::prelude::*;

use super::{Detail, Prediction};

/// What makes a second worth a look, each from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Worth {
    /// Localization: the entropy of its classes and background, as a share of the largest there could be. Parsing: the binary
    /// entropy of the class it is least sure of, heard or seen. Masks: that of the mask's highest probability.
    pub uncertainty: f32,
    /// How far the most disputed class is more heard than seen, or more seen than heard; 0 where a task does not tell them apart.
    pub disagreement: f32,
    /// How far some class stands out of both neighbouring seconds, or lies below both.
    pub flicker: f32,
    /// How far the score moved that moved most since another head was asked; 0 where none was.
    pub change: f32,
}

/// By what seconds are put in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum WorthBy {
    /// The least sure first.
    #[default]
    Uncertainty,
    /// What is heard and not seen, or seen and not heard.
    Disagreement,
    /// What differs from both neighbours.
    Flicker,
    /// What another head said otherwise.
    Change,
}

impl WorthBy {
    /// In the order they are offered.
    pub const ALL: [Self; 4] = [
        Self::Uncertainty,
        Self::Disagreement,
        Self::Flicker,
        Self::Change,
    ];

    /// For people.
    pub fn text(self) -> &'static str {
        match self {
            Self::Uncertainty => "Least sure",
            Self::Disagreement => "Heard and seen disagree",
            Self::Flicker => "Unlike its neighbours",
            Self::Change => "Changed by the last head",
        }
    }
}

impl Worth {
    /// By one of its reasons.
    pub fn by(&self, by: WorthBy) -> f32 {
        match by {
            WorthBy::Uncertainty => self.uncertainty,
            WorthBy::Disagreement => self.disagreement,
            WorthBy::Flicker => self.flicker,
            WorthBy::Change => self.change,
        }
    }
}

/// What one head said of a clip in a byte a score: small enough to be kept of a hundred thousand seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sketch {
    /// Scores of a second.
    width: usize,
    scores: Vec<u8>,
}

impl Sketch {
    /// Of every second: what is heard and what is seen where a task tells them apart, else what is both.
    pub fn of(prediction: &Prediction) -> Self {
        let rows: Vec<Vec<u8>> = (0..prediction.scores.len())
            .map(|segment| {
                let scores = scores_at(prediction, segment).into_iter().flatten();
                scores.map(|score| (score * 255.0).round() as u8).collect()
            })
            .collect();
        Self {
            width: rows.first().map_or(0, Vec::len),
            scores: rows.concat(),
        }
    }

    fn row(&self, segment: usize) -> Option<&[u8]> {
        self.scores
            .get(segment * self.width..(segment + 1) * self.width)
    }

    /// How far the score moved that moved most, 0 to 1; none where the two are not of the same classes.
    fn moved(&self, other: &Self, segment: usize) -> Option<f32> {
        let (one, two) = (self.row(segment)?, other.row(segment)?);
        let moved = one.iter().zip(two).map(|(a, b)| a.abs_diff(*b)).max()?;
        (self.width == other.width).then_some(f32::from(moved) / 255.0)
    }
}

/// What makes each second of a clip worth a look. `before` is what another head said of it, if one did.
pub fn worth_of(prediction: &Prediction, before: Option<&Sketch>) -> Vec<Worth> {
    let now = before.map(|_| Sketch::of(prediction));
    let change = |segment| {
        let (now, before) = now.as_ref().zip(before)?;
        now.moved(before, segment)
    };
    (0..prediction.scores.len())
        .map(|segment| Worth {
            uncertainty: uncertainty(prediction, segment),
            disagreement: disagreement(prediction, segment),
            flicker: flicker(prediction, segment),
            change: change(segment).unwrap_or(0.0),
        })
        .collect()
}

fn uncertainty(prediction: &Prediction, segment: usize) -> f32 {
    match &prediction.detail {
        Detail::Localized { .. } => {
            let (Some(scores), Some(rest)) = (
                prediction.scores.get(segment),
                prediction.background(segment),
            ) else {
                return 0.0;
            };
            let shares = scores.iter().copied().chain([rest]);
            let entropy: f32 = shares.map(term).sum();
            (entropy / (scores.len() as f32 + 1.0).ln()).clamp(0.0, 1.0)
        }
        Detail::Parsed { .. } | Detail::Segmented { .. } => {
            let scores = scores_at(prediction, segment).into_iter().flatten();
            scores.copied().map(binary).fold(0.0, f32::max)
        }
    }
}

/// One share's part of an entropy.
fn term(share: f32) -> f32 {
    match share > 0.0 {
        true => -share * share.ln(),
        false => 0.0,
    }
}

/// The entropy of yes and no, 1 where both are as likely.
fn binary(score: f32) -> f32 {
    let score = score.clamp(0.0, 1.0);
    (term(score) + term(1.0 - score)) / std::f32::consts::LN_2
}

fn disagreement(prediction: &Prediction, segment: usize) -> f32 {
    let Detail::Parsed { audible, visible } = &prediction.detail else {
        return 0.0;
    };
    let (Some(heard), Some(seen)) = (audible.get(segment), visible.get(segment)) else {
        return 0.0;
    };
    let apart = heard.iter().zip(seen).map(|(a, b)| (a - b).abs());
    apart.fold(0.0, f32::max)
}

/// The first and the last second have but one neighbour, and do not flicker.
fn flicker(prediction: &Prediction, segment: usize) -> f32 {
    let Some(earlier) = segment.checked_sub(1) else {
        return 0.0;
    };
    let sides = |segment| scores_at(prediction, segment);
    let mut most: f32 = 0.0;
    for (side, here) in sides(segment).into_iter().enumerate() {
        let (before, after) = (sides(earlier)[side], sides(segment + 1)[side]);
        for ((here, before), after) in here.iter().zip(before).zip(after) {
            let (rise, fall) = (here - before, here - after);
            if rise * fall > 0.0 {
                most = most.max(rise.abs().min(fall.abs()));
            }
        }
    }
    most
}

/// What is heard and what is seen in a second, or what is both alone; nothing where it is not scored.
fn scores_at(prediction: &Prediction, segment: usize) -> [&[f32]; 2] {
    fn of(rows: &[Vec<f32>], segment: usize) -> &[f32] {
        rows.get(segment).map_or(&[], Vec::as_slice)
    }
    match &prediction.detail {
        Detail::Parsed { audible, visible } => [of(audible, segment), of(visible, segment)],
        _ => [of(&prediction.scores, segment), &[]],
    }
}

/// A second of one of several clips.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecondOf {
    /// Which of the clips.
    pub clip: u32,
    /// Which of its seconds.
    pub second: u32,
}

/// The seconds of clips, those most worth a look first; equal ones in the order of clips and seconds. Seconds that `first` names
/// keep its order and come before the others, so that nothing moves under a person's hands.
pub fn in_order(clips: &[Arc<[Worth]>], by: WorthBy, first: &[SecondOf]) -> Vec<SecondOf> {
    let there = |place: &SecondOf| {
        let clip = clips.get(place.clip as usize);
        clip.is_some_and(|worth| (place.second as usize) < worth.len())
    };
    let mut order: Vec<SecondOf> = first.iter().copied().filter(there).collect();
    let mut known: Vec<Vec<bool>> = clips.iter().map(|worth| vec![false; worth.len()]).collect();
    for place in &order {
        known[place.clip as usize][place.second as usize] = true;
    }
    let mut rest: Vec<(f32, SecondOf)> = Vec::new();
    for (clip, worth) in (0..).zip(clips) {
        for (second, worth) in (0..).zip(worth.iter()) {
            if !known[clip as usize][second as usize] {
                rest.push((worth.by(by), SecondOf { clip, second }));
            }
        }
    }
    rest.par_sort_unstable_by(|(a, one), (b, two)| b.total_cmp(a).then(one.cmp(two)));
    order.extend(rest.into_iter().map(|(_, place)| place));
    order
}
