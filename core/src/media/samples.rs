//! FFmpeg's sample formats as interleaved floats.

use ffmpeg_next as ffmpeg;

use ffmpeg::format::Sample;
use ffmpeg::format::sample::Type;
use ffmpeg::frame::Audio;

/// FFmpeg's frame has eight pointers to planes; channels beyond lie elsewhere and are left silent.
const MAX_PLANES: usize = 8;

/// The frames of a decoded block with their channels side by side, -1 to 1. Channels the block lacks are silent.
pub(super) fn interleave(frame: &Audio, channels: usize) -> Vec<f32> {
    let mut out = vec![0.0; frame.samples() * channels];
    if frame.planes() == 0 || channels == 0 {
        return out;
    }
    if frame.is_packed() {
        packed(frame, channels, &mut out);
        return out;
    }
    for channel in 0..channels.min(frame.planes()).min(MAX_PLANES) {
        let to = out.iter_mut().skip(channel).step_by(channels);
        match frame.format() {
            Sample::U8(Type::Planar) => fill(to, frame.plane::<u8>(channel), u8_float),
            Sample::I16(Type::Planar) => fill(to, frame.plane::<i16>(channel), i16_float),
            Sample::I32(Type::Planar) => fill(to, frame.plane::<i32>(channel), i32_float),
            Sample::F32(Type::Planar) => fill(to, frame.plane::<f32>(channel), |v| v),
            Sample::F64(Type::Planar) => fill(to, frame.plane::<f64>(channel), |v| v as f32),
            _ => {}
        }
    }
    out
}

fn fill<'a, T: Copy>(to: impl Iterator<Item = &'a mut f32>, from: &[T], float: fn(T) -> f32) {
    to.zip(from).for_each(|(to, &from)| *to = float(from));
}

fn packed(frame: &Audio, channels: usize, out: &mut [f32]) {
    let (format, held) = (frame.format(), usize::from(frame.channels()).max(1));
    let width = format.bytes().max(1);
    let frames = frame.data(0).chunks_exact(width * held);
    for (to, from) in out.chunks_exact_mut(channels).zip(frames) {
        for (to, bytes) in to.iter_mut().zip(from.chunks_exact(width)) {
            *to = match (format, bytes) {
                (Sample::U8(_), &[a]) => u8_float(a),
                (Sample::I16(_), &[a, b]) => i16_float(i16::from_ne_bytes([a, b])),
                (Sample::I32(_), &[a, b, c, d]) => i32_float(i32::from_ne_bytes([a, b, c, d])),
                (Sample::F32(_), &[a, b, c, d]) => f32::from_ne_bytes([a, b, c, d]),
                (Sample::F64(_), bytes) => bytes
                    .try_into()
                    .map_or(0.0, |bytes| f64::from_ne_bytes(bytes) as f32),
                _ => 0.0,
            };
        }
    }
}

// Integers are scaled so that the lowest is -1.

fn u8_float(value: u8) -> f32 {
    (f32::from(value) - 128.0) / 128.0
}

fn i16_float(value: i16) -> f32 {
    f32::from(value) / 32_768.0
}

fn i32_float(value: i32) -> f32 {
    value as f32 / 2_147_483_648.0
}
