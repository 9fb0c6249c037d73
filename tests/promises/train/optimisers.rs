//! Five steps of each optimiser, with the rate falling every second step, are PyTorch's.

use std::path::Path;

use burn::module::Param;
use burn::nn::{Linear, LinearConfig};
use burn::optim::GradientsParams;
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Int, Tensor, TensorData};
use mettle_core::model::weights::{StateDict, read_checkpoint};
use mettle_core::train::{OptimiserConfig, StepLr, TrainConfig};

fn golden() -> StateDict {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/model");
    read_checkpoint(&folder.join("optimisers.safetensors")).unwrap()
}

fn tensor<const D: usize>(golden: &StateDict, name: &str, device: &Device) -> Tensor<D> {
    let raw = golden.get(name).unwrap();
    let data = TensorData::new(raw.to_f32().unwrap(), raw.shape.clone());
    Tensor::from_data(data, device)
}

fn follow(case: &str, optimiser: OptimiserConfig) {
    let (golden, device) = (golden(), Device::flex().autodiff());
    let config = TrainConfig {
        optimiser,
        schedule: Some(StepLr {
            step: 2,
            gamma: 0.35,
        }),
        ..TrainConfig::localize()
    };
    let x: Tensor<2> = tensor(&golden, "x", &device);
    let y = Tensor::<2, Int>::from_data([[0], [1], [2], [0], [1], [2], [2], [1]], &device);
    let mut linear: Linear = LinearConfig::new(4, 3).init(&device);
    let weight: Tensor<2> = tensor(&golden, &format!("{case}.step0.weight"), &device);
    linear.weight = Param::from_tensor(weight.transpose());
    let bias = tensor::<1>(&golden, &format!("{case}.step0.bias"), &device);
    linear.bias = Some(Param::from_tensor(bias));
    let mut optimiser = config.optimiser.init();
    for step in 0..5 {
        let loss = -log_softmax(linear.forward(x.clone()), 1)
            .gather(1, y.clone())
            .mean();
        let grads = GradientsParams::from_grads(loss.backward(), &linear);
        linear = optimiser.step(config.rate(step), linear, grads);
        let expected: Tensor<2> =
            tensor(&golden, &format!("{case}.step{}.weight", step + 1), &device);
        let found = linear.weight.val().transpose();
        let away = (found - expected).abs().max().into_scalar::<f32>();
        assert!(away < 1e-6, "{case}, step {}: {away:e}", step + 1);
    }
}

#[test]
fn adam_is_pytorchs_and_the_default() {
    let default = OptimiserConfig::default();
    assert_eq!(default.epsilon, 1e-8);
    follow(
        "adam",
        OptimiserConfig {
            rate: 0.05,
            ..default
        },
    );
}

#[test]
fn adam_with_weight_decay_is_pytorchs() {
    follow(
        "adam_weight_decay_0.1",
        OptimiserConfig {
            rate: 0.05,
            weight_decay: 0.1,
            ..OptimiserConfig::default()
        },
    );
}

#[test]
fn adam_w_is_pytorchs() {
    follow("adamw_weight_decay_0.1", OptimiserConfig::adam_w(0.05, 0.1));
}
