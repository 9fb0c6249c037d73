//! A checkpoint as names and tensors whose bytes stay where they are, in the file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use memmap2::Mmap;
use safetensors::{Dtype, SafeTensors};

use super::error::{CheckpointError, TensorError};
use super::raw::{Place, RawTensor, RawType};
use super::{foreign, torch, torch_legacy};
use crate::model::ModelError;

/// The bytes of a whole file, kept alive by every tensor in it.
#[derive(Clone)]
pub(super) enum FileBytes {
    /// For finding one's way, the map; for values, the file itself: pages of a map that were touched count as memory of this
    /// program, and with them a large model would take twice its size while it is loaded.
    Mapped(Arc<Mmap>, Arc<Mutex<File>>),
    Owned(Arc<[u8]>),
}

impl FileBytes {
    pub fn as_slice(&self) -> &[u8] {
        match self {
            Self::Mapped(map, _) => map,
            Self::Owned(bytes) => bytes,
        }
    }

    /// Fills `out` with what begins at `start`. `None` where the file ends before, or cannot be read.
    pub fn read(&self, start: usize, out: &mut [u8]) -> Option<()> {
        match self {
            Self::Mapped(_, file) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(start as u64)).ok()?;
                file.read_exact(out).ok()
            }
            Self::Owned(bytes) => {
                out.copy_from_slice(bytes.get(start..start.checked_add(out.len())?)?);
                Some(())
            }
        }
    }

    /// Maps a file.
    fn map(path: &Path) -> Result<Self, ModelError> {
        let io = |source| ModelError::io(path, source);
        let file = File::open(path).map_err(io)?;
        let meta = file.metadata().map_err(io)?;
        if meta.is_dir() {
            return Err(ModelError::format(path, "is a folder, not a checkpoint"));
        }
        if meta.len() == 0 {
            return Err(ModelError::format(
                path,
                "is empty: fetch the checkpoint again",
            ));
        }
        // SAFETY: mapping is unsafe because another program may truncate or change the file while it is read. Weights are
        // files that nobody writes while they are in use, and every range taken from the map is bounds-checked.
        #[allow(unsafe_code)]
        let map = unsafe { Mmap::map(&file) }.map_err(io)?;
        Ok(Self::Mapped(Arc::new(map), Arc::new(Mutex::new(file))))
    }
}

/// A checkpoint's tensors by name.
pub type StateDict = BTreeMap<String, RawTensor>;

/// Reads a checkpoint: safetensors, or one of PyTorch's two formats (`.ckpt`, `.pth`, `.pt`, `.bin`).
///
/// # Errors
/// Names the file and what is wrong: neither format, damaged, or something the restricted reader refuses.
pub fn read_checkpoint(path: &Path) -> Result<StateDict, ModelError> {
    parse(FileBytes::map(path)?, path)
}

/// The same from bytes in memory; `name` stands for the file in errors.
///
/// # Errors
/// As [`read_checkpoint`].
pub(crate) fn read_checkpoint_bytes(bytes: &[u8], name: &Path) -> Result<StateDict, ModelError> {
    parse(FileBytes::Owned(bytes.into()), name)
}

fn parse(file: FileBytes, path: &Path) -> Result<StateDict, ModelError> {
    let refuse = |error: CheckpointError| ModelError::format(path, error.to_string());
    let bytes = file.as_slice();
    if bytes.starts_with(b"PK\x03\x04") {
        return torch::read_archive(&file).map_err(refuse);
    }
    // A header of less than a terabyte, which no text is.
    if bytes.get(5..9) == Some(b"\0\0\0{") {
        return read_safetensors(&file).map_err(refuse);
    }
    if bytes.starts_with(&[0x80]) {
        return torch_legacy::read(&file).map_err(refuse);
    }
    Err(refuse(CheckpointError::Foreign(foreign::what(bytes))))
}

fn read_safetensors(file: &FileBytes) -> Result<StateDict, CheckpointError> {
    let bytes = file.as_slice();
    let parsed = SafeTensors::deserialize(bytes)?;
    let mut state = StateDict::new();
    for (name, view) in parsed.iter() {
        let Some(dtype) = raw_type(view.dtype()) else {
            let why = TensorError::Elements(format!("{:?}", view.dtype()));
            state.insert(name.to_owned(), RawTensor::refused(why.to_string()));
            continue;
        };
        let data = view.data();
        let start = data.as_ptr() as usize - bytes.as_ptr() as usize;
        let tensor = RawTensor {
            dtype,
            shape: view.shape().to_vec(),
            place: Place::Plain(file.clone(), start..start + data.len()),
        };
        state.insert(name.to_owned(), tensor);
    }
    Ok(state)
}

fn raw_type(dtype: Dtype) -> Option<RawType> {
    Some(match dtype {
        Dtype::F16 => RawType::F16,
        Dtype::BF16 => RawType::Bf16,
        Dtype::F32 => RawType::F32,
        Dtype::F64 => RawType::F64,
        Dtype::I8 => RawType::I8,
        Dtype::U8 => RawType::U8,
        Dtype::I16 => RawType::I16,
        Dtype::I32 => RawType::I32,
        Dtype::I64 => RawType::I64,
        Dtype::BOOL => RawType::Bool,
        _ => return None,
    })
}
