//! Single fields of FFmpeg's that ffmpeg-next does not wrap: of programmes, protection, and the size of pictures.
#![allow(unsafe_code)] // Each function says why its pointer is valid.

use ffmpeg_next as ffmpeg;

use ffmpeg::codec::packet::side_data::Type;
use ffmpeg::ffi;
use ffmpeg::format::Pixel;
use ffmpeg::format::context::Input;

/// How many programmes a transport stream says it has; 0 in other containers.
pub(super) fn programs(input: &Input) -> u32 {
    // SAFETY: `input` is borrowed, so its context is alive.
    unsafe { (*input.as_ptr()).nb_programs }
}

/// Whether the container says that a packet is encrypted.
pub(super) fn is_protected(packet: &ffmpeg::Packet) -> bool {
    let mut side_data = packet.side_data();
    side_data.any(|side| side.kind() == Type::EncryptionInfo)
}

/// Pixels of a picture, as far as a decoder knows.
pub(super) fn pixels(context: &ffmpeg::codec::Context) -> u64 {
    // SAFETY: the context is borrowed.
    let (width, height) = unsafe { ((*context.as_ptr()).width, (*context.as_ptr()).height) };
    u64::from(width.max(0) as u32) * u64::from(height.max(0) as u32)
}

/// Halves the sides of a decoder's pictures so often, where its codec can. To be said before it is opened.
pub(super) fn halve(context: &mut ffmpeg::codec::Context, times: u32) {
    // SAFETY: the context is borrowed mutably.
    unsafe { (*context.as_mut_ptr()).lowres = times as i32 };
}

/// Says of a picture stream what FFmpeg would have to decode a picture to learn.
pub(super) fn describe(stream: &mut ffmpeg::StreamMut, (width, height): (u32, u32), format: Pixel) {
    // SAFETY: the stream is borrowed mutably; codecpar lives as long as it.
    unsafe {
        let parameters = (*stream.as_mut_ptr()).codecpar;
        (*parameters).width = width as i32;
        (*parameters).height = height as i32;
        (*parameters).format = ffi::AVPixelFormat::from(format) as i32;
    }
}
