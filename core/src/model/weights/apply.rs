//! Putting a checkpoint's tensors into a module, all of them or none, with one report of what does not fit.

use std::fmt;
use std::path::{Path, PathBuf};

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{DType, Device, Tensor, TensorData};

use super::Names;
use super::file::StateDict;
use super::layout::Renamed;
use super::outline::{Fields, outline};
use super::raw::RawTensor;
use crate::model::ModelError;
use crate::model::precision::{Half, is_halved};

/// A tensor whose shape is not the model's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeProblem {
    /// Its name in the checkpoint.
    pub key: String,
    /// The model's shape, as the checkpoint would write it.
    pub expected: Vec<usize>,
    /// The checkpoint's.
    pub found: Vec<usize>,
}

/// Everything that does not fit between a checkpoint and a model, at once, under the file's own names; what it lacks, under the
/// names it would have in such a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyReport {
    /// The checkpoint.
    pub path: PathBuf,
    /// Names the model has and the checkpoint has not, with the model's shapes.
    pub missing: Vec<(String, Vec<usize>)>,
    /// Names the checkpoint has and the model has not, with their shapes.
    pub unexpected: Vec<(String, Vec<usize>)>,
    /// Names both have, with different shapes.
    pub misshaped: Vec<ShapeProblem>,
    /// Names both have whose values are not read, and why.
    pub unreadable: Vec<String>,
}

impl KeyReport {
    fn is_clean(&self) -> bool {
        self.missing.is_empty()
            && self.unexpected.is_empty()
            && self.misshaped.is_empty()
            && self.unreadable.is_empty()
    }
}

impl std::error::Error for KeyReport {}

impl fmt::Display for KeyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: these weights do not fit the model",
            self.path.display()
        )?;
        let named = |(key, shape): &(String, Vec<usize>)| format!("{key} {shape:?}");
        let shaped = |p: &ShapeProblem| format!("{} is {:?}, not {:?}", p.key, p.found, p.expected);
        list(f, "missing", self.missing.iter().map(named))?;
        list(f, "left over", self.unexpected.iter().map(named))?;
        list(f, "wrong shape", self.misshaped.iter().map(shaped))?;
        list(f, "unreadable", self.unreadable.iter().cloned())
    }
}

/// As many names as a person reads; the rest as a number.
const SHOWN: usize = 12;

fn list(
    f: &mut fmt::Formatter<'_>,
    what: &str,
    items: impl ExactSizeIterator<Item = String>,
) -> fmt::Result {
    let count = items.len();
    if count == 0 {
        return Ok(());
    }
    let shown: Vec<String> = items.take(SHOWN).collect();
    write!(f, "; {what} ({count}): {}", shown.join(", "))?;
    if count > SHOWN {
        write!(f, ", and {} more", count - SHOWN)?;
    }
    Ok(())
}

/// The module with every parameter taken from the checkpoint. 16-bit floats become f32.
///
/// # Errors
/// [`ModelError::Keys`] lists every name that is missing, left over or mis-shaped.
pub fn load_into<M: Module>(
    module: M,
    state: StateDict,
    names: Names,
    path: &Path,
) -> Result<M, ModelError> {
    load_in_numbers(module, state, names, path, None)
}

/// The same, where `half` with the matrices of [`is_halved`] in it: each is rounded before it goes to the device, which never
/// holds it in f32.
///
/// # Errors
/// Those of [`load_into`].
pub(in crate::model) fn load_in_numbers<M: Module>(
    module: M,
    state: StateDict,
    names: Names,
    path: &Path,
    half: Option<Half>,
) -> Result<M, ModelError> {
    let mut mapper = Loader {
        half,
        underway: 0,
        renamed: Renamed::of(names, state, &outline(&module)),
        path: Fields::default(),
        report: KeyReport {
            path: path.to_owned(),
            ..Default::default()
        },
    };
    let module = module.map(&mut mapper);
    let (mut report, renamed) = (mapper.report, mapper.renamed);
    let left = renamed.state.iter();
    report.unexpected = left
        .filter(|(key, tensor)| tensor.refusal().is_none() && !names.may_ignore(key))
        .map(|(key, tensor)| (renamed.theirs(key), tensor.shape.clone()))
        .collect();
    if report.is_clean() {
        Ok(module)
    } else {
        Err(ModelError::Keys(Box::new(report)))
    }
}

/// Bytes of which there may be two copies while they go to the device: about the largest matrix.
const UNDERWAY: usize = 32 << 20;

struct Loader {
    half: Option<Half>,
    /// Bytes that were given to the device and may still lie in the program's memory, too.
    underway: usize,
    renamed: Renamed,
    path: Fields,
    report: KeyReport,
}

impl Loader {
    fn take(&mut self, shape: &[usize]) -> Option<Vec<f32>> {
        let (key, expected, transposed) = self.path.upstream(shape);
        let Some(tensor) = self.renamed.state.remove(&key) else {
            let key = self.renamed.theirs(&key);
            self.report.missing.push((key, expected));
            return None;
        };
        if let Some(why) = tensor.refusal() {
            self.refuse(&key, why);
            return None;
        }
        if tensor.shape != expected {
            let found = tensor.shape;
            let key = self.renamed.theirs(&key);
            self.report.misshaped.push(ShapeProblem {
                key,
                expected,
                found,
            });
            return None;
        }
        let Some(values) = read(&tensor, transposed) else {
            self.refuse(&key, "cannot be read from the file");
            return None;
        };
        Some(values)
    }

    /// Waits, every so many bytes, until what was given to the device lies there alone: a driver keeps a copy until then, and where the
    /// device's memory is the program's, all copies together would be as large as the weights.
    fn arrive(&mut self, device: &Device) {
        if self.underway >= UNDERWAY {
            self.underway = 0;
            // A device that fails here fails again, and is told of, when the weights are used.
            let _ = device.sync();
        }
    }

    fn refuse(&mut self, key: &str, why: &str) {
        let key = self.renamed.theirs(key);
        self.report.unreadable.push(format!("{key} {why}"));
    }
}

fn read(tensor: &RawTensor, transposed: bool) -> Option<Vec<f32>> {
    match transposed {
        true => tensor.to_f32_transposed(),
        false => tensor.to_f32(),
    }
}

impl ModuleMapper for Loader {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.leave();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let shape: Vec<usize> = param.lazy_shape().iter().copied().collect();
        let device = param.lazy_device();
        match self.take(&shape) {
            // Not through `param.map`: that would first draw the random weights that are being replaced.
            Some(values) => {
                let half = self.half.filter(|_| is_halved(self.path.all()));
                self.underway += values.len() * if half.is_some() { 2 } else { 4 };
                let data = TensorData::new(values, shape);
                let tensor = match half {
                    Some(half) => Tensor::from_data(data, (&device, DType::from(half.float()))),
                    None => Tensor::from_data(data, &device),
                };
                self.arrive(&device);
                Param::from_tensor(tensor)
            }
            None => param,
        }
    }
}
