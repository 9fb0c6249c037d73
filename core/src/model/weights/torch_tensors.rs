//! From what a PyTorch pickle says of its tensors to the tensors: views of storages that lie beside it.

use std::collections::HashMap;
use std::ops::Range;

use super::error::TensorError;
use super::file::FileBytes;
use super::pickle::{Id, Node, Pickle};
use super::raw::{Place, RawTensor, RawType};
use super::torch_storage::Storage;

/// Axes of a tensor at most.
const MAX_AXES: usize = 16;
/// Calls around a tensor's own at most: a parameter, and one for attributes of Python on each.
const MAX_WRAPS: usize = 3;

/// A pickle, and where the storages it speaks of are.
pub(super) struct Reader<'a> {
    pub pickle: &'a Pickle,
    /// By the key the pickle has for each.
    pub storages: HashMap<String, Range<usize>>,
    pub file: &'a FileBytes,
}

impl Reader<'_> {
    /// `None` where the value is no tensor; why it is not read where it is one that nothing here computes with, or damaged.
    pub fn tensor(&self, value: Id) -> Option<Result<RawTensor, TensorError>> {
        let (module, name, args) = self.call(value)?;
        self.made(module, name, args, MAX_WRAPS)
    }

    /// What a function makes of its arguments.
    fn made(
        &self,
        module: &str,
        name: &str,
        args: &[Id],
        wraps: usize,
    ) -> Option<Result<RawTensor, TensorError>> {
        let node = |id: &Id| self.pickle.node(*id);
        Some(match (module, name) {
            ("torch._utils", "_rebuild_tensor_v2" | "_rebuild_tensor") => self.rebuild(args),
            ("torch._utils", "_rebuild_tensor_v3") => Err(self.typed(args)),
            // (tensor, …): a parameter.
            ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state")
                if wraps > 0 =>
            {
                let (module, name, args) = self.call(*args.first()?)?;
                return self.made(module, name, args, wraps - 1);
            }
            // (function, type, its arguments, attributes): the call that would have stood here had it no attributes.
            ("torch._tensor", "_rebuild_from_type_v2") if wraps > 0 => match args {
                [function, _, args, ..] => match (node(function), node(args)) {
                    (Node::Global(module, name), Node::Tuple(args)) => {
                        return self.made(module, name, args, wraps - 1);
                    }
                    _ => Err(TensorError::NoCall),
                },
                _ => Err(TensorError::NoCall),
            },
            ("torch._utils" | "torch._tensor", name) if name.starts_with("_rebuild_") => {
                Err(unread(name))
            }
            _ => return None,
        })
    }

    /// Why a tensor is not read whose element type, the last of its arguments, came to PyTorch after storages had classes.
    fn typed(&self, args: &[Id]) -> TensorError {
        match args.last().map(|last| self.pickle.node(*last)) {
            Some(Node::Global(_, name)) => TensorError::Elements(name.clone()),
            _ => TensorError::UnknownElements,
        }
    }

    /// The function that makes a value, and its arguments.
    fn call(&self, value: Id) -> Option<(&str, &str, &[Id])> {
        let Node::Call { function, args } = self.pickle.node(value) else {
            return None;
        };
        match (self.pickle.node(*function), self.pickle.node(*args)) {
            (Node::Global(module, name), Node::Tuple(args)) => Some((module, name, args)),
            _ => None,
        }
    }

    /// `_rebuild_tensor_v2(storage, offset, size, stride, …)`.
    fn rebuild(&self, args: &[Id]) -> Result<RawTensor, TensorError> {
        let [storage, offset, shape, strides, ..] = args else {
            return Err(TensorError::Arguments);
        };
        let pickle = self.pickle;
        let (dtype, bytes) = self.storage(*storage)?;
        let (Some(offset), Some(shape), Some(strides)) = (
            pickle.size(*offset),
            pickle.sizes(*shape),
            pickle.sizes(*strides),
        ) else {
            return Err(TensorError::Size);
        };
        if shape.len() != strides.len() || shape.len() > MAX_AXES {
            return Err(TensorError::Axes {
                sizes: shape.len(),
                strides: strides.len(),
            });
        }
        let reach = reach(&shape, &strides).and_then(|reach| offset.checked_add(reach));
        let size = dtype.size();
        let range = reach
            .and_then(|end| end.checked_mul(size))
            .and_then(|end| bytes.start.checked_add(end))
            .filter(|end| *end <= bytes.end)
            .map(|end| bytes.start + offset * size..end);
        let range = range.ok_or(TensorError::Beyond)?;
        let file = self.file.clone();
        let place = match is_contiguous(&shape, &strides) {
            true => Place::Plain(file, range),
            false => Place::Strided(file, range, strides),
        };
        Ok(RawTensor {
            dtype,
            shape,
            place,
        })
    }

    fn storage(&self, id: Id) -> Result<(RawType, Range<usize>), TensorError> {
        let Node::Persistent(description) = self.pickle.node(id) else {
            return Err(TensorError::NoStorage);
        };
        let Storage {
            element,
            key,
            length,
        } = Storage::of(self.pickle, *description)?;
        let dtype = element.dtype()?;
        let range = self.storages.get(key).cloned();
        let range = range.ok_or_else(|| TensorError::StorageMissing(key.to_owned()))?;
        match length.and_then(|n| n.checked_mul(dtype.size())) {
            Some(bytes) if bytes <= range.len() => Ok((dtype, range.start..range.start + bytes)),
            _ => Err(TensorError::StorageShort(key.to_owned())),
        }
    }
}

/// Why a tensor is not read that this function makes.
fn unread(function: &str) -> TensorError {
    match function {
        "_rebuild_qtensor" => TensorError::Quantised,
        "_rebuild_sparse_tensor" => TensorError::Sparse,
        "_rebuild_meta_tensor_no_storage" => TensorError::Meta,
        other => TensorError::Maker(other.to_owned()),
    }
}

/// Elements from the first to one past the last of a view; 0 for an empty one.
fn reach(shape: &[usize], strides: &[usize]) -> Option<usize> {
    if shape.contains(&0) {
        return Some(0);
    }
    let mut last = 0_usize;
    for (size, stride) in shape.iter().zip(strides) {
        last = last.checked_add((size - 1).checked_mul(*stride)?)?;
    }
    last.checked_add(1)
}

fn is_contiguous(shape: &[usize], strides: &[usize]) -> bool {
    let mut expected = 1_usize;
    for (size, stride) in shape.iter().zip(strides).rev() {
        if *size != 1 && *stride != expected {
            return false;
        }
        expected = expected.saturating_mul(*size);
    }
    true
}
