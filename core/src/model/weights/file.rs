//! A checkpoint as names and tensors whose bytes stay where they are, in the memory-mapped file.

use std::collections::BTreeMap;
use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use half::{bf16, f16};
use memmap2::Mmap;
use safetensors::{Dtype, SafeTensors};

use super::torch;
use crate::model::ModelError;

/// Element types a checkpoint may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawType {
    /// 16-bit float.
    F16,
    /// 16-bit float with the range of `F32`.
    Bf16,
    /// 32-bit float.
    F32,
    /// 64-bit float.
    F64,
    /// Signed bytes.
    I8,
    /// Bytes.
    U8,
    /// 16-bit integers.
    I16,
    /// 32-bit integers.
    I32,
    /// 64-bit integers.
    I64,
    /// Truth values, a byte each.
    Bool,
}

impl RawType {
    /// Bytes of one element.
    pub fn size(self) -> usize {
        match self {
            Self::I8 | Self::U8 | Self::Bool => 1,
            Self::F16 | Self::Bf16 | Self::I16 => 2,
            Self::F32 | Self::I32 => 4,
            Self::F64 | Self::I64 => 8,
        }
    }
}

/// The bytes of a whole file, kept alive by every tensor in it.
#[derive(Clone)]
pub(super) enum FileBytes {
    Mapped(Arc<Mmap>),
    Owned(Arc<[u8]>),
}

impl FileBytes {
    pub fn as_slice(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Owned(bytes) => bytes,
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
        Ok(Self::Mapped(Arc::new(map)))
    }
}

/// One tensor of a checkpoint.
#[derive(Clone)]
pub struct RawTensor {
    /// Element type.
    pub dtype: RawType,
    /// Sizes, outermost first.
    pub shape: Vec<usize>,
    /// Steps between elements along each axis; `None` when contiguous.
    pub(super) strides: Option<Vec<usize>>,
    pub(super) file: FileBytes,
    /// The tensor's storage in the file, from its first element on.
    pub(super) range: Range<usize>,
}

impl std::fmt::Debug for RawTensor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}{:?}", self.dtype, self.shape)
    }
}

impl RawTensor {
    /// Number of elements; saturates where a hostile shape would overflow.
    pub fn len(&self) -> usize {
        self.shape.iter().fold(1, |n, d| n.saturating_mul(*d))
    }

    /// Whether it has no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every element as f32, row-major. `None` where the bytes do not cover the shape.
    pub fn to_f32(&self) -> Option<Vec<f32>> {
        let bytes = self.file.as_slice().get(self.range.clone())?;
        let size = self.dtype.size();
        let len = self.len();
        match &self.strides {
            None => Some(convert(self.dtype, bytes.get(..len.checked_mul(size)?)?)),
            Some(strides) => {
                let all = convert(self.dtype, bytes);
                let mut out = Vec::with_capacity(len.min(all.len()));
                gather(&all, &self.shape, strides, 0, &mut out)?;
                Some(out)
            }
        }
    }
}

/// Copies a strided view, axis by axis.
fn gather(
    all: &[f32],
    shape: &[usize],
    strides: &[usize],
    at: usize,
    out: &mut Vec<f32>,
) -> Option<()> {
    match (shape.split_first(), strides.split_first()) {
        (Some((size, shape)), Some((stride, strides))) => (0..*size)
            .try_for_each(|i| gather(all, shape, strides, at + i.checked_mul(*stride)?, out)),
        _ => {
            out.push(*all.get(at)?);
            Some(())
        }
    }
}

/// Little-endian elements to f32.
fn convert(dtype: RawType, bytes: &[u8]) -> Vec<f32> {
    macro_rules! each {
        ($type:ty, $map:expr) => {
            bytes
                .chunks_exact(size_of::<$type>())
                .map(|b| {
                    let mut word = [0; size_of::<$type>()];
                    word.copy_from_slice(b);
                    $map(<$type>::from_le_bytes(word))
                })
                .collect()
        };
    }
    match dtype {
        RawType::F16 => each!(f16, f16::to_f32),
        RawType::Bf16 => each!(bf16, bf16::to_f32),
        RawType::F32 => each!(f32, |v| v),
        RawType::F64 => each!(f64, |v| v as f32),
        RawType::I8 => each!(i8, f32::from),
        RawType::U8 | RawType::Bool => each!(u8, f32::from),
        RawType::I16 => each!(i16, f32::from),
        RawType::I32 => each!(i32, |v| v as f32),
        RawType::I64 => each!(i64, |v| v as f32),
    }
}

/// A checkpoint's tensors by name.
pub type StateDict = BTreeMap<String, RawTensor>;

/// Reads a checkpoint: safetensors, or PyTorch's zip format (`.ckpt`, `.pth`, `.pt`).
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
    let refuse = |what: String| ModelError::format(path, what);
    let bytes = file.as_slice();
    if bytes.starts_with(b"PK\x03\x04") {
        return torch::read_archive(&file).map_err(refuse);
    }
    if bytes.get(8) == Some(&b'{') {
        return read_safetensors(&file).map_err(refuse);
    }
    if bytes.starts_with(&[0x80]) {
        return Err(refuse(
            "is a PyTorch file from before version 1.6; open it in Python and save its state_dict as safetensors"
                .into(),
        ));
    }
    Err(refuse(
        "is neither a safetensors file nor a PyTorch checkpoint".into(),
    ))
}

fn read_safetensors(file: &FileBytes) -> Result<StateDict, String> {
    let bytes = file.as_slice();
    let damaged = |e| format!("is a damaged safetensors file ({e}): fetch it again");
    let parsed = SafeTensors::deserialize(bytes).map_err(damaged)?;
    let mut state = StateDict::new();
    for (name, view) in parsed.iter() {
        let Some(dtype) = raw_type(view.dtype()) else {
            return Err(format!("{name} has element type {:?}", view.dtype()));
        };
        let data = view.data();
        let start = data.as_ptr() as usize - bytes.as_ptr() as usize;
        let tensor = RawTensor {
            dtype,
            shape: view.shape().to_vec(),
            strides: None,
            file: file.clone(),
            range: start..start + data.len(),
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
