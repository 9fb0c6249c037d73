//! Distillation computed re-associated is the textbook's: same values, same gradients.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Distribution, Gradients, Tensor};
use mettle_core::model::{DpBranch, LayerShape, Lcd, LcdConfig};

use super::golden::distance;

const LAYER: LayerShape = LayerShape {
    tokens: 20,
    width: 24,
    grid: (4, 5),
    stage: 0,
};

/// Sums in another order, in f32.
const TOLERANCE: f32 = 2e-5;

/// The distillation as eq. 3.1 to 3.3 write it, over the module's own parameters: full keys and values, N x D each.
struct Textbook {
    params: BTreeMap<String, Tensor<2>>,
    config: LcdConfig,
}

impl Textbook {
    fn linear(&self, name: &str, x: Tensor<3>) -> Tensor<3> {
        let weight = self.params[&format!("{name}.weight")].clone();
        let bias = self.params[&format!("{name}.bias")].clone();
        x.matmul(weight.unsqueeze()) + bias.unsqueeze()
    }

    /// The name of a repeat's part: the first's by itself, further ones' numbered where they have weights of their own.
    fn part(&self, repeat: usize, name: &str) -> String {
        match repeat > 0 && self.config.own_weights {
            true => format!("further.{}.{name}", repeat - 1),
            false => name.to_owned(),
        }
    }

    fn forward(&self, tokens: Tensor<3>) -> Tensor<3> {
        let [n, _, width] = tokens.dims();
        let k = self.config.tokens_of(LAYER.stage);
        let mut meta = self.params["meta"]
            .clone()
            .unsqueeze::<3>()
            .expand([n, k, width]);
        for repeat in 0..self.config.repeats {
            if self.config.ts_branch {
                meta = self.attend(repeat, meta, &tokens);
            }
            meta = match self.config.dp_branch {
                DpBranch::Linear => {
                    let layer = self.part(repeat, "direct");
                    let direct = self.linear(&layer, tokens.clone().swap_dims(1, 2));
                    meta + direct.swap_dims(1, 2)
                }
                DpBranch::Avgpool => meta + tokens.clone().mean_dim(1).expand([n, k, width]),
                DpBranch::None => meta,
            };
        }
        match self.params.contains_key("projection.weight") {
            true => self.linear("projection", meta),
            false => meta,
        }
    }

    fn attend(&self, repeat: usize, meta: Tensor<3>, tokens: &Tensor<3>) -> Tensor<3> {
        let [n, k, width] = meta.dims();
        let heads = self.config.heads_of(width);
        let split = |x: Tensor<3>| {
            let [n, len, _] = x.dims();
            x.reshape([n, len, heads, width / heads]).swap_dims(1, 2)
        };
        let linear = |name: &str, x: Tensor<3>| {
            self.linear(&self.part(repeat, &format!("attention.{name}")), x)
        };
        let q = split(linear("query", meta));
        let key = split(linear("key", tokens.clone()));
        let value = split(linear("value", tokens.clone()));
        let scale = ((width / heads) as f64).sqrt();
        let weights = softmax(q.matmul(key.swap_dims(2, 3)) / scale, 3);
        let x = weights.matmul(value).swap_dims(1, 2).reshape([n, k, width]);
        match self.config.output_projection {
            true => linear("output", x),
            false => x,
        }
    }
}

#[derive(Default)]
struct Collect {
    path: Vec<String>,
    params: BTreeMap<String, Tensor<2>>,
}

impl ModuleVisitor for Collect {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        let dims = value.dims();
        let rows = if D == 2 { dims[0] } else { 1 };
        let value = value.reshape([rows as i32, -1]);
        self.params.insert(self.path.join("."), value);
    }
}

fn check(config: LcdConfig) {
    check_to(config, Some(10));
}

/// To features of `d_out` numbers, or of the layer's width.
fn check_to(config: LcdConfig, d_out: Option<usize>) {
    config.validate().unwrap();
    let device = Device::flex().autodiff();
    device.seed(11);
    let module = config.init(&LAYER, d_out, &device);
    let tokens = Tensor::<3>::random([3, 20, 24], Distribution::Normal(0.0, 2.0), &device);
    let weight = Tensor::<3>::random(
        [3, config.tokens_of(LAYER.stage), d_out.unwrap_or(24)],
        Distribution::Normal(0.0, 1.0),
        &device,
    );
    let twin = textbook(&module, &config);
    let ours = module.forward(tokens.clone());
    let theirs = twin.forward(tokens);
    same("values", ours.clone(), theirs.clone());
    let ours = (ours * weight.clone()).sum().backward();
    let theirs = (theirs * weight).sum().backward();
    let visited = Compare {
        path: vec![],
        ours: &ours,
        theirs: &theirs,
        compared: 0,
    };
    let mut visitor = visited;
    module.visit(&mut visitor);
    // Everything but the keys' biases; at least the meta-tokens.
    assert!(visitor.compared >= 1, "{}", visitor.compared);
    let counted = mettle_core::model::params::lcd_layer(&config, &LAYER, d_out.map(|d| d as u64));
    assert_eq!(module.num_params() as u64, counted);
}

fn textbook(module: &Lcd, config: &LcdConfig) -> Textbook {
    let mut collect = Collect::default();
    module.visit(&mut collect);
    Textbook {
        params: collect.params,
        config: config.clone(),
    }
}

#[track_caller]
fn same<const D: usize>(what: &str, ours: Tensor<D>, theirs: Tensor<D>) {
    let ours: Vec<f32> = ours.try_into_vec_as().unwrap();
    let theirs: Vec<f32> = theirs.try_into_vec_as().unwrap();
    let off = distance(&ours, &theirs);
    assert!(off <= TOLERANCE, "{what}: {off:e}");
}

/// Gradients of the module's own parameters under both losses: the twin is built of the same tensors.
struct Compare<'a> {
    path: Vec<String>,
    ours: &'a Gradients,
    theirs: &'a Gradients,
    compared: usize,
}

impl ModuleVisitor for Compare<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let name = self.path.join(".");
        let (ours, theirs) = (param.val().grad(self.ours), param.val().grad(self.theirs));
        if name.ends_with("attention.key.bias") {
            // The textbook's is rounding noise around zero; here it takes no part.
            return;
        }
        self.compared += 1;
        same(&name, ours.expect(&name), theirs.expect(&name));
    }
}

#[test]
fn equals_the_textbook() {
    for tokens in [1, 2] {
        for repeats in [1, 2] {
            check(LcdConfig {
                tokens,
                repeats,
                ..LcdConfig::default()
            });
        }
    }
}

#[test]
fn equals_the_textbook_without_the_direct_branch() {
    check(LcdConfig {
        tokens: 2,
        dp_branch: DpBranch::None,
        ..LcdConfig::default()
    });
}

/// Every form the configuration can take.
#[test]
fn every_form_equals_the_textbook() {
    let branches = [
        (true, DpBranch::Linear),
        (true, DpBranch::Avgpool),
        (true, DpBranch::None),
        (false, DpBranch::Linear),
        (false, DpBranch::Avgpool),
    ];
    for (ts_branch, dp_branch) in branches {
        for (repeats, own_weights) in [(1, false), (3, false), (3, true)] {
            for output_projection in [true, false] {
                let config = LcdConfig {
                    tokens: 2,
                    tokens_per_stage: vec![3, 1],
                    repeats,
                    own_weights,
                    ts_branch,
                    dp_branch,
                    output_projection,
                    ..LcdConfig::default()
                };
                check_to(config.clone(), Some(10));
                check_to(config, None);
            }
        }
    }
}

/// Eight heads where they divide the width, else the largest number below that does.
#[test]
fn heads_divide_the_width() {
    let config = LcdConfig::default();
    for (width, heads) in [(96, 8), (24, 8), (20, 5), (7, 7), (22, 2), (1, 1)] {
        assert_eq!(config.heads_of(width), heads, "{width}");
    }
}

/// The branches that are left out leave no parameters, and something is always left.
#[test]
fn branches_can_be_switched_off() {
    let device = Device::flex();
    let tokens = || Tensor::<3>::ones([2, 20, 24], &device);
    for (ts_branch, dp_branch) in [
        (false, DpBranch::Linear),
        (false, DpBranch::Avgpool),
        (true, DpBranch::Avgpool),
    ] {
        let config = LcdConfig {
            ts_branch,
            dp_branch,
            tokens: 3,
            output_projection: false,
            ..LcdConfig::default()
        };
        config.validate().unwrap();
        let module = config.init(&LAYER, Some(6), &device);
        assert_eq!(module.forward(tokens()).dims(), [2, 3, 6]);
        let expected = mettle_core::model::params::lcd_layer(&config, &LAYER, Some(6));
        assert_eq!(module.num_params() as u64, expected);
    }
    let nothing = LcdConfig {
        ts_branch: false,
        dp_branch: DpBranch::None,
        ..LcdConfig::default()
    };
    assert!(nothing.validate().is_err());
}
