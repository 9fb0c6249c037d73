//! What makes a head's scores mean what they say: one temperature a class (Guo et al. 2017), for scores that are probabilities of
//! their own each. A score p becomes σ(logit(p) / T): a T above 1 draws it towards one half, and which of two scores of a class
//! is the higher never changes.

use serde::{Deserialize, Serialize};

use super::ScoreCounts;

/// Temperatures of a head, fitted on validation clips.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Of each class being both heard and seen; of masks, the one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub both: Vec<f32>,
    /// Of each class being heard.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heard: Vec<f32>,
    /// Of each class being seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<f32>,
    /// Of anything at all being both heard and seen, where a head says that apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<f32>,
    /// How far scores are from what they say on the clips it was fitted on, before: see [`calibration_error`].
    pub error_before: f32,
    /// And after.
    pub error_after: f32,
    /// What temperatures did on clips they were not fitted to; none where an earlier version of the program fitted them, or there was
    /// one clip alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<LeftOut>,
    /// Scores as they are, counted on those clips, without weighing them by familiarity.
    #[serde(default, skip_serializing_if = "Counted::is_empty")]
    pub plain: Counted,
    /// The same after the temperatures.
    #[serde(default, skip_serializing_if = "Counted::is_empty")]
    pub tempered: Counted,
}

/// What temperatures make of clips they were not fitted to: each part of the clips after those that were fitted to the others.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    /// How many clips there were.
    pub clips: usize,
    /// How far scores are from what they say, before and after.
    pub errors: [f32; 2],
    /// How unlikely they make what is true, in nats a score, before and after.
    pub losses: [f64; 2],
}

/// With fewer clips a fit is told to be of few.
const ENOUGH_CLIPS: usize = 20;

impl LeftOut {
    /// Whether scores are better with temperatures than as they are: nearer to what they say, and no less likely.
    pub fn is_better(&self) -> bool {
        let [before, after] = self.errors;
        let [without, with] = self.losses;
        after < before && with <= without
    }
}

/// Scores of every class, counted. Empty what a head does not say, or where an earlier version of the program fitted it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    /// Of each class being both heard and seen; of masks, the one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub both: Vec<ScoreCounts>,
    /// Of each class being heard.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heard: Vec<ScoreCounts>,
    /// Of each class being seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<ScoreCounts>,
    /// Where thresholds are held against anything happening at all: that score in the seconds where the class is the largest, and
    /// whether it was that class.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decided: Vec<ScoreCounts>,
}

impl Counted {
    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        let all = [&self.both, &self.heard, &self.seen, &self.decided];
        all.iter().all(|classes| classes.is_empty())
    }

    /// What a class's threshold is held against: events by AVE's rule, heard and seen together in parsing, places of masks.
    pub fn held(&self, class: usize) -> Option<ScoreCounts> {
        let of = |classes: &[ScoreCounts]| classes.get(class).cloned();
        match (of(&self.heard), of(&self.seen)) {
            (Some(heard), Some(seen)) => Some(heard.and(&seen)),
            _ => of(&self.decided).or_else(|| of(&self.both)),
        }
    }
}

/// Lowest and highest temperature.
const RANGE: (f32, f32) = (0.05, 20.0);
/// Halvings of the range, golden ones.
const STEPS: usize = 40;
/// A class with fewer of either answer has no temperature of its own.
const FEWEST: usize = 5;
/// Scores at the ends have no logit.
const END: f32 = 1e-6;
/// Bins of the calibration error.
const BINS: usize = 10;

/// A score of a class after its temperature.
pub fn tempered(score: f32, temperature: f32) -> f32 {
    let p = score.clamp(END, 1.0 - END);
    let logit = (p / (1.0 - p)).ln() / temperature;
    1.0 / (1.0 + (-logit).exp())
}

/// The temperature of each class under which what was true was likeliest, from scores and truths of segments. Of a class that was
/// hardly ever, or nearly always, true: that of all classes together.
pub fn fit_temperatures(classes: &[Vec<(f32, bool)>]) -> Vec<f32> {
    let all: Vec<(f32, bool)> = classes.iter().flatten().copied().collect();
    let shared = fit(&all).unwrap_or(1.0);
    let own = classes.iter().map(|said| fit(said).unwrap_or(shared));
    own.collect()
}

/// Golden-section search over the logarithm: the loss has one valley in it.
fn fit(said: &[(f32, bool)]) -> Option<f32> {
    let yes = said.iter().filter(|(_, truth)| *truth).count();
    if yes < FEWEST || said.len() - yes < FEWEST {
        return None;
    }
    let loss = |t: f64| -> f64 {
        let temperature = t.exp() as f32;
        let one = |(score, truth): &(f32, bool)| {
            let p = f64::from(tempered(*score, temperature)).clamp(1e-12, 1.0 - 1e-12);
            if *truth { -p.ln() } else { -(1.0 - p).ln() }
        };
        said.iter().map(one).sum()
    };
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (f64::from(RANGE.0).ln(), f64::from(RANGE.1).ln());
    for _ in 0..STEPS {
        let (a, b) = (high - golden * (high - low), low + golden * (high - low));
        match loss(a) < loss(b) {
            true => high = b,
            false => low = a,
        }
    }
    Some(((low + high) / 2.0).exp() as f32)
}

/// The expected calibration error: scores in ten bins, the mean distance between a bin's mean score and how often it was true,
/// weighed by how many scores it has. 0 for no scores.
pub fn calibration_error(said: impl Iterator<Item = (f32, bool)>) -> f32 {
    let mut bins = [(0.0_f64, 0.0_f64); BINS];
    let mut all = 0.0;
    for (score, truth) in said {
        let bin = ((score * BINS as f32) as usize).min(BINS - 1);
        bins[bin].0 += f64::from(score);
        bins[bin].1 += f64::from(u8::from(truth));
        all += 1.0;
    }
    let off = bins.iter().map(|(scores, truths)| (scores - truths).abs());
    (off.sum::<f64>() / f64::max(all, 1.0)) as f32
}

impl Calibration {
    /// Whether there are temperatures that change scores.
    pub fn changes(&self) -> bool {
        let all = [&self.both, &self.heard, &self.seen];
        all.iter().any(|classes| !classes.is_empty()) || self.event.is_some()
    }

    /// What a person should know of how it was fitted; none where there is nothing to say.
    pub fn warning(&self) -> Option<String> {
        let Some(left_out) = self.left_out else {
            let alone = "temperatures cannot be tried on a single clip: scores stay as they are";
            return (!self.changes()).then(|| alone.to_owned());
        };
        let [before, after] = left_out.errors.map(|error| error * 100.0);
        let clips = left_out.clips;
        if !self.changes() {
            return Some(format!(
                "Temperatures were no better on clips they were not fitted to (scores off by {before:.1} %, with them {after:.1} %, of {clips} clips): scores stay as they are"
            ));
        }
        (clips < ENOUGH_CLIPS).then(|| {
            format!("temperatures are fitted on no more than {clips} clips: scores off by {before:.1} %, by {after:.1} % on clips left out")
        })
    }

    /// How far scores are from what they say, before and after, on clips left out of the fit where that was measured.
    pub fn errors(&self) -> [f32; 2] {
        let own = [self.error_before, self.error_after];
        self.left_out
            .filter(|_| self.changes())
            .map_or(own, |left_out| left_out.errors)
    }

    /// What was counted of scores, as they are or after the temperatures.
    pub fn counted(&self, tempered: bool) -> &Counted {
        match tempered {
            true => &self.tempered,
            false => &self.plain,
        }
    }

    /// What a head's file keeps; none where that is not of this kind.
    pub fn read(value: &serde_json::Value) -> Option<Self> {
        serde_json::from_value(value.clone()).ok()
    }
}
