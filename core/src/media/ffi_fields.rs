//! Single fields of FFmpeg's that ffmpeg-next does not wrap: of programmes, protection, and the size of pictures.
#![allow(unsafe_code)] // Each function says why its pointer is valid.

use std::ffi::CStr;

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

/// A stream in FFmpeg's words: its codec with profile and four letters, its format of pixels or samples, its size.
pub(super) fn in_words(context: &mut ffmpeg::codec::Context) -> String {
    let mut words = [0_u8; 256];
    // SAFETY: the context is borrowed mutably; the call writes no more than it is told there is room for, and a zero after it.
    unsafe {
        let room = words.len() as _;
        ffi::avcodec_string(words.as_mut_ptr().cast(), room, context.as_mut_ptr(), 0);
    }
    let words = CStr::from_bytes_until_nul(&words).map(CStr::to_string_lossy);
    let words = words.unwrap_or_default();
    // It begins with what kind of stream it is.
    let described = words.split_once(": ").map_or(&*words, |(_, rest)| rest);
    described.to_owned()
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
