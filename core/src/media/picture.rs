//! Pictures as they come from a decoder, and as a model wants them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::TimeSpan;

/// Which constants turn luma and chroma into red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ColorMatrix {
    /// ITU-R BT.601, standard definition.
    Bt601,
    /// ITU-R BT.709, high definition.
    Bt709,
    /// ITU-R BT.2020, non-constant luminance.
    Bt2020,
}

/// Which sample values mean black and white.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ColorRange {
    /// 16 to 235 (chroma 16 to 240) at 8 bit.
    Limited,
    /// 0 to 255 at 8 bit.
    Full,
}

/// A decoded picture in planar YUV, as coded: not yet rotated, not yet scaled for pixel aspect.
///
/// Samples are 16 bit little-endian words holding `depth` significant bits, or bytes when `depth` is 8; rows are
/// tightly packed. Chroma planes have `ceil(width / 2^chroma_shift_x)` columns, likewise rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct YuvPicture {
    /// Coded width of the luma plane.
    pub width: usize,
    /// Coded height of the luma plane.
    pub height: usize,
    /// 1 where chroma has half the columns (4:2:0, 4:2:2), else 0.
    pub chroma_shift_x: u32,
    /// 1 where chroma has half the rows (4:2:0), else 0.
    pub chroma_shift_y: u32,
    /// Significant bits of a sample: 8, 10 or 12.
    pub depth: u32,
    /// Y, U (Cb) and V (Cr).
    #[serde(with = "planes")]
    pub planes: [Vec<u8>; 3],
    /// Colour constants.
    pub matrix: ColorMatrix,
    /// Sample range.
    pub range: ColorRange,
    /// Clockwise turn to apply when showing it: 0, 90, 180 or 270 degrees.
    pub rotation_deg: u32,
    /// Width over height of one pixel as coded.
    pub pixel_aspect: f64,
}

/// A picture on screen for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VideoFrame {
    /// From its own time stamp to the next frame's.
    pub span: TimeSpan,
    /// Its place among the frames decoded in order, where that is known without counting from the start.
    pub index: Option<u64>,
    /// What it shows.
    pub picture: Arc<YuvPicture>,
}

/// An upright RGB picture, 8 bit, row-major, tightly packed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RgbFrame {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height * 3` bytes.
    #[serde(with = "serde_bytes")]
    pub data: Vec<u8>,
}

/// Three planes as three strings of bytes.
mod planes {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_bytes::{ByteBuf, Bytes};

    pub fn serialize<S: Serializer>(planes: &[Vec<u8>; 3], to: S) -> Result<S::Ok, S::Error> {
        planes
            .each_ref()
            .map(|plane| Bytes::new(plane))
            .serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[Vec<u8>; 3], D::Error> {
        Ok(<[ByteBuf; 3]>::deserialize(from)?.map(ByteBuf::into_vec))
    }
}
