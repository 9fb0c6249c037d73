//! Scenes after the backbones, in memory, as clips to be taught and asked.

use std::sync::Arc;

use burn::tensor::Device;

use crate::data::scenes::Scene;
use crate::data::{SaidGrid, Targets};
use crate::features::{FeatureError, HalfFeatures};
use crate::model::{Familiarity, describe};
use crate::train::demo::frozen::Frozen;
use crate::train::error::TrainError;
use crate::train::evaluation::numbers;
use crate::train::examples::{Batch, Examples, Side};
use crate::train::taught::Before;

/// A scene after the backbones.
pub(super) struct Clip {
    pub features: [HalfFeatures; 2],
    /// Everything, over the classes of the grown head.
    pub truth: Targets,
}

/// How familiar each second is.
pub(super) fn trust(batch: &Batch, known: Option<&Familiarity>) -> Result<Vec<f32>, TrainError> {
    let Some(known) = known else {
        return Ok(vec![]);
    };
    let (seen, heard) = (describe(&batch.visual), describe(&batch.audio));
    let widths = [seen.dims()[1].max(1), heard.dims()[1].max(1)];
    let (seen, heard) = (numbers(seen)?, numbers(heard)?);
    let rows = seen.chunks(widths[0]).zip(heard.chunks(widths[1]));
    Ok(rows
        .map(|(seen, heard)| known.score(&[seen, heard].concat()))
        .collect())
}

impl Clip {
    pub fn of(frozen: &Frozen<'_>, scene: &Scene, both: SaidGrid) -> Result<Self, TrainError> {
        let found = frozen.extract(std::slice::from_ref(scene));
        let half = |features| HalfFeatures::of(features).map_err(FeatureError::Device);
        let mut truth = Targets::unknown(both.seconds(), both.classes());
        truth.both = both;
        Ok(Self {
            features: [half(&found.visual)?, half(&found.audio)?],
            truth,
        })
    }

    pub fn batch(&self, device: &Device) -> Batch {
        let [visual, audio] = &self.features;
        Batch {
            visual: visual.to_device(device),
            audio: audio.to_device(device),
            targets: vec![self.truth.clone()],
        }
    }
}

/// Clips in memory, with what is said of them.
#[derive(Default)]
pub(super) struct Lesson {
    pub features: Vec<[HalfFeatures; 2]>,
    pub targets: Vec<Targets>,
    pub before: Vec<Option<Arc<Before>>>,
}

impl Lesson {
    /// One more, of which nothing is known of before.
    pub fn add(&mut self, features: [HalfFeatures; 2], targets: Targets) {
        self.features.push(features);
        self.targets.push(targets);
        self.before.push(None);
    }

    /// What a head said of the last one before.
    pub fn know(&mut self, before: Before) {
        if let Some(last) = self.before.last_mut() {
            *last = Some(Arc::new(before));
        }
    }

    /// The first ones, of which nothing is said, over so many classes.
    pub fn first(&self, count: usize, classes: usize) -> Self {
        let each = self.targets.iter().take(count);
        Self {
            features: self.features.iter().take(count).cloned().collect(),
            before: self.before.iter().take(count).cloned().collect(),
            targets: each
                .map(|targets| Targets::unknown(targets.seconds(), classes))
                .collect(),
        }
    }
}

impl Examples for Lesson {
    fn len(&self) -> usize {
        self.targets.len()
    }

    fn classes(&self) -> usize {
        self.targets.first().map_or(0, Targets::classes)
    }

    fn seconds(&self, clip: usize) -> usize {
        self.targets.get(clip).map_or(0, Targets::seconds)
    }

    fn targets(&self, clip: usize) -> Result<Targets, TrainError> {
        self.targets.get(clip).cloned().ok_or_else(beyond)
    }

    fn features(&self, clip: usize, side: Side) -> Result<HalfFeatures, TrainError> {
        let [visual, audio] = self.features.get(clip).ok_or_else(beyond)?;
        Ok(match side {
            Side::Visual => visual.clone(),
            Side::Audio => audio.clone(),
        })
    }

    fn before(&self, clip: usize) -> Option<Arc<Before>> {
        self.before.get(clip)?.clone()
    }
}

fn beyond() -> TrainError {
    TrainError::Data("a clip beyond the last".to_owned())
}
