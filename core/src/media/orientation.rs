//! How the container says a picture is to be shown: turned, and with pixels that are not square.

use ffmpeg_next as ffmpeg;

use ffmpeg::codec::packet::side_data::Type;
use ffmpeg::decoder;

use super::ffi;

/// How a stored picture becomes the one shown: first its rows reversed, then turned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Orientation {
    /// Stored upside down as seen in a mirror.
    pub flipped: bool,
    /// Clockwise, to the nearest quarter.
    pub rotation_deg: u32,
}

/// What a stream's display matrix asks for.
pub(super) fn orientation(stream: &ffmpeg::Stream) -> Orientation {
    let matrix = stream
        .side_data()
        .find(|side| side.kind() == Type::DisplayMatrix)
        .map(|side| side.data().to_vec());
    let entry = |index: usize| -> Option<f64> {
        let bytes = matrix.as_ref()?.get(4 * index..4 * index + 4)?;
        Some(f64::from(i32::from_ne_bytes(bytes.try_into().ok()?)))
    };
    // Columns go to (a, b), rows to (c, d).
    let (Some(a), Some(b), Some(c), Some(d)) = (entry(0), entry(1), entry(3), entry(4)) else {
        return Orientation::default();
    };
    if a == 0.0 && b == 0.0 {
        return Orientation::default();
    }
    let quarters = (b.atan2(a).to_degrees() / 90.0).round() as i32;
    Orientation {
        flipped: a * d - b * c < 0.0,
        rotation_deg: quarters.rem_euclid(4) as u32 * 90,
    }
}

/// Width over height of one pixel: what the container states, else what the codec does, else 1.
pub(super) fn pixel_aspect(stream: &ffmpeg::Stream, decoder: &decoder::Video) -> f64 {
    let coded = decoder.aspect_ratio();
    let ratio = ffi::container_aspect(stream)
        .or_else(|| (coded.0 > 0 && coded.1 > 0).then_some((coded.0, coded.1)))
        .map_or(1.0, |(num, den)| f64::from(num) / f64::from(den));
    // Broken headers state absurd ratios.
    if (0.1..=10.0).contains(&ratio) {
        ratio
    } else {
        1.0
    }
}
