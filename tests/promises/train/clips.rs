//! Small clips from nowhere: features drawn from a seed, and anything said of them.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use mettle_core::base::{Rng, Said};
use mettle_core::data::{SaidGrid, SoundingMask, Targets};
use mettle_core::features::HalfFeatures;
use mettle_core::model::heads::{HanConfig, ParseDecoder};
use mettle_core::model::{
    AvelConfig, Distillation, LayerFeatures, LayerShape, ParseConfig, SegmentConfig, TaskHead,
};
use mettle_core::train::{Examples, Side, TrainConfig, TrainError};

pub const CLASSES: usize = 3;
pub const SECONDS: usize = 5;
const SIDE: usize = 16;

/// Two stages of two blocks.
pub fn layers() -> Vec<LayerShape> {
    let layer = |stage: usize| LayerShape {
        tokens: 16 >> (2 * stage),
        width: 8 << stage,
        grid: (4 >> stage, 4 >> stage),
        stage,
    };
    vec![layer(0), layer(0), layer(1), layer(1)]
}

fn features(seed: u64, segments: usize) -> LayerFeatures {
    let (mut rng, device) = (Rng::new(seed), Device::flex());
    let mut tensor = |layer: &LayerShape| {
        let shape = [segments, layer.tokens, layer.width];
        let values: Vec<f32> = (0..shape.iter().product()).map(|_| rng.noise()).collect();
        Tensor::<3>::from_data(TensorData::new(values, shape), &device)
    };
    let layers = layers();
    LayerFeatures {
        layers: layers.iter().map(&mut tensor).collect(),
        final_norm: tensor(&layers[3]),
    }
}

/// A source that `train` has never heard of.
pub struct Clips(pub Vec<Targets>);

impl Clips {
    /// Of each clip one class is heard and seen in some seconds, and a half of the picture sounds then.
    pub fn labelled(count: usize) -> Arc<Self> {
        let clip = |i: usize| {
            let mut rng = Rng::of(9, i as u64);
            let mut heard = SaidGrid::all(SECONDS, CLASSES, Said::No);
            let (class, start) = (rng.below(CLASSES), rng.below(3));
            (start..start + 2).for_each(|t| heard.set(t, class, Said::Yes));
            let mut targets = Targets::of_modalities(heard.clone(), heard);
            targets.masks = (0..SECONDS)
                .map(|t| {
                    let sounds = targets.event(t) == Some(Some(class));
                    let place = |p: usize| sounds && p < SIDE * SIDE / 2;
                    Some(SoundingMask {
                        size: (SIDE, SIDE),
                        sounds: (0..SIDE * SIDE).map(place).collect(),
                    })
                })
                .collect();
            targets
        };
        Arc::new(Self((0..count).map(clip).collect()))
    }
}

impl Examples for Clips {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn classes(&self) -> usize {
        CLASSES
    }

    fn seconds(&self, clip: usize) -> usize {
        self.0[clip].seconds()
    }

    fn targets(&self, clip: usize) -> Result<Targets, TrainError> {
        Ok(self.0[clip].clone())
    }

    fn features(&self, clip: usize, side: Side) -> Result<HalfFeatures, TrainError> {
        let seed = 2 * clip as u64 + u64::from(side == Side::Audio);
        HalfFeatures::of(&features(seed, self.seconds(clip))).map_err(TrainError::Device)
    }
}

/// A small head of each task, fresh from a seed.
pub fn heads() -> Vec<TaskHead> {
    let (device, layers) = (Device::flex(), layers());
    device.seed(5);
    let localize = AvelConfig {
        distill: Distillation {
            d: 16,
            ..Distillation::avel()
        },
        ..AvelConfig::default()
    };
    let parse = ParseConfig {
        distill: Distillation {
            d: 16,
            ..Distillation::avvp()
        },
        decoder: ParseDecoder::Han(HanConfig {
            width: 16,
            heads: 4,
            hidden: 16,
            ..HanConfig::default()
        }),
        motion: None,
    };
    let segment = SegmentConfig {
        distill: Distillation {
            d: 16,
            ..Distillation::avs_ms3()
        },
        width: 8,
        mask: (SIDE, SIDE),
        tpavi: true,
        ..SegmentConfig::default()
    };
    vec![
        TaskHead::Localize(localize.init(&layers, &layers, CLASSES, &device).unwrap()),
        TaskHead::Parse(parse.init(&layers, &layers, CLASSES, &device).unwrap()),
        TaskHead::Segment(segment.init(&layers, &layers, &device).unwrap()),
    ]
}

/// Three short epochs, with everything in it that could depend on where a run was stopped.
pub fn config() -> TrainConfig {
    TrainConfig {
        batch: 4,
        epochs: 3,
        recombined: 0.3,
        ..TrainConfig::localize()
    }
}
