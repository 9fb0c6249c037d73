//! Five steps of training a small head, distillation and all, are PyTorch's: losses and every weight.

use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use mettle_core::base::Said;
use mettle_core::data::{SaidGrid, Targets};
use mettle_core::features::HalfFeatures;
use mettle_core::model::{
    AvelConfig, Distillation, InterModal, LayerFeatures, LayerShape, LocalizeHead, TaskHead,
};
use mettle_core::train::{
    Examples, OptimiserConfig, Side, Step, StepLr, TrainConfig, TrainError, Trainer,
};

use super::noise::parameters;
use super::twin::Twin;

const SECONDS: usize = 6;
const CLASSES: usize = 5;
/// Class, first second and the one after the last.
const EVENTS: [Option<(usize, usize, usize)>; 4] =
    [Some((0, 1, 4)), Some((2, 0, 6)), Some((4, 3, 5)), None];

/// The twin's clips.
struct Clips {
    count: usize,
    visual: LayerFeatures,
    audio: LayerFeatures,
}

impl Clips {
    fn of(twin: &Twin, count: usize) -> Self {
        let side = |name: &str| {
            let layer = |i: usize| twin.tensor::<3>(&format!("in.{name}.{i}")).inner();
            LayerFeatures {
                layers: vec![layer(0), layer(1)],
                final_norm: layer(1),
            }
        };
        Self {
            count,
            visual: side("visual"),
            audio: side("audio"),
        }
    }
}

impl Examples for Clips {
    fn len(&self) -> usize {
        self.count
    }

    fn classes(&self) -> usize {
        CLASSES
    }

    fn seconds(&self, _clip: usize) -> usize {
        SECONDS
    }

    fn targets(&self, clip: usize) -> Result<Targets, TrainError> {
        let mut both = SaidGrid::all(SECONDS, CLASSES, Said::No);
        if let Some((class, from, to)) = EVENTS[clip] {
            (from..to).for_each(|second| both.set(second, class, Said::Yes));
        }
        Ok(Targets::of_modalities(both.clone(), both))
    }

    fn features(&self, clip: usize, side: Side) -> Result<HalfFeatures, TrainError> {
        let all = match side {
            Side::Visual => &self.visual,
            Side::Audio => &self.audio,
        };
        let part = |x: &Tensor<3>| x.clone().narrow(0, clip * SECONDS, SECONDS);
        HalfFeatures::of(&LayerFeatures {
            layers: all.layers.iter().map(part).collect(),
            final_norm: part(&all.final_norm),
        })
        .map_err(TrainError::Device)
    }
}

fn head(device: &Device) -> LocalizeHead {
    let layer = |tokens: usize, width: usize, stage: usize| LayerShape {
        tokens,
        width,
        grid: (1, tokens),
        stage,
    };
    let layers = [layer(16, 8, 0), layer(4, 16, 1)];
    let mut distill = Distillation {
        d: 16,
        ..Distillation::avel()
    };
    distill.visual.final_norm = false;
    let config = AvelConfig {
        distill,
        inter_modal: InterModal::None,
    };
    config.init(&layers, &layers, CLASSES, device).unwrap()
}

fn config() -> TrainConfig {
    TrainConfig {
        batch: EVENTS.len(),
        epochs: 5,
        optimiser: OptimiserConfig {
            rate: 0.01,
            ..OptimiserConfig::default()
        },
        schedule: Some(StepLr {
            step: 2,
            gamma: 0.35,
        }),
        ..TrainConfig::localize()
    }
}

#[test]
fn losses_and_weights_are_pytorchs() {
    let device = Device::flex();
    let (before, after) = (Twin::read("steps", "before"), Twin::read("steps", "after"));
    // None to choose by: the last head counts.
    let clips = |count| Arc::new(Clips::of(&before, count));
    let (clips, none) = (clips(EVENTS.len()), clips(0));
    let start = TaskHead::Localize(before.load(head(&device)));
    let mut trainer = Trainer::new(start.clone(), config(), clips, none, &device).unwrap();
    while trainer.step().unwrap() != Step::Done {}
    let losses: Vec<f32> = before.tensor::<1>("losses").try_into_vec_as().unwrap();
    for (epoch, expected) in trainer.history().iter().zip(&losses) {
        assert!((epoch.loss - expected).abs() < 1e-5, "{epoch:?} {expected}");
    }
    let expected = parameters(&TaskHead::Localize(after.load(head(&device))));
    let (start, found) = (parameters(&start), parameters(&trainer.head()));
    assert_eq!(found.len(), expected.len());
    let away = |one: &Tensor<2>, two: &Tensor<2>| {
        let apart = (one.clone() - two.clone()).abs().max();
        apart.into_scalar::<f32>()
    };
    for (name, found) in &found {
        assert!(away(found, &expected[name]) < 1e-5, "{name}");
        // Softmax takes a key's bias away again; all else was taught.
        let taught = away(found, &start[name]) > 1e-4;
        assert!(taught || name.ends_with("key.bias"), "{name}");
    }
}
