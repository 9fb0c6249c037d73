//! AVSBench's attention and decoder are PyTorch's: the N x N attention, the in-place ReLUs, the aligned corners.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use mettle_core::model::heads::{Fpn, FusionBlock, Resize, Tpavi, resize};
use mettle_core::model::{Distillation, Injection, SegmentConfig};

use super::features::{layers, part, pooled};
use super::twin::{Twin, close};

/// Upstream's `[b, c, t, h, w]` as tokens a second, `[b * t, h * w, c]`.
fn tokens(x: Tensor<5>) -> Tensor<3> {
    let [b, c, t, h, w] = x.dims();
    x.permute([0, 2, 3, 4, 1]).reshape([b * t, h * w, c])
}

fn tpavi(case: &str, training: bool) {
    let twin = Twin::read("avs", case);
    let module = twin.load(Tpavi::new(8, 6, &twin.device));
    let module = match training {
        true => module,
        // Frozen, its batch norm takes the running statistics.
        false => module.freeze(),
    };
    let (maps, audio) = (twin.input::<5>(0), twin.input::<3>(1));
    let [b, c, t, h, w] = maps.dims();
    let (out, aligned) = module.forward(tokens(maps.clone()), audio.clone());
    let out = out.reshape([b, t, h, w, c]).permute([0, 4, 1, 2, 3]);
    let loss = twin.output("maps", out) + twin.output("aligned", aligned.reshape([b, t, c]));
    let grads = loss.backward();
    twin.input_gradient(0, &maps, &grads);
    twin.input_gradient(1, &audio, &grads);
    if training {
        // Five layers and two norms; batch norm takes away what the bias before it adds.
        assert_eq!(twin.gradients(&module, &grads), 5 * 2 - 1 + 2 * 2);
    }
}

#[test]
fn attention_to_sound_is_the_full_one() {
    tpavi("tpavi_eval", false);
}

#[test]
fn attention_to_sound_learns_like_the_full_one() {
    tpavi("tpavi_train", true);
}

#[test]
fn fusion_adds_the_rectified_map() {
    let twin = Twin::read("avs", "fusion");
    let block = twin.load(FusionBlock::new(6, true, &twin.device));
    let (path, map) = (twin.input::<4>(0), twin.input::<4>(1));
    let loss = twin.output("0", block.forward(path.clone(), Some(map.clone())));
    let grads = loss.backward();
    twin.input_gradient(0, &path, &grads);
    twin.input_gradient(1, &map, &grads);
    assert_eq!(twin.gradients(&block, &grads), 8);
}

#[test]
fn the_lowest_step_joins_nothing() {
    let twin = Twin::read("avs", "fusion_lowest");
    let block = twin.load(FusionBlock::new(6, false, &twin.device));
    let path = twin.input::<4>(0);
    let loss = twin.output("0", block.forward(path.clone(), None));
    let grads = loss.backward();
    twin.input_gradient(0, &path, &grads);
    assert_eq!(twin.gradients(&block, &grads), 4);
}

#[test]
fn the_decoder_is_pytorchs() {
    let twin = Twin::read("avs", "fpn");
    let decoder = twin.load(Fpn::new(16, 3, &twin.device));
    let maps = [0, 1, 2].map(|i| twin.input::<4>(i));
    let loss = twin.output("0", decoder.forward(&maps).unwrap());
    let grads = loss.backward();
    for (i, map) in maps.iter().enumerate() {
        twin.input_gradient(i, map, &grads);
    }
    // Five units of two convolutions, and three at the end, each with a bias.
    assert_eq!(twin.gradients(&decoder, &grads), 2 * (5 * 2 + 3));
}

#[test]
fn resizing_is_pytorchs() {
    for (case, size, how) in [
        ("bilinear_corners", (12, 10), Resize::BilinearCorners),
        ("bilinear_edges", (12, 10), Resize::BilinearEdges),
        ("bicubic_edges_up", (7, 9), Resize::BicubicEdges),
        ("bicubic_edges_down", (3, 4), Resize::BicubicEdges),
    ] {
        let twin = Twin::read("avs", case);
        let x = twin.input::<4>(0);
        let grads = twin.output("0", resize(x.clone(), size, how)).backward();
        twin.input_gradient(0, &x, &grads);
    }
}

fn config() -> SegmentConfig {
    SegmentConfig {
        distill: Distillation {
            d: 8,
            ..Distillation::avs_s4()
        },
        width: 16,
        mask: (32, 32),
        ..SegmentConfig::default()
    }
}

/// Probabilities of the configured size, whatever the sizes of the backbone's maps.
#[test]
fn masks_are_probabilities_of_the_configured_size() {
    let device = Device::flex();
    device.seed(3);
    for mask in [(32, 32), (40, 56), (8, 16)] {
        let config = SegmentConfig { mask, ..config() };
        let head = config.init(&layers(), &layers(), &device).unwrap();
        let (v, a) = (pooled(3, &device), pooled(3, &device));
        let said = head.forward(&v, &a, 1).unwrap();
        let p = said.probabilities();
        assert_eq!(p.dims(), [3, mask.0, mask.1]);
        let within = p.clone().greater_elem(0.0).bool_and(p.lower_elem(1.0));
        assert!(within.all().into_scalar::<bool>());
        assert!(said.sounds.is_empty());
        let rectified = |m: &Tensor<4>| {
            m.clone()
                .greater_equal_elem(0.0)
                .all()
                .into_scalar::<bool>()
        };
        assert!(said.maps.iter().all(rectified));
    }
    let odd = SegmentConfig {
        mask: (36, 32),
        ..config()
    };
    assert!(odd.init(&layers(), &layers(), &device).is_err());
}

/// Without AVSBench's attention, seconds do not see each other; with it they do, within a clip only.
#[test]
fn seconds_see_each_other_only_through_attention() {
    let device = Device::flex();
    device.seed(6);
    let (v, a) = (pooled(6, &device), pooled(6, &device));
    let alone = config().init(&layers(), &layers(), &device).unwrap();
    assert!(!alone.sees_other_seconds());
    let all = alone.forward(&v, &a, 1).unwrap().logits;
    let one = alone
        .forward(&part(&v, 2, 1), &part(&a, 2, 1), 1)
        .unwrap()
        .logits;
    close("alone", all.narrow(0, 2, 1), one, 1e-5);
    let with = SegmentConfig {
        tpavi: true,
        ..config()
    };
    let fresh = with.init(&layers(), &layers(), &device).unwrap();
    assert!(fresh.sees_other_seconds());
    // A fresh attention is gated off; noise on every parameter opens it.
    let together = fresh.map(&mut super::noise::Noise);
    let all = together.forward(&v, &a, 2).unwrap();
    assert_eq!(all.sounds.len(), 2);
    let clip = |from| (part(&v, from, 3), part(&a, from, 3));
    let (v2, a2) = clip(3);
    let second = together.forward(&v2, &a2, 1).unwrap().logits;
    close("its clip", all.logits.clone().narrow(0, 3, 3), second, 1e-4);
    let single = together
        .forward(&part(&v, 3, 1), &part(&a, 3, 1), 1)
        .unwrap()
        .logits;
    let far = (all.logits.narrow(0, 3, 1) - single)
        .abs()
        .max()
        .into_scalar::<f32>();
    assert!(far > 1e-3, "{far}");
}

/// Every parameter of every variant is trained: nothing is built that nothing uses.
#[test]
fn nothing_is_built_that_nothing_uses() {
    let device = Device::flex().autodiff();
    device.seed(1);
    let variants = [
        config(),
        SegmentConfig {
            tpavi: true,
            ..config()
        },
        SegmentConfig {
            matching: true,
            injection: Injection::none(),
            ..config()
        },
        SegmentConfig {
            injection: Injection {
                cross: false,
                ..Injection::default()
            },
            ..config()
        },
        SegmentConfig {
            distill: Distillation {
                d: 8,
                ..Distillation::avs_s4()
            }
            .direct(),
            injection: Injection::none(),
            ..config()
        },
    ];
    for config in variants {
        let head = config.init(&layers(), &layers(), &device).unwrap();
        let (v, a) = (pooled(4, &device), pooled(4, &device));
        let said = head.forward(&v, &a, 2).unwrap();
        let masks = Tensor::ones([4, 32, 32], &device);
        let loss = mettle_core::train::ms3_loss(&said, masks, Some(0.5));
        let grads = loss.backward();
        let without = super::noise::without_gradient(&head, &grads);
        // A key's bias changes nothing; attention's gate is closed while its norm is zero.
        let idle: Vec<&String> = without
            .iter()
            .filter(|name| !name.ends_with("attention.key.bias"))
            .collect();
        assert!(idle.is_empty(), "{config:?}: {idle:?}");
    }
}
