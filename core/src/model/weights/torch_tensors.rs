//! From what a PyTorch pickle says of its tensors to the tensors: views of storages that lie beside it.

use std::collections::HashMap;
use std::ops::Range;

use super::file::{FileBytes, StateDict};
use super::pickle::{Id, Node, Pickle};
use super::raw::{Place, RawTensor, RawType};

/// Axes of a tensor at most.
const MAX_AXES: usize = 16;

/// A pickle, and where the storages it speaks of are.
pub(super) struct Reader<'a> {
    pub pickle: &'a Pickle,
    /// By the key the pickle has for each.
    pub storages: HashMap<String, Range<usize>>,
    pub file: &'a FileBytes,
}

impl Reader<'_> {
    /// The tensors under `state_dict` or `model` where there is such an entry, else those at the top.
    ///
    /// # Errors
    /// In words, to follow the file's name.
    pub fn state_dict(&self) -> Result<StateDict, String> {
        let Node::Dict(root) = self.pickle.root() else {
            return Err("holds no dictionary of tensors: save the model's state_dict".into());
        };
        let nested = |wanted: &str| {
            root.iter().find_map(|(key, value)| {
                (self.pickle.str(*key) == Some(wanted)).then(|| self.pickle.node(*value))
            })
        };
        let pairs = match (nested("state_dict"), nested("model")) {
            (Some(Node::Dict(pairs)), _) | (None, Some(Node::Dict(pairs))) => pairs,
            _ => root,
        };
        let mut state = StateDict::new();
        for (key, value) in pairs {
            // Keys that are not text, and values that are not tensors, are no part of a state dictionary.
            let (Some(name), Some(tensor)) = (self.pickle.str(*key), self.tensor(*value)) else {
                continue;
            };
            let tensor = tensor.map_err(|e| format!("has a tensor {name} that {e}"))?;
            state.insert(name.to_owned(), tensor);
        }
        if state.is_empty() {
            return Err("holds no tensors under state_dict, under model or at the top".into());
        }
        Ok(state)
    }

    /// `None` where the value is no tensor.
    fn tensor(&self, value: Id) -> Option<Result<RawTensor, String>> {
        let mut value = value;
        // A parameter wraps a tensor; nothing wraps a parameter.
        for _ in 0..2 {
            let Node::Call { function, args } = self.pickle.node(value) else {
                return None;
            };
            let (Node::Global(module, name), Node::Tuple(args)) =
                (self.pickle.node(*function), self.pickle.node(*args))
            else {
                return None;
            };
            match (module.as_str(), name.as_str()) {
                ("torch._utils", "_rebuild_tensor_v2") => return Some(self.rebuild(args)),
                ("torch._utils", "_rebuild_parameter") => value = *args.first()?,
                _ => return None,
            }
        }
        None
    }

    /// `_rebuild_tensor_v2(storage, offset, size, stride, …)`.
    fn rebuild(&self, args: &[Id]) -> Result<RawTensor, String> {
        let [storage, offset, shape, strides, ..] = args else {
            return Err("lacks a storage, offset, size or stride".into());
        };
        let pickle = self.pickle;
        let (dtype, bytes) = self.storage(*storage)?;
        let (Some(offset), Some(shape), Some(strides)) = (
            pickle.size(*offset),
            pickle.sizes(*shape),
            pickle.sizes(*strides),
        ) else {
            return Err("has a size that is no whole number".into());
        };
        if shape.len() != strides.len() || shape.len() > MAX_AXES {
            return Err(format!(
                "has {} sizes and {} strides",
                shape.len(),
                strides.len()
            ));
        }
        let reach = reach(&shape, &strides).and_then(|reach| offset.checked_add(reach));
        let size = dtype.size();
        let range = reach
            .and_then(|end| end.checked_mul(size))
            .and_then(|end| bytes.start.checked_add(end))
            .filter(|end| *end <= bytes.end)
            .map(|end| bytes.start + offset * size..end);
        let range = range.ok_or("reaches beyond its storage")?;
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

    fn storage(&self, id: Id) -> Result<(RawType, Range<usize>), String> {
        let Node::Persistent(description) = self.pickle.node(id) else {
            return Err("has no storage".into());
        };
        let Storage { dtype, key, length } = Storage::of(self.pickle, *description)?;
        let range = self.storages.get(key).cloned();
        let range = range.ok_or_else(|| format!("lacks its storage {key}"))?;
        match length.and_then(|n| n.checked_mul(dtype.size())) {
            Some(bytes) if bytes <= range.len() => Ok((dtype, range.start..range.start + bytes)),
            _ => Err(format!("has a storage {key} that is cut short")),
        }
    }
}

/// What a pickle says of a storage.
pub(super) struct Storage<'a> {
    pub dtype: RawType,
    pub key: &'a str,
    /// Elements; `None` where it is no size.
    pub length: Option<usize>,
}

impl<'a> Storage<'a> {
    /// `("storage", class, key, location, length)`, in the older format followed by a view, which is none since 0.4.
    pub fn of(pickle: &'a Pickle, description: Id) -> Result<Self, String> {
        let Node::Tuple(parts) = pickle.node(description) else {
            return Err("has a storage without description".into());
        };
        let (kind, class, key, length) = match parts.as_slice() {
            [kind, class, key, _, length] => (kind, class, key, length),
            [kind, class, key, _, length, view] if *pickle.node(*view) == Node::None => {
                (kind, class, key, length)
            }
            _ => return Err("has a storage with an unknown description".into()),
        };
        let Node::Global(_, class) = pickle.node(*class) else {
            return Err("has a storage without element type".into());
        };
        let (Some("storage"), Some(key)) = (pickle.str(*kind), pickle.str(*key)) else {
            return Err("has a storage without a name".into());
        };
        let dtype = storage_type(class)
            .ok_or_else(|| format!("has elements of {class}, which are not read"))?;
        Ok(Self {
            dtype,
            key,
            length: pickle.size(*length),
        })
    }
}

fn storage_type(class: &str) -> Option<RawType> {
    Some(match class {
        "FloatStorage" => RawType::F32,
        "HalfStorage" => RawType::F16,
        "BFloat16Storage" => RawType::Bf16,
        "DoubleStorage" => RawType::F64,
        "LongStorage" => RawType::I64,
        "IntStorage" => RawType::I32,
        "ShortStorage" => RawType::I16,
        "CharStorage" => RawType::I8,
        "ByteStorage" => RawType::U8,
        "BoolStorage" => RawType::Bool,
        _ => return None,
    })
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
