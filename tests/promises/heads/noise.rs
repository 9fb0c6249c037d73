//! What visits every parameter of a module.

use std::collections::BTreeMap;

use burn::module::{Flag, Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Distribution, Gradients, Tensor, TensorData};

/// Adds noise to every parameter, so that none is still at what it begins with.
pub struct Noise;

impl ModuleMapper for Noise {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let value = param.val();
        let noise = value.random_like(Distribution::Normal(0.0, 0.2));
        Param::initialized(param.id, value + noise)
    }
}

/// Replaces every parameter by numbers that depend on its place alone: two modules of one shape become the same.
#[derive(Default)]
pub struct Fixed {
    met: usize,
}

impl ModuleMapper for Fixed {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        self.met += 1;
        let (shape, device) = (param.shape(), param.lazy_device());
        let count = shape.num_elements();
        let number = |i: usize| 0.5 * ((self.met * 7919 + i * 104_729) as f32).sin();
        let data = TensorData::new((0..count).map(number).collect(), shape);
        Param::initialized(param.id, Tensor::from_data(data, &device))
    }
}

/// The names of parameters that a loss does not reach at all.
pub fn without_gradient<M: Module>(module: &M, of: &Gradients) -> Vec<String> {
    let mut found = Without {
        path: vec![],
        of,
        names: vec![],
    };
    module.visit(&mut found);
    found.names
}

struct Without<'a> {
    path: Vec<String>,
    of: &'a Gradients,
    names: Vec<String>,
}

impl ModuleVisitor for Without<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let name = self.path.join(".");
        let running = name.contains("running_");
        if !running && param.val().grad(self.of).is_none() {
            self.names.push(name);
        }
    }
}

/// Every parameter by its name, matrices as they are, vectors as a row.
pub fn parameters<M: Module>(module: &M) -> BTreeMap<String, Tensor<2>> {
    let mut found = Parameters {
        path: vec![],
        all: BTreeMap::new(),
    };
    module.visit(&mut found);
    found.all
}

struct Parameters {
    path: Vec<String>,
    all: BTreeMap<String, Tensor<2>>,
}

impl ModuleVisitor for Parameters {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        let rows = if D == 2 { value.dims()[0] } else { 1 };
        let value = value.reshape([rows as i32, -1]);
        self.all.insert(self.path.join("."), value);
    }
}

/// Switches off what is random in training: dropout, noise.
pub struct Steady;

impl ModuleMapper for Steady {
    fn map_flag(&mut self, flag: Param<Flag>) -> Param<Flag> {
        flag.with_value(false)
    }
}
