//! How often a class was there when a head gave it a score, counted on clips the head did not learn from: what a reliability curve
//! shows, and from which score on a wished share of what is said is right.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A hundred bins: as fine as thresholds are set.
const BINS: u8 = 100;
/// Bins of a reliability curve.
const SHOWN: u8 = 10;
/// Fewer scores above a threshold say nothing of how often they are right: with twenty, one more or less is five in a hundred.
const FEWEST: u32 = 20;

/// Scores of one class and how often they were true, by bins of a hundredth: bin `b` holds scores from `b / 100` on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ScoreCounts {
    /// Scores, and how many of them were true.
    bins: BTreeMap<u8, (u32, u32)>,
}

/// One point of a reliability curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reliable {
    /// The mean of its scores, to a hundredth.
    pub score: f32,
    /// The share of them that were true.
    pub truth: f32,
    /// How many there were.
    pub count: u32,
}

/// From which score on a wished share is right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Offer {
    /// From this one.
    At {
        /// The lowest threshold that does it, in hundredths.
        threshold: f32,
        /// The share of the scores from there on that were true.
        precision: f32,
        /// Of all that was true, the share that has such a score.
        recall: f32,
        /// How many scores from there on.
        count: u32,
    },
    /// There are too few scores, of which so many were counted, to say it.
    TooFew(u32),
    /// From none: this is the largest share there is.
    Never(f32),
}

impl ScoreCounts {
    /// Count one score, 0 to 1.
    pub fn add(&mut self, score: f32, truth: bool) {
        let bin = (score * f32::from(BINS)).clamp(0.0, f32::from(BINS - 1)) as u8;
        let (count, yes) = self.bins.entry(bin).or_default();
        *count += 1;
        *yes += u32::from(truth);
    }

    /// Both together.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        for (bin, (count, yes)) in &other.bins {
            let sum = both.bins.entry(*bin).or_default();
            *sum = (sum.0 + count, sum.1 + yes);
        }
        both
    }

    /// How many scores were counted, and how many of them were true.
    pub fn count(&self) -> (u32, u32) {
        let bins = self.bins.values();
        bins.fold((0, 0), |sum, bin| (sum.0 + bin.0, sum.1 + bin.1))
    }

    /// The reliability curve, from the lowest scores on: ten bins, without empty ones. Where scores mean what they say, each
    /// point's share is its score.
    pub fn curve(&self) -> Vec<Reliable> {
        let tenth = BINS / SHOWN;
        let points = (0..SHOWN).filter_map(|ten| {
            let bins = self.bins.range(ten * tenth..(ten + 1) * tenth);
            let (mut scores, mut count, mut yes) = (0.0, 0, 0);
            for (bin, (n, truths)) in bins {
                // The middle of its bin stands for a score.
                scores += (f64::from(*bin) + 0.5) / f64::from(BINS) * f64::from(*n);
                (count, yes) = (count + n, yes + truths);
            }
            (count > 0).then(|| Reliable {
                score: (scores / f64::from(count)) as f32,
                truth: yes as f32 / count as f32,
                count,
            })
        });
        points.collect()
    }

    /// The lowest threshold from which on the wished share of scores, 0 to 1, was true.
    pub fn threshold_for(&self, wished: f32) -> Offer {
        let (all, truths) = self.count();
        let (mut count, mut yes) = (0, 0);
        let (mut found, mut most, mut few) = (None, 0.0_f32, all < FEWEST);
        for bin in (0..BINS).rev() {
            let (n, true_ones) = self.bins.get(&bin).copied().unwrap_or_default();
            (count, yes) = (count + n, yes + true_ones);
            let precision = yes as f32 / count.max(1) as f32;
            if count < FEWEST {
                few |= precision >= wished && count > 0;
                continue;
            }
            most = most.max(precision);
            if precision >= wished {
                found = Some(Offer::At {
                    threshold: f32::from(bin) / f32::from(BINS),
                    precision,
                    recall: yes as f32 / truths.max(1) as f32,
                    count,
                });
            }
        }
        match (found, few) {
            (Some(offer), _) => offer,
            (None, true) => Offer::TooFew(all),
            (None, false) => Offer::Never(most),
        }
    }
}
