//! What a head should say of a batch, and how far it is from that: one loss a task, over what is known.

use std::ops::Range;

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::error::TrainError;
use super::examples::Shown;
use super::kept::Kept;
use super::losses::{
    AvelTargets, Known, LossConfig, ParseTargets, avel_loss, known_mask_loss, matching_loss,
    parse_loss,
};
use crate::base::Said;
use crate::data::{SaidGrid, SoundingMask, Targets};
use crate::model::{LocalizeHead, ParseHead, SegmentHead, TaskHead};

/// What a head loses on clips that it is shown.
pub(super) struct Losses {
    /// On those that are learned from, `[1]`; none where there are none.
    pub learned: Option<Tensor<1>>,
    /// How far it has gone from what it said of those that are replayed, `[1]`; none where there are none.
    pub replayed: Option<Tensor<1>>,
}

impl Losses {
    /// As one number.
    pub fn weighed(self, config: &LossConfig) -> Option<Tensor<1>> {
        sum(self.learned, self.replayed.map(|loss| loss * config.replay))
    }
}

fn sum(one: Option<Tensor<1>>, other: Option<Tensor<1>>) -> Option<Tensor<1>> {
    one.into_iter().chain(other).reduce(|a, b| a + b)
}

/// The losses of a head on a batch.
///
/// # Errors
/// The features are not those of the head's backbones.
pub(super) fn losses(
    head: &TaskHead,
    shown: &Shown<'_>,
    config: &LossConfig,
    device: &Device,
) -> Result<Losses, TrainError> {
    match head {
        TaskHead::Localize(head) => Ok(localize(head, shown, config, device)),
        TaskHead::Parse(head) => parse(head, shown, config, device),
        TaskHead::Segment(head) => segment(head, shown, config, device),
        TaskHead::Tags(_) => Err(not_trained()),
    }
}

/// Whether what a head says of several clips can be told apart by clip, so that clips that are learned from and clips that are
/// replayed may go through it together. The matching loss of masks is of all that is shown.
pub(super) fn splits(head: &TaskHead) -> bool {
    matches!(head, TaskHead::Localize(_) | TaskHead::Parse(_))
}

/// The clips that are learned from, and those that are replayed: where they stand in the batch, and what is to be stayed near to.
fn halved<'a>(of: &Shown<'a>) -> [Option<(Range<usize>, Kept<'a>)>; 2] {
    let all = of.targets.len();
    [0..of.learned, of.learned..all].map(|range| {
        let kept = Kept {
            targets: of.targets.get(range.clone()).unwrap_or_default(),
            before: of.before.get(range.clone()).unwrap_or_default(),
        };
        (!range.is_empty()).then_some((range, kept))
    })
}

/// A head from tags has nothing to learn with.
pub(super) fn not_trained() -> TrainError {
    TrainError::Data(
        "a head from tags reads classifiers and is not trained or measured on features: begin with a head of the paper's shape"
            .to_owned(),
    )
}

fn localize(head: &LocalizeHead, of: &Shown<'_>, config: &LossConfig, device: &Device) -> Losses {
    let (visual, audio) = of.distilled(|visual, audio| head.meta_features(visual, audio));
    let output = head.classify(visual, audio, of.clips());
    let [learned, replayed] = halved(of);
    let learned = learned.map(|(range, kept)| {
        let output = output.of_clips(range);
        let stays = stays(&kept, config).then(|| kept.events(&output, device) * config.keep);
        let loss = avel_loss(output, &avel_targets(kept.targets, device));
        stays.into_iter().fold(loss, |loss, kept| loss + kept)
    });
    Losses {
        learned,
        replayed: replayed.map(|(range, kept)| kept.events(&output.of_clips(range), device)),
    }
}

/// Whether anything is to be stayed near to, of clips that are learned from.
fn stays(kept: &Kept<'_>, config: &LossConfig) -> bool {
    config.keep > 0.0 && !kept.is_empty()
}

/// What CMBS should say: of seconds whether an event happens, of clips with an event its class.
pub fn avel_targets(clips: &[Targets], device: &Device) -> AvelTargets {
    let (mut is_event, mut known, mut class, mut has_event) = (vec![], vec![], vec![], vec![]);
    for targets in clips {
        let events: Vec<_> = (0..targets.seconds()).map(|t| targets.event(t)).collect();
        is_event.extend(events.iter().map(|e| f32::from(e.flatten().is_some())));
        known.extend(events.iter().map(|e| f32::from(e.is_some())));
        let first = events.iter().find_map(|event| event.flatten());
        class.push(first.unwrap_or(0) as i64);
        has_event.push(f32::from(first.is_some()));
    }
    let (n, seconds) = (clips.len(), is_event.len() / clips.len().max(1));
    let by_second = |values| Tensor::from_data(TensorData::new(values, [n, seconds]), device);
    AvelTargets {
        is_event: by_second(is_event),
        known: by_second(known),
        class: Tensor::<1, Int>::from_data(TensorData::new(class, [n]), device),
        has_event: Tensor::from_data(TensorData::new(has_event, [n]), device),
    }
}

fn parse(
    head: &ParseHead,
    of: &Shown<'_>,
    config: &LossConfig,
    device: &Device,
) -> Result<Losses, TrainError> {
    let (visual, audio) = of.distilled(|visual, audio| head.meta_features(visual, audio));
    let output = head.classify(visual, audio, None, of.clips())?;
    let [learned, replayed] = halved(of);
    let learned = learned.map(|(range, kept)| {
        let output = output.of_clips(range);
        let loss = parse_loss(&output, &parse_targets(kept.targets, config, device));
        match stays(&kept, config) {
            true => loss + kept.halves(&output, device) * config.keep,
            false => loss,
        }
    });
    Ok(Losses {
        learned,
        replayed: replayed.map(|(range, kept)| kept.halves(&output.of_clips(range), device)),
    })
}

/// What a parsing head should say. Where a modality's seconds do not decide whether a class happens in it, the label of the clip
/// as a whole stands in, smoothed: it does not say in which modality.
pub fn parse_targets(clips: &[Targets], config: &LossConfig, device: &Device) -> ParseTargets {
    let classes = clips.first().map_or(0, Targets::classes);
    let grids = |of: fn(&Targets) -> &SaidGrid| {
        let cells = clips
            .iter()
            .flat_map(|t| of(t).cells().iter().map(|s| exactly(*s)));
        let seconds = clips.first().map_or(0, Targets::seconds);
        known(cells, [clips.len(), seconds, classes], device)
    };
    let modality = |of: fn(&Targets) -> &SaidGrid, smoothing: f64| {
        let cells = clips.iter().flat_map(|targets| {
            (0..classes).map(move |class| match of(targets).sometime(class) {
                Said::Unknown => smoothed(targets.somewhere[class], smoothing),
                said => exactly(said),
            })
        });
        known(cells, [clips.len(), classes], device)
    };
    let heard: fn(&Targets) -> &SaidGrid = |targets| &targets.heard;
    let seen: fn(&Targets) -> &SaidGrid = |targets| &targets.seen;
    let clip = clips
        .iter()
        .flat_map(|t| t.somewhere.iter().map(|s| exactly(*s)));
    ParseTargets {
        seconds: [grids(heard), grids(seen)],
        modalities: [
            modality(heard, config.smoothing.audio),
            modality(seen, config.smoothing.visual),
        ],
        clip: known(clip, [clips.len(), classes], device),
    }
}

/// The probability something should have, and whether that counts.
fn exactly(said: Said) -> (f32, f32) {
    smoothed(said, 0.0)
}

fn smoothed(said: Said, by: f64) -> (f32, f32) {
    match said.known() {
        Some(yes) => (
            (f64::from(u8::from(yes)) * (1.0 - by) + by / 2.0) as f32,
            1.0,
        ),
        None => (0.0, 0.0),
    }
}

fn known<const D: usize>(
    cells: impl Iterator<Item = (f32, f32)>,
    shape: [usize; D],
    device: &Device,
) -> Known<D> {
    let (target, known): (Vec<f32>, Vec<f32>) = cells.unzip();
    let tensor = |values| Tensor::from_data(TensorData::new(values, shape), device);
    Known {
        target: tensor(target),
        known: tensor(known),
    }
}

fn segment(
    head: &SegmentHead,
    of: &Shown<'_>,
    config: &LossConfig,
    device: &Device,
) -> Result<Losses, TrainError> {
    let output = head.forward(of.visual, of.audio, of.targets.len())?;
    let kept = Kept {
        targets: of.targets,
        before: of.before,
    };
    if of.learned == 0 {
        return Ok(Losses {
            learned: None,
            replayed: Some(kept.masks(&output, device) * of.share.kept),
        });
    }
    let (masks, known) = masks(of.targets, head.mask(), device);
    let loss = known_mask_loss(output.logits.clone(), masks, known) * of.share.known;
    // A sum over seconds, whatever the batch.
    let matching = config.matching.zip(matching_loss(&output));
    let matching = matching.map(|(weight, matching)| matching * weight);
    let weight = config.keep * of.share.kept;
    let stays = stays(&kept, config).then(|| kept.masks(&output, device) * weight);
    let more = matching.into_iter().chain(stays);
    Ok(Losses {
        learned: Some(more.fold(loss, |loss, more| loss + more)),
        replayed: None,
    })
}

/// The masks of all seconds in a head's size, `[n, rows, columns]`, and which of them are known, `[n]`.
pub fn masks(
    clips: &[Targets],
    (rows, columns): (usize, usize),
    device: &Device,
) -> (Tensor<3>, Tensor<1>) {
    let (mut values, mut known) = (vec![], vec![]);
    for mask in clips.iter().flat_map(|targets| &targets.masks) {
        known.push(f32::from(mask.is_some()));
        match mask {
            Some(mask) => values.extend(shrink(mask, (rows, columns))),
            None => values.resize(values.len() + rows * columns, 0.0),
        }
    }
    let n = known.len();
    (
        Tensor::from_data(TensorData::new(values, [n, rows, columns]), device),
        Tensor::from_data(TensorData::new(known, [n]), device),
    )
}

/// The share of what falls into each place of another size that sounds.
pub(super) fn shrink(mask: &SoundingMask, (rows, columns): (usize, usize)) -> Vec<f32> {
    let (high, wide) = mask.size;
    // At least one row or column, also where there are more places than those.
    let part = |i: usize, places: usize, all: usize| {
        let from = (i * all / places.max(1)).min(all.saturating_sub(1));
        from..((i + 1) * all / places.max(1)).clamp(from + 1, all.max(from + 1))
    };
    let mut out = Vec::with_capacity(rows * columns);
    for place in 0..rows * columns {
        let down = part(place / columns, rows, high);
        let across = part(place % columns, columns, wide);
        let size = down.len() * across.len();
        let row = |y: usize| mask.sounds.get(y * wide..).unwrap_or(&[]);
        let sounding = down.map(|y| {
            let row = row(y).get(across.clone()).unwrap_or(&[]);
            row.iter().filter(|sounds| **sounds).count()
        });
        out.push(sounding.sum::<usize>() as f32 / size.max(1) as f32);
    }
    out
}
