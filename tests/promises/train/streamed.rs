//! A head learns from a batch that is read a clip and a layer at a time what it would learn from all of it at once.

use std::sync::Arc;

use burn::module::Module;
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::{Device, Tensor};
use mettle_core::model::{
    AvelConfig, Distillation, DpBranch, InterModal, LcdConfig, SegmentConfig, TaskHead,
};
use mettle_core::train::{
    Batch, OptimiserConfig, TrainConfig, Trainer, avel_loss, avel_targets, known_mask_loss, masks,
};

use super::clips::{CLASSES, Clips, layers};
use crate::heads::noise::parameters;

/// Clips of the batch.
const CLIPS: usize = 5;
/// With an epsilon so far above every gradient, Adam's first step is that of plain gradient descent at a rate of 1.
const FAR: f32 = 1e5;

/// Without dropout.
fn head(lcd: &LcdConfig) -> TaskHead {
    let config = AvelConfig {
        distill: Distillation {
            d: 16,
            visual: lcd.clone(),
            audio: lcd.clone(),
            ..Distillation::avel()
        },
        inter_modal: InterModal::None,
    };
    let head = config.init(&layers(), &layers(), CLASSES, &Device::flex());
    TaskHead::Localize(head.unwrap())
}

/// A step of the program's.
fn streamed(head: &TaskHead, clips: &Arc<Clips>) -> TaskHead {
    let config = TrainConfig {
        batch: CLIPS,
        optimiser: OptimiserConfig {
            rate: f64::from(FAR),
            epsilon: FAR,
            ..OptimiserConfig::default()
        },
        ..TrainConfig::of(head.task())
    };
    let (none, device) = (Arc::new(Clips(vec![])), Device::flex());
    let mut trainer = Trainer::new(head.clone(), config, clips.clone(), none, &device).unwrap();
    trainer.step().unwrap();
    trainer.head()
}

/// A step with all layers of all clips on the device, and every product in the record of gradients.
fn whole(head: &TaskHead, clips: &Arc<Clips>) -> TaskHead {
    let learning = Device::flex().autodiff();
    let head = head.clone().fork(&learning).train();
    let all: Vec<usize> = (0..clips.0.len()).collect();
    let batch = Batch::read(&**clips, &all, &learning).unwrap();
    let loss = match &head {
        TaskHead::Localize(head) => {
            let output = head.forward(&batch.visual, &batch.audio, all.len());
            avel_loss(output, &avel_targets(&batch.targets, &learning))
        }
        TaskHead::Segment(head) => {
            let output = head.forward(&batch.visual, &batch.audio, all.len());
            let (masks, known) = masks(&batch.targets, head.mask(), &learning);
            known_mask_loss(output.unwrap().logits, masks, known)
        }
        _ => panic!("a head for events or masks"),
    };
    let grads = GradientsParams::from_grads(loss.backward(), &head);
    SgdConfig::new().init().step(1.0, head, grads).valid()
}

/// The step of the program's comes out as one of the whole batch.
fn same(name: &str, start: &TaskHead, clips: &Arc<Clips>) {
    let before = parameters(start);
    let [found, expected] = [streamed, whole].map(|step| parameters(&step(start, clips)));
    let far = |one: &Tensor<2>, other: &Tensor<2>| {
        (one.clone() - other.clone())
            .abs()
            .max()
            .into_scalar::<f32>()
    };
    for (part, found) in &found {
        let away = far(found, &expected[part]);
        assert!(away < 1e-5, "{name}: {part} is {away:e} away");
    }
    let taught = found
        .iter()
        .filter(|(part, found)| far(found, &before[*part]) > 1e-4);
    assert!(taught.count() * 2 > found.len(), "{name} learned");
}

#[test]
fn the_gradient_is_that_of_the_whole_batch() {
    let clips = Clips::labelled(CLIPS);
    let plain = LcdConfig {
        tokens: 2,
        ..LcdConfig::default()
    };
    let all = [
        ("the paper's", plain.clone()),
        // The second repeat asks with what the first one got.
        (
            "repeated",
            LcdConfig {
                repeats: 3,
                ..plain.clone()
            },
        ),
        (
            "repeated with weights of its own",
            LcdConfig {
                repeats: 2,
                own_weights: true,
                ..plain.clone()
            },
        ),
        (
            "means",
            LcdConfig {
                dp_branch: DpBranch::Avgpool,
                ..plain.clone()
            },
        ),
        (
            "no attention",
            LcdConfig {
                ts_branch: false,
                final_norm: true,
                ..plain
            },
        ),
    ];
    for (name, lcd) in all {
        same(name, &head(&lcd), &clips);
    }
}

/// Masks so large that a clip goes through the decoder at a time; of the second clip two seconds are known.
#[test]
fn the_gradient_of_masks_in_parts_is_that_of_the_whole_batch() {
    let config = SegmentConfig {
        distill: Distillation {
            d: 16,
            ..Distillation::avs_s4()
        },
        width: 8,
        mask: (1024, 1024),
        ..SegmentConfig::default()
    };
    let device = Device::flex();
    device.seed(3);
    let head = config.init(&layers(), &layers(), &device).unwrap();
    let mut clips = Clips(Clips::labelled(2).0.clone());
    clips.0[1].masks[2..].fill(None);
    same("masks", &TaskHead::Segment(head), &Arc::new(clips));
}
