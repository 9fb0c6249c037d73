//! Clips of noise, of a task's own length and classes, whose features lie in a cache of their own.

use std::sync::Arc;

use burn::tensor::{Device, Distribution, Tensor};

use crate::base::{ClipId, ContentHash, KeyHasher, Said, Task};
use crate::data::{SaidGrid, SoundingMask, Targets};
use crate::features::{EntryAbout, FeatureCache, FeatureError, FeatureKey, HalfFeatures};
use crate::model::{LayerFeatures, LayerShape};
use crate::train::clips::{AskTargets, ClipExamples};
use crate::train::error::TrainError;

/// Rows and columns of a mask.
const MASK: (usize, usize) = (224, 224);

/// Seconds of a clip of the task's data set: AVE's, LLP's, AVSBench's.
pub fn clip_seconds(task: Task) -> usize {
    match task {
        Task::Localize | Task::Parse => 10,
        Task::Segment => 5,
    }
}

/// Its classes.
pub(super) fn classes(task: Task) -> usize {
    match task {
        Task::Localize => 28,
        Task::Parse => 25,
        Task::Segment => 1,
    }
}

/// Adds some clips, whose features are put into the cache where they are not there.
pub(super) fn add(
    clips: &mut ClipExamples,
    (task, count): (Task, usize),
    [visual, audio]: [&[LayerShape]; 2],
    cache: &FeatureCache,
) -> Result<(), TrainError> {
    let seconds = clip_seconds(task);
    for clip in 0..count {
        let keys =
            [(0, visual), (1, audio)].map(|(side, layers)| (key(clip, side, seconds), layers));
        clips.add_kept(keys.map(|(key, _)| key), seconds, said(task, clip))?;
        for (key, layers) in keys {
            if cache.get(&key, seconds).is_none() {
                keep(cache, key, (layers, seconds))?;
            }
        }
    }
    Ok(())
}

fn key(clip: usize, side: usize, seconds: usize) -> FeatureKey {
    let name = |what: &str| {
        let hasher = KeyHasher::new(what).count(clip).count(side);
        hasher.count(seconds).finish()
    };
    FeatureKey {
        clip: ClipId(name("clip of noise 1")),
        backbone: ContentHash::default(),
        prep: ContentHash::default(),
    }
}

/// One class in half of the seconds; half of the picture sounds then.
fn said(task: Task, clip: usize) -> AskTargets {
    let (seconds, classes) = (clip_seconds(task), classes(task));
    Arc::new(move || {
        let mut there = SaidGrid::all(seconds, classes, Said::No);
        let happens = |t: usize| t.is_multiple_of(2);
        let sounding = (0..seconds).filter(|t| happens(*t));
        sounding.for_each(|t| there.set(t, clip % classes, Said::Yes));
        let mut targets = Targets::of_modalities(there.clone(), there);
        if task == Task::Segment {
            let places = MASK.0 * MASK.1;
            let mask = |t| SoundingMask {
                size: MASK,
                sounds: (0..places).map(|p| happens(t) && p < places / 2).collect(),
            };
            targets.masks = (0..seconds).map(|t| Some(mask(t))).collect();
        }
        Ok(targets)
    })
}

/// Features of noise.
fn keep(
    cache: &FeatureCache,
    key: FeatureKey,
    (layers, seconds): (&[LayerShape], usize),
) -> Result<(), TrainError> {
    let device = Device::flex();
    let noise = |layer: &LayerShape| {
        let shape = [seconds, layer.tokens, layer.width];
        Tensor::<3>::random(shape, Distribution::Normal(0.0, 1.0), &device)
    };
    let tensors: Vec<Tensor<3>> = layers.iter().map(noise).collect();
    let last = tensors.last().cloned();
    let features = LayerFeatures {
        final_norm: last.unwrap_or_else(|| Tensor::zeros([seconds, 1, 1], &device)),
        layers: tensors,
    };
    let half = HalfFeatures::of(&features).map_err(FeatureError::Device)?;
    let failed = |e: std::io::Error| TrainError::io(cache.folder(), e);
    let about = EntryAbout {
        clip: "noise".to_owned(),
        backbone: "noise".to_owned(),
    };
    let writer = cache.start(key, about, seconds, half.sizes());
    let mut writer = writer.ok_or_else(|| failed(std::io::Error::other("cannot be written")))?;
    writer.append(&half).map_err(failed)?;
    writer.finish().map_err(failed)
}
