//! Fits the scales of a head from tags to clips of which it is known what is heard and seen: the classifiers' scores were never meant as
//! probabilities of the classes that tags stand for.

use burn::tensor::{Device, Tensor};

use super::error::TrainError;
use super::evaluation::numbers;
use super::examples::{Batch, Examples};
use crate::model::{FrozenPair, LeftOut, Scale, TagHead, calibration_error};
use crate::predict::Tagged;

/// Scores of a class in seconds of which it is known, a clip after the other.
type Said = Vec<Vec<(f32, bool)>>;

/// What was fitted, class by class; nothing where a class was too rare, or not scored higher where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct TagScales {
    /// Of being heard.
    pub heard: Vec<Option<Scale>>,
    /// Of being seen.
    pub seen: Vec<Option<Scale>>,
    /// What scales do that were fitted to the other half of the clips; none of a single clip.
    pub left_out: Option<LeftOut>,
}

/// Fits a head's scales, from its scores without any. Only seconds in which a class is known to be, or not to be, count.
///
/// # Errors
/// The backbones have no classifiers, features cannot be read, or the device fails.
pub fn fit_tags(
    head: &TagHead,
    pair: &FrozenPair,
    clips: &dyn Examples,
    device: &Device,
) -> Result<TagScales, TrainError> {
    let classes = clips.classes();
    let mut said = [vec![Said::new(); classes], vec![Said::new(); classes]];
    for clip in 0..clips.len() {
        let batch = Batch::read(clips, &[clip], device)?;
        let tagged = Tagged::of(head, pair.backbones()?, &batch.visual, &batch.audio);
        let tagged = tagged.map_err(TrainError::Device)?;
        let (Tagged::Classes(seen, heard), Some(targets)) = (tagged, batch.targets.first()) else {
            continue;
        };
        for (of, scores, known) in [(0, heard, &targets.heard), (1, seen, &targets.seen)] {
            let scores = rows(scores)?;
            for (class, into) in said[of].iter_mut().enumerate() {
                let seconds = scores.iter().zip(known.rows());
                let pairs = seconds.filter_map(|(row, known)| {
                    Some((*row.get(class)?, known.get(class)?.known()?))
                });
                into.push(pairs.collect());
            }
        }
    }
    let fitted = |of: &[Said]| of.iter().map(|clips| Scale::fit(&clips.concat())).collect();
    Ok(TagScales {
        heard: fitted(&said[0]),
        seen: fitted(&said[1]),
        left_out: judged(&said.concat(), clips.len()),
    })
}

/// Each half of the clips under what was fitted to the other.
fn judged(said: &[Said], clips: usize) -> Option<LeftOut> {
    if clips < 2 {
        return None;
    }
    let (mut before, mut after) = (vec![], vec![]);
    for class in said {
        for half in [0, 1] {
            let part = |half: usize| class.iter().skip(half).step_by(2).flatten().copied();
            let scale = Scale::fit(&part(1 - half).collect::<Vec<_>>());
            let scale = scale.unwrap_or(Scale::NONE);
            before.extend(part(half));
            after.extend(part(half).map(|(score, truth)| (scale.of(score), truth)));
        }
    }
    let both = [before, after];
    Some(LeftOut {
        clips,
        errors: both
            .each_ref()
            .map(|said| calibration_error(said.iter().copied())),
        losses: both.each_ref().map(|said| loss(said)),
    })
}

/// How unlikely scores make what is true, in nats a score.
fn loss(said: &[(f32, bool)]) -> f64 {
    let one = |(score, truth): &(f32, bool)| {
        let p = f64::from(*score).clamp(1e-7, 1.0 - 1e-7);
        if *truth { -p.ln() } else { -(1.0 - p).ln() }
    };
    said.iter().map(one).sum::<f64>() / said.len().max(1) as f64
}

fn rows(values: Tensor<2>) -> Result<Vec<Vec<f32>>, TrainError> {
    let width = values.dims()[1].max(1);
    let values = numbers(values)?;
    Ok(values.chunks(width).map(<[f32]>::to_vec).collect())
}
