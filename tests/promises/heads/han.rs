//! The HAN layer and its attentive pooling are PyTorch's.

use burn::module::Module;
use burn::tensor::{Device, Distribution, Tensor};
use mettle_core::model::heads::{Han, HanConfig, HanLayer};
use mettle_core::model::{Distillation, ParseConfig, ParseDecoder};

use super::features::{layers, pooled};
use super::twin::Twin;

#[test]
fn the_layer_is_pytorchs() {
    let twin = Twin::read("han", "layer");
    let config = HanConfig {
        width: 16,
        heads: 2,
        hidden: 24,
        dropout: 0.0,
        steady: 0.0,
    };
    let layer = twin.load(HanLayer::new(&config, &twin.device));
    let (x, other) = (twin.input::<3>(0), twin.input::<3>(1));
    let loss = twin.output("0", layer.forward(x.clone(), other.clone()));
    let grads = loss.backward();
    twin.input_gradient(0, &x, &grads);
    twin.input_gradient(1, &other, &grads);
    // Two attentions of four matrices with biases, save the keys' biases, two layers, two norms.
    assert_eq!(twin.gradients(&layer, &grads), 2 * 8 - 2 + 4 + 4);
}

#[test]
fn attentive_pooling_is_pytorchs() {
    let twin = Twin::read("han", "han");
    let config = HanConfig {
        width: 16,
        heads: 1,
        hidden: 20,
        dropout: 0.0,
        steady: 0.0,
    };
    let net = twin.load(config.init(5, &twin.device));
    let (audio, visual) = (twin.input::<3>(0), twin.input::<3>(1));
    let said = net.forward(audio.clone(), visual.clone());
    let loss = twin.output("audible", said.audible)
        + twin.output("visible", said.visible)
        + twin.output("clip", said.clip)
        + twin.output("audible_clip", said.audible_clip)
        + twin.output("visible_clip", said.visible_clip);
    let grads = loss.backward();
    twin.input_gradient(0, &audio, &grads);
    twin.input_gradient(1, &visual, &grads);
    assert!(twin.gradients(&net, &grads) >= 24);
}

/// Any number of seconds, no class tokens, probabilities between 0 and 1.
#[test]
fn a_head_of_any_length() {
    let device = Device::flex();
    device.seed(8);
    let config = ParseConfig {
        distill: Distillation {
            d: 16,
            ..Distillation::avvp()
        },
        decoder: ParseDecoder::Han(HanConfig {
            width: 16,
            hidden: 16,
            ..HanConfig::default()
        }),
        motion: None,
    };
    let head = config.init(&layers(), &layers(), 3, &device).unwrap();
    for (batch, seconds) in [(1, 1), (2, 13)] {
        let (v, a) = (
            pooled(batch * seconds, &device),
            pooled(batch * seconds, &device),
        );
        let said = head.forward(&v, &a, None, batch).unwrap();
        assert!(said.tokens.is_none());
        for x in [said.audible, said.visible] {
            assert_eq!(x.dims(), [batch, seconds, 3]);
            let within = x.clone().greater_elem(0.0).bool_and(x.lower_elem(1.0));
            assert!(within.all().into_scalar::<bool>());
        }
    }
    assert!(head.num_params() > 0);
}

/// A steady network's logits are those of the same network, each second's drawn to its neighbours'; of one second alone they
/// stay.
#[test]
fn a_steady_network_hears_a_seconds_neighbours_out() {
    let device = Device::flex();
    device.seed(9);
    let config = HanConfig {
        width: 16,
        hidden: 16,
        dropout: 0.0,
        ..HanConfig::default()
    };
    let net = config.init(3, &device);
    let steady = HanConfig {
        steady: 0.3,
        ..config
    };
    let steady = steady
        .init(3, &device)
        .load_record(net.clone().into_record());
    let random = |t: usize| {
        let normal = Distribution::Normal(0.0, 2.0);
        Tensor::<3>::random([2, t, 16], normal, &device)
    };
    let logits = |net: &Han, audio: &Tensor<3>, visual: &Tensor<3>| {
        let said = net.forward(audio.clone(), visual.clone());
        let seconds = |x: Tensor<3>| {
            let all = x.into_data().try_to_vec::<f32>().unwrap();
            let logits = all.iter().map(|p| (p / (1.0 - p)).ln());
            logits.collect::<Vec<f32>>()
        };
        [said.audible, said.visible].map(seconds)
    };
    for t in [1, 2, 7] {
        let (audio, visual) = (random(t), random(t));
        let plain = logits(&net, &audio, &visual);
        let drawn = logits(&steady, &audio, &visual);
        for (plain, drawn) in plain.iter().zip(&drawn) {
            for (at, found) in drawn.iter().enumerate() {
                let (clip, second, class) = (at / (3 * t), at / 3 % t, at % 3);
                let of = |second: usize| plain[(clip * t + second) * 3 + class];
                let beside = of(second.saturating_sub(1)) + of((second + 1).min(t - 1));
                let wanted = of(second) * 0.7 + beside * 0.15;
                assert!((found - wanted).abs() < 1e-3, "{found} {wanted}");
            }
        }
    }
}
