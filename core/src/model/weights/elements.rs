//! What a checkpoint's numbers are kept as, and the same numbers as f32.

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};

use super::file::FileBytes;

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

/// Elements of a file, from some byte on, as f32; `None` where they cannot be read.
pub(super) fn read_values(
    dtype: RawType,
    (file, start): (&FileBytes, usize),
    out: &mut [f32],
) -> Option<()> {
    if cfg!(target_endian = "little") && dtype == RawType::F32 {
        return file.read(start, bytemuck::cast_slice_mut(out));
    }
    let mut bytes = vec![0; out.len() * dtype.size()];
    file.read(start, &mut bytes)?;
    convert(dtype, &bytes, out);
    Some(())
}

/// Little-endian elements as f32.
fn convert(dtype: RawType, bytes: &[u8], out: &mut [f32]) {
    macro_rules! each {
        ($type:ty, $map:expr) => {{
            let words = bytes.as_chunks::<{ size_of::<$type>() }>().0;
            for (to, word) in out.iter_mut().zip(words) {
                *to = $map(<$type>::from_le_bytes(*word));
            }
        }};
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
fn halves<N>(bytes: &[u8], number: fn(u16) -> N, out: &mut [f32])
where
    [N]: HalfFloatSliceExt,
{
    let words = bytes.as_chunks::<2>().0.iter();
    let words: Vec<N> = words.map(|b| number(u16::from_le_bytes(*b))).collect();
    words.convert_to_f32_slice(out);
}
