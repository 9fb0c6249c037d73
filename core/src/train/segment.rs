//! What a segmentation head learns, and the scores of its masks.

use burn::tensor::{Device, Tensor, TensorData};

use super::demo::TrainError;
use super::features::{Bank, MAP_SIDE, NOTHING, numbers};
use super::fit::{Batch, Lesson};
use super::losses::mask_loss;
use super::metrics::{FRAMES_A_BATCH, MaskMeter, MaskScores};
use crate::base::{Time, TimeSpan};
use crate::data::scenes::Truth;
use crate::model::SegmentHead;

/// Segmentation of what sounds.
pub(super) struct Segmenting;

/// Clips at once where nothing is learned.
const TOGETHER: usize = 8;

impl Lesson<SegmentHead> for Segmenting {
    fn loss(
        &self,
        head: &SegmentHead,
        batch: &Batch,
        device: &Device,
    ) -> Result<Tensor<1>, TrainError> {
        let output = head.forward(&batch.seen, &batch.heard, batch.clips.len())?;
        let (rows, columns) = head.mask();
        let masks: Vec<f32> = batch
            .clips
            .iter()
            .zip(&batch.truths)
            .flat_map(|(clip, truth)| sounding(batch.bank, *clip, truth))
            .collect();
        let masks = shrink(&masks, (rows, columns));
        let n = batch.clips.len() * batch.bank.seconds;
        let target = TensorData::new(masks, [n, rows, columns]);
        Ok(mask_loss(output.logits, Tensor::from_data(target, device)))
    }

    fn score(
        &self,
        head: &SegmentHead,
        banks: &[&Bank],
        device: &Device,
    ) -> Result<f64, TrainError> {
        let mut sum = 0.0;
        for bank in banks {
            sum += scores(head, bank, MAP_SIDE, |clip| own(bank, clip), device)?.miou;
        }
        Ok(sum / banks.len().max(1) as f64)
    }
}

/// What sounds in the middle of each second of a clip, by its class map: 1 or 0, `[seconds, MAP_SIDE, MAP_SIDE]`.
fn sounding(bank: &Bank, clip: usize, truth: &Truth) -> Vec<f32> {
    let size = MAP_SIDE * MAP_SIDE;
    let length = Time::from_micros(bank.seconds as i64 * 1_000_000);
    let maps = bank.maps.chunks_exact(size).skip(clip * bank.seconds);
    let seconds = TimeSpan::seconds_of(length).into_iter().zip(maps);
    seconds
        .flat_map(|(second, map)| {
            let heard: Vec<usize> = truth.audible(second.middle()).collect();
            let sounds =
                move |class: &u8| *class != NOTHING && heard.contains(&usize::from(*class));
            map.iter().map(move |class| f32::from(sounds(class)))
        })
        .collect()
}

/// The masks of all seconds of a clip with its own sound, by its class maps.
pub(super) fn own(bank: &Bank, clip: usize) -> Vec<bool> {
    let masks = sounding(bank, clip, &bank.truths[clip]);
    masks.iter().map(|p| *p > 0.5).collect()
}

/// Maps of [`MAP_SIDE`] squared to smaller ones: the mean of what falls into each place.
fn shrink(maps: &[f32], (rows, columns): (usize, usize)) -> Vec<f32> {
    let (down, across) = (MAP_SIDE / rows.max(1), MAP_SIDE / columns.max(1));
    let size = (down * across).max(1) as f32;
    let mut out = Vec::with_capacity(maps.len() / size as usize);
    for map in maps.chunks_exact(MAP_SIDE * MAP_SIDE) {
        for place in 0..rows * columns {
            let (top, left) = (place / columns * down, place % columns * across);
            let row = |y: usize| &map[y * MAP_SIDE + left..][..across];
            let sum: f32 = (top..top + down).flat_map(row).sum();
            out.push(sum / size);
        }
    }
    out
}

/// The scores of a head's masks on a bank, stretched to `side` squared; `truth` gives those of all seconds of a clip.
pub(super) fn scores(
    head: &SegmentHead,
    bank: &Bank,
    side: usize,
    truth: impl Fn(usize) -> Vec<bool>,
    device: &Device,
) -> Result<MaskScores, TrainError> {
    let all: Vec<usize> = (0..bank.len()).collect();
    let mut meter = MaskMeter::new(FRAMES_A_BATCH);
    let size = side * side;
    for clips in all.chunks(TOGETHER) {
        let (seen, heard) = bank.batch(clips, device);
        let output = head.forward(&seen, &heard, clips.len())?;
        let (rows, columns) = head.mask();
        let found = numbers(output.probabilities());
        let frames = found.chunks_exact(rows * columns);
        let truths: Vec<bool> = clips.iter().flat_map(|clip| truth(*clip)).collect();
        for (frame, truth) in frames.zip(truths.chunks_exact(size)) {
            meter.add(&stretch(frame, (rows, columns), side), truth);
        }
    }
    Ok(meter.scores())
}

/// Bilinear, edge to edge, to `side` squared.
fn stretch(map: &[f32], (rows, columns): (usize, usize), side: usize) -> Vec<f32> {
    let place = |i: usize, n: usize| {
        let at = ((i as f32 + 0.5) * n as f32 / side as f32 - 0.5).clamp(0.0, (n - 1) as f32);
        let low = at as usize;
        (low, (low + 1).min(n - 1), at - low as f32)
    };
    let across: Vec<_> = (0..side).map(|x| place(x, columns)).collect();
    let mut out = Vec::with_capacity(side * side);
    for y in 0..side {
        let (top, bottom, down) = place(y, rows);
        let (top, bottom) = (&map[top * columns..], &map[bottom * columns..]);
        out.extend(across.iter().map(|&(left, right, part)| {
            let mix = |row: &[f32]| row[left] * (1.0 - part) + row[right] * part;
            mix(top) * (1.0 - down) + mix(bottom) * down
        }));
    }
    out
}
