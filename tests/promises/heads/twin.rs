//! A module of ours beside its PyTorch twin: same weights, same inputs; outputs and all gradients compared.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Gradients, Tensor, TensorData};
use mettle_core::model::weights::{Names, StateDict, load_into, read_checkpoint};

use crate::model::golden::distance;

/// f32 rounding of a few sums; values were computed in f64.
pub const VALUES: f32 = 5e-6;
/// Gradients pass through more of them.
pub const GRADIENTS: f32 = 3e-5;

/// One case of a golden file.
pub struct Twin {
    path: PathBuf,
    tensors: StateDict,
    /// On an autodiff device.
    pub device: Device,
}

impl Twin {
    /// Reads `tests/golden/heads/FILE.safetensors`, the tensors whose names begin with `case.`.
    pub fn read(file: &str, case: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/heads");
        let path = folder.join(format!("{file}.safetensors"));
        let prefix = format!("{case}.");
        let all = read_checkpoint(&path).unwrap();
        let own = all.into_iter().filter_map(|(name, tensor)| {
            let name = name.strip_prefix(&prefix)?.to_owned();
            Some((name, tensor))
        });
        Self {
            tensors: own.collect(),
            path,
            device: Device::flex().autodiff(),
        }
    }

    /// The whole file, under full names.
    pub fn whole(file: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/heads");
        let path = folder.join(format!("{file}.safetensors"));
        Self {
            tensors: read_checkpoint(&path).unwrap(),
            path,
            device: Device::flex().autodiff(),
        }
    }

    pub fn tensor<const D: usize>(&self, name: &str) -> Tensor<D> {
        let missing = || panic!("no golden tensor {name} in {}", self.path.display());
        let raw = self.tensors.get(name).unwrap_or_else(missing);
        let values = raw.to_f32().unwrap();
        // A loss is a number without axes.
        let shape = match raw.shape.is_empty() {
            true => vec![1],
            false => raw.shape.clone(),
        };
        Tensor::from_data(TensorData::new(values, shape), &self.device)
    }

    /// An input, with a gradient.
    pub fn input<const D: usize>(&self, index: usize) -> Tensor<D> {
        self.tensor::<D>(&format!("in.{index}")).require_grad()
    }

    /// The module with the twin's weights: all of them, by name.
    pub fn load<M: Module>(&self, module: M) -> M {
        let own = self.tensors.iter().filter_map(|(name, tensor)| {
            let name = name.strip_prefix("w.")?.to_owned();
            Some((name, tensor.clone()))
        });
        load_into(module, own.collect(), Names::Head, &self.path).unwrap()
    }

    /// Compares an output, and gives its part of the loss whose gradients the file holds.
    #[track_caller]
    pub fn output<const D: usize>(&self, name: &str, found: Tensor<D>) -> Tensor<1> {
        let expected = self.tensor::<D>(&format!("out.{name}"));
        close(name, found.clone(), expected, VALUES);
        (found * self.tensor::<D>(&format!("cot.{name}"))).sum()
    }

    /// Compares the gradient of an input.
    #[track_caller]
    pub fn input_gradient<const D: usize>(&self, index: usize, input: &Tensor<D>, of: &Gradients) {
        let name = format!("grad.in.{index}");
        let found = Tensor::from_inner(input.grad(of).unwrap());
        close(&name, found, self.tensor::<D>(&name), GRADIENTS);
    }

    /// Compares the gradients of all parameters; gives how many.
    #[track_caller]
    pub fn gradients<M: Module>(&self, module: &M, of: &Gradients) -> usize {
        let mut found = Collect {
            path: vec![],
            of,
            gradients: BTreeMap::new(),
        };
        module.visit(&mut found);
        let mut compared = 0;
        for (name, values) in found.gradients {
            let Some(expected) = self.tensors.get(&format!("grad.{name}")) else {
                continue;
            };
            let expected = expected.to_f32().unwrap();
            let largest = expected.iter().fold(0.0_f32, |m, x| m.max(x.abs()));
            if largest < 1e-6 {
                // What a softmax or a norm takes away again, such as a key's bias: rounding is left.
                assert!(values.iter().all(|x| x.abs() < 1e-4), "{name}");
                continue;
            }
            let off = distance(&values, &expected);
            assert!(off <= GRADIENTS, "gradient of {name}: {off:e}");
            compared += 1;
        }
        compared
    }
}

#[track_caller]
pub fn close<const D: usize>(what: &str, found: Tensor<D>, expected: Tensor<D>, tolerance: f32) {
    assert_eq!(found.dims(), expected.dims(), "{what}");
    let found: Vec<f32> = found.try_into_vec_as().unwrap();
    let expected: Vec<f32> = expected.try_into_vec_as().unwrap();
    let off = distance(&found, &expected);
    assert!(off <= tolerance, "{what}: {off:e}, {tolerance:e} allowed");
}

/// Gradients under PyTorch's names and in its layout.
struct Collect<'a> {
    path: Vec<(String, String)>,
    of: &'a Gradients,
    gradients: BTreeMap<String, Vec<f32>>,
}

impl ModuleVisitor for Collect<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.push((name.to_owned(), container.to_owned()));
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(gradient) = param.val().grad(self.of) else {
            return;
        };
        let mut parts: Vec<&str> = self.path.iter().map(|(name, _)| name.as_str()).collect();
        let linear = self.path.last().is_some_and(|l| l.1 == "Struct:Linear");
        let transposed = linear && parts.last() == Some(&"weight");
        if let Some(last) = parts.last_mut() {
            *last = match *last {
                "gamma" => "weight",
                "beta" => "bias",
                other => other,
            };
        }
        let gradient = match transposed {
            true => gradient.swap_dims(0, 1),
            false => gradient,
        };
        let values = gradient.try_into_vec_as().unwrap();
        self.gradients.insert(parts.join("."), values);
    }
}
