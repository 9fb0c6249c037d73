//! What a head is taught does not cost what it knew: clips that are replayed hold it to what it said of them, and where only what is
//! behind the distillers learns, these stay as they are and the loss is the same.

use std::sync::Arc;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};
use half::f16;
use mettle_core::base::{Said, Task};
use mettle_core::data::{SoundingMask, Targets};
use mettle_core::features::HalfFeatures;
use mettle_core::model::TaskHead;
use mettle_core::train::{
    Before, Examples, Learns, LossConfig, OptimiserConfig, Side, Step, TrainConfig, TrainError,
    Trainer, before,
};
use mettle_tests::program::alone;

use super::clips::{CLASSES, Clips, SECONDS, heads};

/// Clips of which nobody said anything, other ones than those that are taught, and of so many seconds.
struct Others(Vec<Option<Arc<Before>>>, usize);

/// Where their features begin.
const APART: usize = 20;

impl Others {
    fn of(head: &TaskHead, count: usize, seconds: usize) -> Self {
        let mut others = Self(vec![None; count], seconds);
        let known = (0..count).map(|clip| Some(Arc::new(others.said(head, clip))));
        others.0 = known.collect();
        others
    }

    fn said(&self, head: &TaskHead, clip: usize) -> Before {
        before(head, (self, clip), &Device::flex()).expect("computes")
    }

    /// What a head says of all of them.
    fn numbers(&self, head: &TaskHead) -> Vec<f32> {
        let all = (0..self.len()).map(|clip| match self.said(head, clip) {
            Before::Localize { is_event, event } => [is_event, event].concat(),
            Before::Parse { halves, .. } => halves.concat(),
            Before::Segment { masks } => masks.into_iter().map(f16::to_f32).collect(),
        });
        all.flatten().collect()
    }
}

impl Examples for Others {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn classes(&self) -> usize {
        CLASSES
    }

    fn seconds(&self, _clip: usize) -> usize {
        self.1
    }

    fn targets(&self, _clip: usize) -> Result<Targets, TrainError> {
        Ok(Targets::unknown(self.1, CLASSES))
    }

    fn features(&self, clip: usize, side: Side) -> Result<HalfFeatures, TrainError> {
        let all = Clips(vec![Targets::unknown(self.1, CLASSES); APART + clip + 1]);
        all.features(APART + clip, side)
    }

    fn before(&self, clip: usize) -> Option<Arc<Before>> {
        self.0[clip].clone()
    }
}

/// One class happens throughout, and all of the picture sounds.
fn lesson() -> Arc<Clips> {
    let mut targets = Targets::unknown(SECONDS, CLASSES);
    for t in 0..SECONDS {
        for grid in [&mut targets.heard, &mut targets.seen, &mut targets.both] {
            grid.set(t, 0, Said::Yes);
        }
    }
    let everywhere = SoundingMask {
        size: (1, 1),
        sounds: vec![true],
    };
    targets.masks = vec![Some(everywhere); SECONDS];
    targets.sum_up();
    Arc::new(Clips(vec![targets]))
}

fn trainer(head: &TaskHead, config: TrainConfig) -> Trainer {
    let none = Arc::new(Clips(vec![]));
    Trainer::new(head.clone(), config, lesson(), none, &Device::flex()).expect("begins")
}

#[test]
fn what_is_replayed_stays_as_the_head_said_while_it_learns_something_else() {
    // Those of the length of what is taught go through the head with it, others by themselves.
    let heads = heads();
    let lengths = |head| [(head, SECONDS), (head, SECONDS - 1)];
    let not_masks = heads.iter().filter(|head| head.task() != Task::Segment);
    for (head, seconds) in not_masks.flat_map(lengths) {
        let others = Arc::new(Others::of(head, 3, seconds));
        let old = others.numbers(head);
        let away = |replay: usize, learns: Learns| {
            let config = TrainConfig {
                epochs: 60,
                schedule: None,
                replay,
                learns,
                optimiser: OptimiserConfig {
                    rate: 3e-3,
                    ..OptimiserConfig::default()
                },
                loss: LossConfig {
                    replay: 3.0,
                    ..LossConfig::default()
                },
                ..TrainConfig::localize()
            };
            let replayed: Arc<dyn Examples> = others.clone();
            let mut trainer = trainer(head, config).replaying(replayed);
            while trainer.step().expect("learns") != Step::Done {}
            let history = trainer.history();
            assert!(
                history[59].loss < history[0].loss,
                "{:?}: it learned, with {replay} replayed",
                head.task()
            );
            let new = others.numbers(&trainer.head());
            let apart = old.iter().zip(&new).map(|(old, new)| (old - new).abs());
            apart.sum::<f32>() / old.len() as f32
        };
        for learns in [Learns::Everything, Learns::Decision] {
            let (kept, free) = (away(3, learns), away(0, learns));
            let task = head.task();
            assert!(kept < free / 2.0, "{task:?}, {learns:?}: {kept} {free}");
        }
    }
}

/// All numbers of a module.
#[derive(Default)]
struct Numbers(Vec<f32>);

impl ModuleVisitor for Numbers {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.extend(param.val().into_data().iter::<f32>());
    }
}

fn numbers(module: &impl Module) -> Vec<f32> {
    let mut all = Numbers::default();
    module.visit(&mut all);
    all.0
}

fn distillers(head: &TaskHead) -> Vec<f32> {
    let (Some(visual), Some(audio)) = head.distillers() else {
        panic!("it distils both");
    };
    [numbers(visual), numbers(audio)].concat()
}

/// In a process of its own: dropout draws from a source that all of a process share.
#[test]
fn where_the_decision_alone_learns_the_distillers_rest_and_the_loss_is_the_same() {
    alone("train::replay::distillers_rest");
}

#[test]
#[ignore = "run by the one above"]
fn distillers_rest() {
    for head in &heads()[..2] {
        let learned = |learns: Learns| {
            let config = TrainConfig {
                learns,
                epochs: 2,
                ..TrainConfig::localize()
            };
            let mut trainer = trainer(head, config);
            let mut losses = vec![];
            loop {
                match trainer.step().expect("learns") {
                    Step::Learned { loss } => losses.push(loss),
                    Step::Done => break,
                    _ => {}
                }
            }
            (losses, trainer.head())
        };
        let (all, everything) = learned(Learns::Everything);
        let (own, decision) = learned(Learns::Decision);
        assert!((all[0] - own[0]).abs() < 1e-5, "{all:?} {own:?}");
        assert_eq!(distillers(&decision), distillers(head));
        assert_ne!(distillers(&everything), distillers(head));
        assert_ne!(numbers(&decision), numbers(head), "the rest learned");
    }
}
