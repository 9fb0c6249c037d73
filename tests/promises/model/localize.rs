//! The localization head: any number of seconds, every granularity, gradients everywhere, deterministic without training.

use burn::module::Module;
use burn::tensor::{Device, Distribution, Tensor};
use mettle_core::model::{
    AvelConfig, Distillation, Granularity, LayerFeatures, LayerShape, LcdConfig,
};

fn layers() -> Vec<LayerShape> {
    let layer = |stage: usize| LayerShape {
        tokens: 16 >> (2 * stage),
        width: 12 << stage,
        grid: (4 >> stage, 4 >> stage),
        stage,
    };
    vec![layer(0), layer(0), layer(1), layer(1), layer(1)]
}

fn features(segments: usize, device: &Device) -> LayerFeatures {
    let random = |l: &LayerShape| {
        let shape = [segments, l.tokens, l.width];
        Tensor::random(shape, Distribution::Normal(0.0, 1.0), device)
    };
    let layers: Vec<Tensor<3>> = layers().iter().map(random).collect();
    LayerFeatures {
        final_norm: layers[4].clone(),
        layers,
    }
}

fn config() -> AvelConfig {
    AvelConfig {
        distill: Distillation {
            d: 16,
            ..Distillation::avel()
        },
        ..AvelConfig::default()
    }
}

#[test]
fn any_number_of_seconds() {
    let device = Device::flex();
    let head = config().init(&layers(), &layers(), 5, &device).unwrap();
    for (batch, seconds) in [(1, 1), (2, 3), (3, 10), (1, 61)] {
        let (v, a) = (
            features(batch * seconds, &device),
            features(batch * seconds, &device),
        );
        let out = head.forward(&v, &a, batch);
        assert_eq!(out.is_event.dims(), [batch, seconds]);
        assert_eq!(out.event.dims(), [batch, 5]);
        assert_eq!(out.av_score.dims(), [batch, 5]);
        assert!(!out.event.contains_nan().into_scalar::<bool>());
        // Dropout takes no part outside training.
        let again = head.forward(&v, &a, batch);
        again
            .event
            .into_data()
            .assert_eq(&head.forward(&v, &a, batch).event.into_data(), true);
    }
}

/// Clips of a batch do not see each other.
#[test]
fn clips_are_independent() {
    let device = Device::flex();
    device.seed(3);
    let head = config().init(&layers(), &layers(), 5, &device).unwrap();
    let (v, a) = (features(6, &device), features(6, &device));
    let both = head.forward(&v, &a, 2);
    let first = |f: &LayerFeatures| LayerFeatures {
        layers: f.layers.iter().map(|l| l.clone().narrow(0, 0, 3)).collect(),
        final_norm: f.final_norm.clone().narrow(0, 0, 3),
    };
    let alone = head.forward(&first(&v), &first(&a), 1);
    let same = both
        .event
        .narrow(0, 0, 1)
        .all_close(alone.event, None, Some(1e-5));
    assert!(same);
    assert!(
        both.is_event
            .narrow(0, 0, 1)
            .all_close(alone.is_event, None, Some(1e-5))
    );
}

#[test]
fn granularities_pick_layers() {
    let layers = layers();
    assert_eq!(Granularity::Block.pick(&layers), [0, 1, 2, 3, 4]);
    assert_eq!(Granularity::Stage.pick(&layers), [1, 4]);
    assert_eq!(Granularity::Single(0).pick(&layers), [1]);
    assert_eq!(Granularity::Last.pick(&layers), [4]);
    let device = Device::flex();
    let wrong = AvelConfig {
        distill: Distillation {
            granularity: Granularity::Single(7),
            ..config().distill
        },
        ..config()
    };
    assert!(wrong.init(&layers, &layers, 5, &device).is_err());
    let hierarchical = AvelConfig {
        distill: Distillation {
            granularity: Granularity::Stage,
            visual: LcdConfig {
                tokens_per_stage: vec![8, 4],
                ..LcdConfig::default()
            },
            ..config().distill
        },
        ..config()
    };
    let head = hierarchical.init(&layers, &layers, 5, &device).unwrap();
    let f = features(4, &device);
    assert_eq!(head.forward(&f, &f, 2).event.dims(), [2, 5]);
}

/// Every parameter of the head is trained, save the keys' biases of the distillation, which softmax ignores.
#[test]
fn every_parameter_gets_a_gradient() {
    let device = Device::flex().autodiff();
    device.seed(5);
    let head = config().init(&layers(), &layers(), 5, &device).unwrap();
    let (v, a) = (features(10, &device), features(10, &device));
    let out = head.forward(&v, &a, 2);
    let loss = out.is_event.powf_scalar(3.0).sum() + out.event.powf_scalar(3.0).sum();
    let grads = burn::optim::GradientsParams::from_grads(loss.backward(), &head);
    let mut without = Without {
        path: vec![],
        grads,
        names: vec![],
    };
    head.visit(&mut without);
    let ignored = |name: &String| name.ends_with("attention.key.bias");
    without.names.retain(|name| !ignored(name));
    assert!(without.names.is_empty(), "{:?}", without.names);
}

struct Without {
    path: Vec<String>,
    grads: burn::optim::GradientsParams,
    names: Vec<String>,
}

impl burn::module::ModuleVisitor for Without {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &burn::module::Param<Tensor<D>>) {
        if self.grads.get::<D>(param.id).is_none() {
            self.names.push(self.path.join("."));
        }
    }
}
