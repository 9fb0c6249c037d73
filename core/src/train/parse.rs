//! What a parsing head learns, and its F-scores.

use burn::tensor::{Device, Tensor, TensorData};

use super::demo::TrainError;
use super::features::{Bank, numbers};
use super::fit::{Batch, Lesson};
use super::losses::{parsed_seconds_loss, probability_loss, token_loss};
use super::metrics::{Grid, LlpScores, Parsed, llp_scores};
use crate::base::{Time, TimeSpan};
use crate::data::scenes::{CATEGORIES, Truth};
use crate::model::ParseHead;

/// Video parsing. Everything is known of scenes, so that the head learns from every second and from each modality's own
/// classes, where LLP's clips say only what is heard or seen somewhere (`avvp_loss`).
pub(super) struct Parsing;

/// Share of a second that something must be heard or seen.
const SHARE: f64 = 0.5;
/// Clips at once where nothing is learned.
const TOGETHER: usize = 16;

impl Lesson<ParseHead> for Parsing {
    fn loss(
        &self,
        head: &ParseHead,
        batch: &Batch,
        device: &Device,
    ) -> Result<Tensor<1>, TrainError> {
        let output = head.forward(&batch.seen, &batch.heard, None, batch.clips.len())?;
        let [heard, seen] = targets(&batch.truths, batch.bank.seconds, device);
        let any = |seconds: &Tensor<3>| seconds.clone().max_dim(1).squeeze_dim::<2>(1);
        let clips = [
            (output.audible_clip.clone(), any(&heard)),
            (output.visible_clip.clone(), any(&seen)),
        ];
        let either = any(&heard).max_pair(any(&seen));
        let mut loss = parsed_seconds_loss(&output, &heard, &seen)
            + probability_loss(output.clip.clone(), either);
        for (found, truth) in clips {
            loss = loss + probability_loss(found, truth);
        }
        Ok(match token_loss(&output) {
            Some(tokens) => loss + tokens,
            None => loss,
        })
    }

    fn score(&self, head: &ParseHead, banks: &[&Bank], device: &Device) -> Result<f64, TrainError> {
        let mut sum = 0.0;
        for bank in banks {
            sum += scores(head, bank, device)?.segment.type_at_av;
        }
        Ok(sum / banks.len().max(1) as f64)
    }
}

/// Which classes are heard and which are seen in a scene, `[second][class]`.
fn seconds(truth: &Truth, seconds: usize) -> impl Iterator<Item = [Vec<usize>; 2]> + '_ {
    let spans = TimeSpan::seconds_of(Time::from_micros(seconds as i64 * 1_000_000));
    spans.into_iter().map(|second| {
        let heard = truth.heard(second, SHARE).collect();
        [heard, truth.visible(second, SHARE).collect()]
    })
}

/// 1 where a class is heard, and where it is seen, `[n, seconds, classes]` each.
fn targets(truths: &[Truth], length: usize, device: &Device) -> [Tensor<3>; 2] {
    let classes = CATEGORIES.len();
    let mut rows = [(); 2].map(|()| vec![0.0f32; truths.len() * length * classes]);
    for (i, truth) in truths.iter().enumerate() {
        for (t, both) in seconds(truth, length).enumerate() {
            for (row, found) in rows.iter_mut().zip(both) {
                let start = (i * length + t) * classes;
                found.into_iter().for_each(|class| row[start + class] = 1.0);
            }
        }
    }
    let shape = [truths.len(), length, classes];
    rows.map(|row| Tensor::from_data(TensorData::new(row, shape), device))
}

/// The F-scores of a head on a bank.
pub(super) fn scores(
    head: &ParseHead,
    bank: &Bank,
    device: &Device,
) -> Result<LlpScores, TrainError> {
    let all: Vec<usize> = (0..bank.len()).collect();
    let (mut predicted, mut truth) = (vec![], vec![]);
    for clips in all.chunks(TOGETHER) {
        let (seen, heard) = bank.batch(clips, device);
        let output = head.forward(&seen, &heard, None, clips.len())?;
        let classes = output.clip.dims()[1];
        let [clip, audible, visible] = [
            numbers(output.clip),
            numbers(output.audible),
            numbers(output.visible),
        ];
        let length = bank.seconds * classes;
        let rows = audible.chunks(length).zip(visible.chunks(length));
        for (whole, (audible, visible)) in clip.chunks(classes).zip(rows) {
            predicted.push(Parsed {
                audible: Grid::from_probabilities(whole, audible),
                visible: Grid::from_probabilities(whole, visible),
            });
        }
        truth.extend(clips.iter().map(|i| parsed(&bank.truths[*i], bank.seconds)));
    }
    Ok(llp_scores(&predicted, &truth))
}

fn parsed(truth: &Truth, length: usize) -> Parsed {
    let mut grids = [(); 2].map(|()| Grid::new(CATEGORIES.len(), length));
    for (t, both) in seconds(truth, length).enumerate() {
        for (grid, found) in grids.iter_mut().zip(both) {
            found
                .into_iter()
                .for_each(|class| grid.set(class, t, t + 1));
        }
    }
    let [audible, visible] = grids;
    Parsed { audible, visible }
}
