//! Gradients are what small steps say: central differences through every block that is trained, and through its losses.
//!
//! Step and tolerance. The derivative of a number L along a unit direction u is `(L(x + hu) - L(x - hu)) / 2h`. In f32 an output of
//! size 1 carries a rounding of some 6e-8 for each of the few sums it passes; over the step that is about `1e-7 |c·y| / h`, where
//! `|c·y|` is the length of the outputs weighed by the cotangent. What the quotient leaves out is `h² L''' / 6`. With numbers of
//! size 1 the two meet near `h = (3e-7)^(1/3) = 7e-3`; `h = 1e-2` is taken, as a unit direction spreads it over all numbers of a
//! tensor, for an error of some 1e-5 of rounding and 2e-5 of bending. The cotangent's sum is taken in f64, so that adding up costs
//! nothing. Along the gradient itself, where the derivative is the gradient's length, and along random directions, the two
//! must agree within 1 % of that length, and 2e-4 for what is below the rounding.
//!
//! Rectifiers have a corner at zero: of the units within the step of it, each gives up to half its part wrongly, so that the error
//! grows with the step, not with its square. There `h = 5e-4` is taken, twenty times fewer units; rounding is then some
//! 2e-4, and 3 % and 1e-3 are allowed.

use std::cell::RefCell;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Gradients, Int, Tensor, TensorData};
use mettle_core::model::heads::{
    Assignment, Fpn, FusionBlock, GroupingBlock, HanConfig, HanLayer, TokenClasses, Tpavi, inject,
};
use mettle_core::model::{AvelOutput, DpBranch, LayerShape, LcdConfig, ParseOutput, SegmentOutput};
use mettle_core::train::{
    AvelTargets, MATCHING_WEIGHT, Smoothing, avel_loss, avvp_loss, ms3_loss, parsed_seconds_loss,
    s4_loss,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::noise::Fixed;

/// A step, and how far the two may be apart: a share of the gradient's length, and a rest.
#[derive(Clone, Copy)]
struct Steps {
    step: f64,
    share: f64,
    rest: f64,
}

const SMOOTH: Steps = Steps {
    step: 1e-2,
    share: 0.01,
    rest: 2e-4,
};
const RECTIFIED: Steps = Steps {
    step: 5e-4,
    share: 0.03,
    rest: 1e-3,
};
/// Random directions a tensor, beside the gradient's own.
const DIRECTIONS: usize = 3;

/// Numbers as `[n]` that a block takes, whatever shape it gives them.
type Inputs = Vec<Tensor<1>>;

/// A loss of its inputs alone, as a block without parameters.
fn nothing() -> Vec<FusionBlock> {
    vec![]
}

thread_local! {
    /// A test's own draws, the same in each run: burn's generator is shared with tests beside it.
    static DRAWS: RefCell<ChaCha8Rng> = RefCell::new(ChaCha8Rng::seed_from_u64(21));
}

fn device() -> Device {
    Device::flex().autodiff()
}

/// Numbers of a mean of 0 and a variance of 1, nearly normal.
fn normal(count: usize, device: &Device) -> Tensor<1> {
    let number = |draws: &mut ChaCha8Rng| (0..12).map(|_| draws.random::<f32>()).sum::<f32>() - 6.0;
    let numbers = DRAWS.with_borrow_mut(|draws| (0..count).map(|_| number(draws)).collect());
    Tensor::from_data(TensorData::new(numbers, [count]), device)
}

/// The gradients of all parameters in the order they are met; a running statistic has none.
struct Collect<'a> {
    of: &'a Gradients,
    all: Vec<Option<Vec<f32>>>,
}

impl ModuleVisitor for Collect<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let grad = param.val().grad(self.of);
        self.all.push(grad.map(|g| numbers(Tensor::from_inner(g))));
    }
}

/// Gives every parameter numbers of its own, and has its gradient kept.
#[derive(Default)]
struct Learning(Fixed);

impl ModuleMapper for Learning {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let fixed = self.0.map_float(param);
        let value = fixed.val().detach().require_grad();
        Param::initialized(fixed.id, value)
    }
}

/// Moves one parameter.
struct Nudge<'a> {
    met: usize,
    target: usize,
    by: &'a [f32],
}

impl ModuleMapper for Nudge<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let here = self.met == self.target;
        self.met += 1;
        if !here {
            return param;
        }
        let value = param.val();
        let by = TensorData::new(self.by.to_vec(), value.shape());
        let moved = value.clone() + Tensor::from_data(by, &value.device());
        Param::initialized(param.id, moved)
    }
}

fn numbers<const D: usize>(x: Tensor<D>) -> Vec<f32> {
    x.into_data().convert::<f32>().try_into_vec().unwrap()
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    let products = a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b));
    products.sum()
}

fn unit(v: &[f32]) -> Vec<f32> {
    let length = dot(v, v).sqrt().max(1e-12);
    v.iter().map(|x| (f64::from(*x) / length) as f32).collect()
}

fn check<M: Module>(
    what: &str,
    module: &M,
    inputs: Inputs,
    steps: Steps,
    forward: impl Fn(&M, &[Tensor<1>]) -> Tensor<1>,
) -> usize {
    let device = device();
    let leaves: Inputs = inputs
        .iter()
        .map(|x| x.clone().detach().require_grad())
        .collect();
    let out = forward(module, &leaves);
    let count = out.dims()[0];
    let cotangent = unit(&numbers(normal(count, &device)));
    let weighed = out * Tensor::from_data(TensorData::new(cotangent.clone(), [count]), &device);
    let grads = weighed.sum().backward();
    let mut collect = Collect {
        of: &grads,
        all: vec![],
    };
    module.visit(&mut collect);
    let said = |module: &M, inputs: &[Tensor<1>]| -> f64 {
        dot(&numbers(forward(module, inputs)), &cotangent)
    };
    let mut compared = 0;
    let mut agree = |name: String, gradient: &[f32], at: &dyn Fn(&[f32]) -> f64| {
        let length = dot(gradient, gradient).sqrt();
        let own = unit(gradient);
        let random = (0..DIRECTIONS).map(|_| unit(&numbers(normal(gradient.len(), &device))));
        for direction in std::iter::once(own).chain(random) {
            let step = |by: f64| -> Vec<f32> {
                direction
                    .iter()
                    .map(|u| (f64::from(*u) * by) as f32)
                    .collect()
            };
            let (up, down) = (at(&step(steps.step)), at(&step(-steps.step)));
            let measured = (up - down) / (2.0 * steps.step);
            let expected = dot(gradient, &direction);
            assert!(
                (measured - expected).abs() <= steps.share * length + steps.rest,
                "{what}, {name} of {} numbers: {measured} by steps, {expected} by the gradient of length {length}",
                gradient.len()
            );
        }
        compared += 1;
    };
    for (place, leaf) in leaves.iter().enumerate() {
        let gradient = numbers(Tensor::<1>::from_inner(leaf.grad(&grads).unwrap()));
        agree(format!("input {place}"), &gradient, &|by| {
            let mut moved = inputs.clone();
            let by = TensorData::new(by.to_vec(), [by.len()]);
            moved[place] = moved[place].clone() + Tensor::from_data(by, &device);
            said(module, &moved)
        });
    }
    for (target, gradient) in collect.all.iter().enumerate() {
        let Some(gradient) = gradient else { continue };
        agree(format!("parameter {target}"), gradient, &|by| {
            let mut nudge = Nudge { met: 0, target, by };
            said(&module.clone().map(&mut nudge), &inputs)
        });
    }
    compared
}

/// Half of a product's gradient is missing: that must be seen.
#[test]
#[should_panic(expected = "by the gradient of length")]
fn a_wrong_gradient_is_noticed() {
    let inputs = vec![normal(12, &device())];
    check("wrong", &nothing(), inputs, RECTIFIED, |_, x| {
        x[0].clone() * x[0].clone().detach()
    });
}

#[test]
fn a_grouping_block() {
    let device = device();
    let block =
        GroupingBlock::new(8, 3, 2, Assignment::Soft, &device).map(&mut Learning::default());
    let inputs = vec![normal(2 * 5 * 8, &device), normal(2 * 3 * 8, &device)];
    let compared = check("grouping", &block, inputs, SMOOTH, |block, x| {
        let groups = x[1].clone().reshape([2, 3, 8]);
        let (new, share) = block.forward(x[0].clone().reshape([2, 5, 8]), groups);
        Tensor::cat(vec![new.flatten(0, 2), share.flatten(0, 2)], 0)
    });
    // Both inputs, and every one of the parameters its twin compares.
    assert!(compared >= 2 + 37, "{compared}");
}

#[test]
fn a_han_layer() {
    let device = device();
    let config = HanConfig {
        width: 8,
        heads: 2,
        hidden: 12,
        dropout: 0.0,
        steady: 0.0,
    };
    let layer = HanLayer::new(&config, &device).map(&mut Learning::default());
    let inputs = vec![normal(2 * 4 * 8, &device), normal(2 * 4 * 8, &device)];
    let compared = check("HAN", &layer, inputs, RECTIFIED, |layer, x| {
        let [one, two] = [0, 1].map(|i| x[i].clone().reshape([2, 4, 8]));
        layer.forward(one, two).flatten(0, 2)
    });
    assert_eq!(compared, 2 + 2 * 8 + 4 + 4);
}

#[test]
fn attention_to_sound() {
    let device = device();
    let tpavi = Tpavi::new(8, 6, &device).map(&mut Learning::default());
    let inputs = vec![normal(3 * 9 * 8, &device), normal(3 * 6, &device)];
    let compared = check("TPAVI", &tpavi, inputs, SMOOTH, |tpavi, x| {
        let maps = x[0].clone().reshape([3, 9, 8]);
        let (maps, aligned) = tpavi.forward(maps, x[1].clone().reshape([1, 3, 6]));
        Tensor::cat(vec![maps.flatten(0, 2), aligned.flatten(0, 1)], 0)
    });
    assert_eq!(compared, 2 + 5 * 2 + 2 * 2);
}

#[test]
fn injection_of_meta_tokens() {
    let device = device();
    for tokens in [1, 2] {
        let inputs = vec![normal(2 * 6 * 5, &device), normal(2 * tokens * 5, &device)];
        check("injection", &nothing(), inputs, SMOOTH, |_, x| {
            let meta = x[1].clone().reshape([2, tokens, 5]);
            inject(x[0].clone().reshape([2, 6, 5]), meta).flatten(0, 2)
        });
    }
}

#[test]
fn a_fusion_block() {
    let device = device();
    let block = FusionBlock::new(4, true, &device).map(&mut Learning::default());
    let inputs = vec![normal(4 * 4 * 4, &device), normal(4 * 4 * 4, &device)];
    let compared = check("fusion", &block, inputs, RECTIFIED, |block, x| {
        let [path, map] = [0, 1].map(|i| x[i].clone().reshape([1, 4, 4, 4]));
        block.forward(path, Some(map)).flatten(0, 3)
    });
    assert_eq!(compared, 2 + 8);
}

#[test]
fn the_pyramid_decoder() {
    let device = device();
    let decoder = Fpn::new(8, 2, &device).map(&mut Learning::default());
    let inputs = vec![normal(8 * 4 * 4, &device), normal(8 * 2 * 2, &device)];
    let compared = check("FPN", &decoder, inputs, RECTIFIED, |decoder, x| {
        let maps = [
            x[0].clone().reshape([1, 8, 4, 4]),
            x[1].clone().reshape([1, 8, 2, 2]),
        ];
        decoder.forward(&maps).unwrap().flatten(0, 2)
    });
    assert_eq!(compared, 2 + 2 * (3 * 2 + 3));
}

#[test]
fn distillation_of_a_layer() {
    let device = device();
    let layer = LayerShape {
        tokens: 9,
        width: 8,
        grid: (3, 3),
        stage: 0,
    };
    for (tokens, repeats, dp_branch) in [
        (1, 1, DpBranch::Linear),
        (2, 2, DpBranch::Linear),
        (2, 1, DpBranch::Avgpool),
        (1, 2, DpBranch::None),
    ] {
        let config = LcdConfig {
            tokens,
            repeats,
            dp_branch,
            heads: 2,
            ..LcdConfig::default()
        };
        let lcd = config
            .init(&layer, Some(6), &device)
            .map(&mut Learning::default());
        let inputs = vec![normal(2 * 9 * 8, &device)];
        let what = format!("{config:?}");
        let compared = check(&what, &lcd, inputs, SMOOTH, |lcd, x| {
            lcd.forward(x[0].clone().reshape([2, 9, 8])).flatten(0, 2)
        });
        assert!(compared > 9, "{what}: {compared}");
    }
}

#[test]
fn losses_of_masks() {
    let device = device();
    let truth = |n: usize| -> Tensor<3> {
        let x = normal(n * 16, &device).reshape([n, 4, 4]);
        x.greater_elem(0.0).float()
    };
    let (first, all) = (truth(2), truth(4));
    let inputs = || {
        vec![
            normal(64, &device),
            normal(4 * 3 * 4, &device),
            normal(12, &device),
        ]
    };
    let said = |x: &[Tensor<1>]| SegmentOutput {
        logits: x[0].clone().reshape([4, 4, 4]),
        maps: vec![x[1].clone().reshape([4, 3, 2, 2])],
        sounds: vec![x[2].clone().reshape([4, 3])],
    };
    check("MS3", &nothing(), inputs(), SMOOTH, |_, x| {
        ms3_loss(&said(x), all.clone(), Some(MATCHING_WEIGHT))
    });
    check("S4", &nothing(), inputs()[..1].to_vec(), SMOOTH, |_, x| {
        let output = SegmentOutput {
            logits: x[0].clone().reshape([4, 4, 4]),
            maps: vec![],
            sounds: vec![],
        };
        s4_loss(&output, first.clone(), 2)
    });
}

/// From logits, whose sigmoids keep away from the clamp.
#[test]
fn losses_of_parsing() {
    let device = device();
    let truth = |n: usize| normal(n, &device).greater_elem(0.0).float();
    let clip = truth(6).reshape([2, 3]);
    let seconds = [0, 1].map(|_| truth(24).reshape([2, 4, 3]));
    let inputs = [24, 24, 6, 6, 6, 9, 9].map(|n| normal(n, &device)).to_vec();
    check("parsing", &nothing(), inputs, SMOOTH, |_, x| {
        let p = |i: usize| sigmoid(x[i].clone());
        let said = ParseOutput {
            audible: p(0).reshape([2, 4, 3]),
            visible: p(1).reshape([2, 4, 3]),
            clip: p(2).reshape([2, 3]),
            audible_clip: p(3).reshape([2, 3]),
            visible_clip: p(4).reshape([2, 3]),
            tokens: Some(TokenClasses {
                audio: x[5].clone().reshape([3, 3]),
                visual: x[6].clone().reshape([3, 3]),
            }),
        };
        avvp_loss(&said, &clip, Smoothing::default())
            + parsed_seconds_loss(&said, &seconds[0], &seconds[1])
    });
}

#[test]
fn the_loss_of_events() {
    let device = device();
    let targets = AvelTargets {
        is_event: normal(8, &device).greater_elem(0.0).float().reshape([2, 4]),
        known: Tensor::ones([2, 4], &device),
        class: Tensor::<1, Int>::from_data([1, 2], &device),
        has_event: Tensor::from_data([1.0, 0.0], &device),
    };
    let inputs = [8, 6, 6].map(|n| normal(n, &device)).to_vec();
    check("events", &nothing(), inputs, SMOOTH, |_, x| {
        let said = AvelOutput {
            is_event: x[0].clone().reshape([2, 4]),
            event: x[1].clone().reshape([2, 3]),
            av_score: x[2].clone().reshape([2, 3]),
        };
        avel_loss(said, &targets)
    });
}
