//! How the container says a picture is to be shown: turned, and with pixels that are not square.

use ffmpeg_next as ffmpeg;

use ffmpeg::codec::packet::side_data::Type;
use ffmpeg::decoder;

use super::ffi;

/// Clockwise turn in degrees from a stream's display matrix, to the nearest quarter. A mirrored picture is shown
/// unmirrored: the type of a picture has no place for it, and cameras do not write it.
pub(super) fn rotation_deg(stream: &ffmpeg::Stream) -> u32 {
    let matrix = stream
        .side_data()
        .find(|side| side.kind() == Type::DisplayMatrix)
        .map(|side| side.data().to_vec());
    let entry = |index: usize| -> Option<f64> {
        let bytes = matrix.as_ref()?.get(4 * index..4 * index + 4)?;
        Some(f64::from(i32::from_ne_bytes(bytes.try_into().ok()?)))
    };
    match (entry(0), entry(1)) {
        (Some(a), Some(b)) if a != 0.0 || b != 0.0 => {
            let quarters = (b.atan2(a).to_degrees() / 90.0).round() as i32;
            quarters.rem_euclid(4) as u32 * 90
        }
        _ => 0,
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
