//! One tensor of a checkpoint: its type and shape, and where its bytes are. Values are read piece by piece, when asked for.

use std::ops::Range;

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};
use mettle_kernels::transpose;

use super::file::FileBytes;
use crate::base::ContentHash;

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
    /// Anything else, such as complex, quantised and 8-bit floats: never read.
    Other,
}

impl RawType {
    /// Bytes of one element; 0 where elements are never read.
    pub fn size(self) -> usize {
        match self {
            Self::Other => 0,
            Self::I8 | Self::U8 | Self::Bool => 1,
            Self::F16 | Self::Bf16 | Self::I16 => 2,
            Self::F32 | Self::I32 => 4,
            Self::F64 | Self::I64 => 8,
        }
    }
}

/// One tensor of a checkpoint.
#[derive(Clone)]
pub struct RawTensor {
    /// Element type.
    pub dtype: RawType,
    /// Sizes, outermost first.
    pub shape: Vec<usize>,
    pub(super) place: Place,
}

/// Where a tensor's elements are.
#[derive(Clone)]
pub(super) enum Place {
    /// In this range of the file, row-major.
    Plain(FileBytes, Range<usize>),
    /// In this range of the file, from the first element on, with these steps along each axis.
    Strided(FileBytes, Range<usize>, Vec<usize>),
    /// In other tensors, which follow each other along the first axis.
    Joined(Vec<RawTensor>),
    /// Nowhere: why it is not read, in words to follow its name.
    Refused(String),
}

/// Elements read at a time: enough to be fast, nothing beside a large matrix.
const PIECE: usize = 1 << 18;

/// Who looks at one piece after the other.
type Visit<'a> = dyn FnMut(&[f32]) + Send + 'a;

impl std::fmt::Debug for RawTensor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}{:?}", self.dtype, self.shape)
    }
}

impl RawTensor {
    /// One that is there but not read: that matters only to a model that has a place for it.
    pub(super) fn refused(why: String) -> Self {
        Self {
            dtype: RawType::Other,
            shape: Vec::new(),
            place: Place::Refused(why),
        }
    }

    /// Why it is not read, in words to follow its name; `None` for most.
    pub fn refusal(&self) -> Option<&str> {
        match &self.place {
            Place::Refused(why) => Some(why),
            Place::Joined(parts) => parts.iter().find_map(Self::refusal),
            Place::Plain(..) | Place::Strided(..) => None,
        }
    }

    /// Tensors one after the other along the first axis. `None` where their other sizes differ.
    pub(super) fn joined(parts: Vec<Self>) -> Option<Self> {
        let (first, others) = parts.split_first()?;
        let (dtype, mut shape) = (first.dtype, first.shape.clone());
        for part in others {
            if part.shape.get(1..)? != shape.get(1..)? {
                return None;
            }
            shape[0] = shape[0].checked_add(*part.shape.first()?)?;
        }
        Some(Self {
            dtype,
            shape,
            place: Place::Joined(parts),
        })
    }

    /// Number of elements; saturates where a hostile shape would overflow.
    pub fn len(&self) -> usize {
        self.shape.iter().fold(1, |n, d| n.saturating_mul(*d))
    }

    /// Whether it has no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every element as f32, row-major. `None` where the bytes do not cover the shape, or cannot be read.
    pub fn to_f32(&self) -> Option<Vec<f32>> {
        let mut out = reserved(self.room()?)?;
        self.each_piece(1, &mut |piece| out.extend_from_slice(piece))?;
        Some(out)
    }

    /// BLAKE3 of every element as f32, row-major: the same however the file keeps them. `None` where they cannot be read.
    pub(in crate::model) fn content_hash(&self) -> Option<ContentHash> {
        self.room()?;
        let mut hasher = blake3::Hasher::new();
        self.each_piece(1, &mut |piece| match cfg!(target_endian = "little") {
            true => drop(hasher.update(bytemuck::cast_slice(piece))),
            false => piece.iter().for_each(|value| {
                hasher.update(&value.to_le_bytes());
            }),
        })?;
        Some(ContentHash(*hasher.finalize().as_bytes()))
    }

    /// A matrix `[rows, cols]` as f32, column by column. `None` also where it is no matrix.
    pub(super) fn to_f32_transposed(&self) -> Option<Vec<f32>> {
        let [rows, cols] = *self.shape.as_slice() else {
            return None;
        };
        let room = self.room()?;
        let mut out = reserved(room)?;
        out.resize(room, 0.0);
        let mut row = 0;
        self.each_piece(cols.max(1), &mut |piece| {
            transpose(piece, cols, &mut out[row..], rows);
            row += piece.len() / cols.max(1);
        })?;
        Some(out)
    }

    /// The number of elements, once it is known that there are bytes for them.
    fn room(&self) -> Option<usize> {
        let len = self.len();
        let there = match &self.place {
            Place::Plain(_, range) => len.checked_mul(self.dtype.size())? <= range.len(),
            // Its shape was compared with its storage when it was read, or repeats elements: then only so much is believed.
            Place::Strided(_, range, _) => len <= range.len().saturating_mul(64),
            Place::Joined(parts) => parts.iter().all(|part| part.room().is_some()),
            Place::Refused(_) => false,
        };
        there.then_some(len)
    }

    /// Shows every element in order, in pieces of a multiple of `unit` elements.
    fn each_piece(&self, unit: usize, visit: &mut Visit<'_>) -> Option<()> {
        let size = self.dtype.size();
        match &self.place {
            Place::Plain(file, range) => {
                let end = range.start + self.room()? * size;
                let step = (PIECE / unit)
                    .max(1)
                    .saturating_mul(unit)
                    .saturating_mul(size);
                let mut bytes = Vec::new();
                let mut read = |start: usize, values: &mut Vec<f32>| {
                    values.clear();
                    if start < end {
                        bytes.resize(step.min(end - start), 0);
                        file.read(start, &mut bytes)?;
                        convert(self.dtype, &bytes, values);
                    }
                    Some(())
                };
                // One piece is read while the one before it is looked at.
                let (mut now, mut next) = (Vec::new(), Vec::new());
                read(range.start, &mut now)?;
                for start in (range.start..end).step_by(step) {
                    let after = start.saturating_add(step);
                    let (ahead, ()) = rayon::join(|| read(after, &mut next), || visit(&now));
                    ahead?;
                    std::mem::swap(&mut now, &mut next);
                }
            }
            // An empty one may have any number of rows of nothing.
            Place::Strided(..) if self.is_empty() => {}
            Place::Strided(file, range, strides) => {
                let (mut bytes, mut all) = (vec![0; range.len()], Vec::new());
                file.read(range.start, &mut bytes)?;
                convert(self.dtype, &bytes, &mut all);
                let mut out = reserved(self.room()?)?;
                gather(&all, &self.shape, strides, 0, &mut out)?;
                visit(&out);
            }
            Place::Joined(parts) => {
                for part in parts {
                    part.each_piece(unit, visit)?;
                }
            }
            Place::Refused(_) => return None,
        }
        Some(())
    }
}

/// Room for so many elements; `None` where the machine has none: a view may repeat elements, and be larger than its file.
fn reserved(elements: usize) -> Option<Vec<f32>> {
    let mut out = Vec::new();
    out.try_reserve_exact(elements).ok()?;
    Some(out)
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

/// Little-endian elements as f32, appended.
fn convert(dtype: RawType, bytes: &[u8], out: &mut Vec<f32>) {
    if cfg!(target_endian = "little") && dtype == RawType::F32 {
        let (from, count) = (out.len(), bytes.len() / size_of::<f32>());
        out.resize(from + count, 0.0);
        let bytes = &bytes[..count * size_of::<f32>()];
        return bytemuck::cast_slice_mut(&mut out[from..]).copy_from_slice(bytes);
    }
    macro_rules! each {
        ($type:ty, $map:expr) => {
            out.extend(bytes.chunks_exact(size_of::<$type>()).map(|b| {
                let mut word = [0; size_of::<$type>()];
                word.copy_from_slice(b);
                $map(<$type>::from_le_bytes(word))
            }))
        };
    }
    match dtype {
        RawType::F16 => halves(bytes, f16::from_bits, out),
        RawType::Bf16 => halves(bytes, bf16::from_bits, out),
        RawType::F32 => each!(f32, |v| v),
        RawType::F64 => each!(f64, |v| v as f32),
        RawType::I8 => each!(i8, f32::from),
        RawType::U8 | RawType::Bool => each!(u8, f32::from),
        RawType::I16 => each!(i16, f32::from),
        RawType::I32 => each!(i32, |v| v as f32),
        RawType::I64 => each!(i64, |v| v as f32),
        RawType::Other => {}
    }
}

/// The same of numbers of 16 bit.
fn halves<N>(bytes: &[u8], number: fn(u16) -> N, out: &mut Vec<f32>)
where
    [N]: HalfFloatSliceExt,
{
    let words = bytes.as_chunks::<2>().0.iter();
    let words: Vec<N> = words.map(|b| number(u16::from_le_bytes(*b))).collect();
    let from = out.len();
    out.resize(from + words.len(), 0.0);
    words.convert_to_f32_slice(&mut out[from..]);
}
