//! PyTorch's zip format: a pickle that names tensors, and their storages as uncompressed entries beside it.

use std::collections::HashMap;
use std::io::Cursor;
use std::ops::Range;

use zip::{CompressionMethod, ZipArchive};

use super::file::{FileBytes, RawTensor, RawType, StateDict};
use super::pickle::{Id, Node, Pickle};

/// The longest pickle read; that of a real checkpoint is well under a megabyte.
const MAX_PICKLE: usize = 64 << 20;
/// Axes of a tensor at most.
const MAX_AXES: usize = 16;

/// Entries of the archive by name, as ranges of the file.
type Entries = HashMap<String, Range<usize>>;

/// The tensors of a checkpoint: those under `state_dict` or `model` where there is such an entry, else those at the top.
///
/// # Errors
/// In words, to follow the file's name.
pub(super) fn read_archive(file: &FileBytes) -> Result<StateDict, String> {
    let entries = entries(file.as_slice())?;
    let prefix = entries
        .keys()
        .filter_map(|name| name.strip_suffix("data.pkl"))
        .filter(|prefix| prefix.is_empty() || prefix.ends_with('/'))
        .min_by_key(|prefix| prefix.len())
        .ok_or("is a zip archive, but not one that PyTorch wrote")?
        .to_owned();
    if let Some(order) = entries.get(&format!("{prefix}byteorder"))
        && file.as_slice().get(order.clone()) != Some(b"little")
    {
        return Err("was written on a big-endian machine: save it again on another".into());
    }
    let range = entries.get(&format!("{prefix}data.pkl")).cloned();
    let bytes = range.and_then(|range| file.as_slice().get(range));
    let bytes = bytes.ok_or("has no readable pickle")?;
    if bytes.len() > MAX_PICKLE {
        return Err(format!("has a pickle of {} bytes", bytes.len()));
    }
    let pickle = Pickle::read(bytes).map_err(|e| format!("is a damaged checkpoint: {e}"))?;
    let reader = Reader {
        pickle: &pickle,
        entries,
        prefix,
        file,
    };
    reader.state_dict()
}

fn entries(bytes: &[u8]) -> Result<Entries, String> {
    let damaged = |e: &dyn std::fmt::Display| format!("is a damaged zip archive ({e})");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| damaged(&e))?;
    let mut entries = Entries::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|e| damaged(&e))?;
        let name = entry.name().map_err(|e| damaged(&e))?.into_owned();
        if entry.compression() != CompressionMethod::Stored {
            return Err(format!(
                "has a compressed entry {name}, which PyTorch does not write"
            ));
        }
        let start = entry.data_start().and_then(|at| usize::try_from(at).ok());
        let size = usize::try_from(entry.size()).ok();
        let range = start.zip(size).and_then(|(start, size)| {
            let end = start.checked_add(size)?;
            (end <= bytes.len()).then_some(start..end)
        });
        let range = range.ok_or_else(|| format!("ends before its entry {name} does"))?;
        if entries.insert(name.clone(), range).is_some() {
            return Err(format!("has two entries named {name}"));
        }
    }
    Ok(entries)
}

struct Reader<'a> {
    pickle: &'a Pickle,
    entries: Entries,
    prefix: String,
    file: &'a FileBytes,
}

impl Reader<'_> {
    fn state_dict(&self) -> Result<StateDict, String> {
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
        Ok(RawTensor {
            dtype,
            strides: (!is_contiguous(&shape, &strides)).then_some(strides),
            shape,
            file: self.file.clone(),
            range: range.ok_or("reaches beyond its storage")?,
        })
    }

    /// `("storage", class, key, location, length)`.
    fn storage(&self, id: Id) -> Result<(RawType, Range<usize>), String> {
        let pickle = self.pickle;
        let Node::Persistent(description) = pickle.node(id) else {
            return Err("has no storage".into());
        };
        let Node::Tuple(parts) = pickle.node(*description) else {
            return Err("has a storage without description".into());
        };
        let [kind, class, key, _, length] = parts.as_slice() else {
            return Err("has a storage with an unknown description".into());
        };
        let Node::Global(_, class) = pickle.node(*class) else {
            return Err("has a storage without element type".into());
        };
        let (Some("storage"), Some(key)) = (pickle.str(*kind), pickle.str(*key)) else {
            return Err("has a storage without a name".into());
        };
        let dtype = storage_type(class)
            .ok_or_else(|| format!("has elements of {class}, which are not read"))?;
        let range = self.entries.get(&format!("{}data/{key}", self.prefix));
        let range = range
            .cloned()
            .ok_or_else(|| format!("lacks its storage {key}"))?;
        let bytes = pickle
            .size(*length)
            .and_then(|n| n.checked_mul(dtype.size()));
        match bytes {
            Some(bytes) if bytes <= range.len() => Ok((dtype, range.start..range.start + bytes)),
            _ => Err(format!("has a storage {key} that is cut short")),
        }
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
