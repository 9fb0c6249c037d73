//! A training that is stopped anywhere goes on from its checkpoint bit by bit as if it had not been; one loop for all tasks.

use std::path::Path;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};
use mettle_core::model::TaskHead;
use mettle_core::train::{Step, TrainConfig, TrainError, Trainer};
use mettle_tests::program::alone;

use super::clips::{Clips, config, heads};

/// Every bit of a head.
struct Bits(Vec<u32>);

impl ModuleVisitor for Bits {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0
            .extend(param.val().into_data().iter::<f32>().map(f32::to_bits));
    }
}

fn bits(head: &TaskHead) -> Vec<u32> {
    let mut bits = Bits(vec![]);
    head.visit(&mut bits);
    bits.0
}

fn trainer(head: TaskHead, config: &TrainConfig) -> Trainer {
    let (training, validation) = (Clips::labelled(10), Clips::labelled(6));
    Trainer::new(head, config.clone(), training, validation, &Device::flex()).unwrap()
}

fn finish(trainer: &mut Trainer) {
    while trainer.step().unwrap() != Step::Done {}
}

fn stopped_at(head: &TaskHead, config: &TrainConfig, steps: usize, file: &Path) -> Trainer {
    let mut first = trainer(head.clone(), config);
    for _ in 0..steps {
        first.step().unwrap();
    }
    first.checkpoint(file).unwrap();
    // Another process starts from another head, which the checkpoint replaces.
    let fresh = heads().into_iter().find(|h| h.task() == head.task());
    let mut second = trainer(fresh.unwrap(), config).resume(file).unwrap();
    finish(&mut second);
    second
}

/// In a process of its own: the tensor library has one source of random numbers a process, and other tests draw from it.
#[test]
fn going_on_is_as_if_nothing_had_happened() {
    alone("train::resume::bit_by_bit");
}

#[test]
#[ignore = "run by the one above"]
fn bit_by_bit() {
    let folder = tempfile::tempdir().unwrap();
    let (config, file) = (config(), folder.path().join("training.safetensors"));
    for head in heads() {
        let mut whole = trainer(head.clone(), &config);
        finish(&mut whole);
        assert_ne!(bits(&head), bits(&whole.head()), "it learned");
        assert!(whole.progress().fraction() == 1.0);
        // In the first epoch, in a validation, between two epochs, at the end.
        for steps in [1, 4, 6, 17] {
            let other = stopped_at(&head, &config, steps, &file);
            assert_eq!(whole.history(), other.history(), "after {steps} steps");
            assert!(
                bits(&whole.head()) == bits(&other.head()),
                "after {steps} steps"
            );
            let best = |trainer: &Trainer| bits(&trainer.best().unwrap().head);
            assert!(best(&whole) == best(&other), "after {steps} steps");
        }
    }
}

#[test]
fn another_training_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (config, file) = (config(), folder.path().join("training.safetensors"));
    let head = heads().remove(0);
    trainer(head.clone(), &config).checkpoint(&file).unwrap();
    let other = TrainConfig {
        batch: 2,
        ..config.clone()
    };
    let says = |result: Result<Trainer, TrainError>| match result {
        Ok(_) => panic!("taken for its own"),
        Err(error) => error.to_string(),
    };
    assert!(says(trainer(head.clone(), &other).resume(&file)).contains("another configuration"));
    let parse = heads().remove(1);
    assert!(says(trainer(parse, &config).resume(&file)).contains("another head"));
    std::fs::write(&file, "no checkpoint").unwrap();
    assert!(says(trainer(head, &config).resume(&file)).contains("no checkpoint"));
}

#[test]
fn a_loss_that_runs_away_stops_with_a_word() {
    let mut config = config();
    config.optimiser.rate = 1e30;
    let mut trainer = trainer(heads().remove(0), &config);
    let error = (0..100).find_map(|_| trainer.step().err());
    let error = error.unwrap().to_string();
    assert!(error.contains("lower learning rate"), "{error}");
}
