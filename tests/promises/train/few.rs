//! A training on a few corrections ends when they are learned, and what nobody spoke of stays near what the head said.

use std::sync::Arc;

use burn::tensor::Device;
use mettle_core::base::Said;
use mettle_core::data::Targets;
use mettle_core::features::HalfFeatures;
use mettle_core::model::TaskHead;
use mettle_core::train::{
    Before, EarlyStop, Examples, LossConfig, OptimiserConfig, Side, Step, TrainConfig, TrainError,
    Trainer, before,
};

use super::clips::{CLASSES, Clips, SECONDS, heads};

/// Seconds that are denied.
const DENIED: usize = 2;

/// One clip, and what the head said of it before.
struct Taught {
    clip: Clips,
    before: Option<Arc<Before>>,
}

impl Examples for Taught {
    fn len(&self) -> usize {
        self.clip.len()
    }

    fn classes(&self) -> usize {
        self.clip.classes()
    }

    fn seconds(&self, clip: usize) -> usize {
        self.clip.seconds(clip)
    }

    fn targets(&self, clip: usize) -> Result<Targets, TrainError> {
        self.clip.targets(clip)
    }

    fn features(&self, clip: usize, side: Side) -> Result<HalfFeatures, TrainError> {
        self.clip.features(clip, side)
    }

    fn before(&self, _clip: usize) -> Option<Arc<Before>> {
        self.before.clone()
    }
}

/// Nothing happens in the first seconds; of the rest nothing is said.
fn denied() -> Clips {
    let mut targets = Targets::unknown(SECONDS, CLASSES);
    for t in 0..DENIED {
        for class in 0..CLASSES {
            targets.heard.set(t, class, Said::No);
            targets.seen.set(t, class, Said::No);
            targets.both.set(t, class, Said::No);
        }
    }
    Clips(vec![targets])
}

fn trained(head: &TaskHead, taught: Taught, config: TrainConfig) -> Trainer {
    let none = Arc::new(Clips(vec![]));
    let device = Device::flex();
    let mut trainer = Trainer::new(head.clone(), config, Arc::new(taught), none, &device).unwrap();
    while trainer.step().unwrap() != Step::Done {}
    trainer
}

/// What a head says of each second: that something happens, or of each class in each modality.
fn said(head: &TaskHead) -> Vec<f32> {
    match before(head, (&denied(), 0), &Device::flex()).unwrap() {
        Before::Localize { is_event, .. } => is_event,
        Before::Parse { halves, .. } => halves.concat(),
        Before::Segment { .. } => vec![],
    }
}

#[test]
fn what_nobody_spoke_of_stays_near_what_the_head_said() {
    for head in &heads()[..2] {
        let old = said(head);
        // Both modalities of parsing one after the other, each second by second.
        let each = match head {
            TaskHead::Parse(_) => CLASSES,
            _ => 1,
        };
        let is_denied = |i: usize| (i / each) % SECONDS < DENIED;
        let away = |keep: f64, of_denied: bool| {
            let known = before(head, (&denied(), 0), &Device::flex()).unwrap();
            let taught = Taught {
                clip: denied(),
                before: Some(Arc::new(known)),
            };
            let config = TrainConfig {
                epochs: 60,
                schedule: None,
                optimiser: OptimiserConfig {
                    rate: 3e-3,
                    ..OptimiserConfig::default()
                },
                loss: LossConfig {
                    keep,
                    ..LossConfig::default()
                },
                ..TrainConfig::localize()
            };
            let new = said(&trained(head, taught, config).head());
            let both = old.iter().zip(&new).enumerate();
            let part = both.filter(|(i, _)| is_denied(*i) == of_denied);
            let apart: Vec<f32> = part.map(|(_, (old, new))| (old - new).abs()).collect();
            apart.iter().sum::<f32>() / apart.len() as f32
        };
        let (kept, free) = (away(1.0, false), away(0.0, false));
        assert!(kept < free / 2.0, "{:?}: {kept} {free}", head.task());
        assert!(away(1.0, true) > 2.0 * kept, "{:?}: learned", head.task());
    }
}

#[test]
fn a_training_ends_when_there_is_nothing_left_to_learn() {
    let head = heads().remove(0);
    let epochs = |loss: f32| {
        let config = TrainConfig {
            batch: 1,
            epochs: 7,
            stop: Some(EarlyStop { loss, patience: 2 }),
            ..TrainConfig::localize()
        };
        let taught = Taught {
            clip: denied(),
            before: None,
        };
        let trainer = trained(&head, taught, config);
        assert_eq!(trainer.best().unwrap().epoch, trainer.history().len());
        trainer.history().len()
    };
    assert_eq!(epochs(f32::INFINITY), 2, "all of it is small");
    assert_eq!(epochs(0.0), 7, "nothing is");
}
