//! The few FFmpeg fields and calls that ffmpeg-next does not wrap. The only unsafe code of the media layer.
#![allow(unsafe_code)] // Each function says why its pointer is valid.

use ffmpeg_next as ffmpeg;

use ffmpeg::ffi;
use ffmpeg::format::Pixel;
use ffmpeg::format::context::Input;
use ffmpeg::packet::Ref;

/// Makes the container reader skip every stream but one.
pub(super) fn keep_only(input: &mut Input, stream: usize) {
    for index in 0..input.nb_streams() as usize {
        if let Some(mut other) = input.stream_mut(index) {
            let discard = if index == stream {
                ffi::AVDiscard::AVDISCARD_DEFAULT
            } else {
                ffi::AVDiscard::AVDISCARD_ALL
            };
            // SAFETY: the stream belongs to `input`, which is borrowed mutably here.
            unsafe { (*other.as_mut_ptr()).discard = discard };
        }
    }
}

/// Width over height of one pixel of a stream as the container states it, if it does.
pub(super) fn container_aspect(stream: &ffmpeg::Stream) -> Option<(i32, i32)> {
    // SAFETY: the stream is borrowed, so its context is alive.
    let ratio = unsafe { (*stream.as_ptr()).sample_aspect_ratio };
    (ratio.num > 0 && ratio.den > 0).then_some((ratio.num, ratio.den))
}

/// The profile number and the codec's private header of a stream.
pub(super) fn codec_header(stream: &ffmpeg::Stream) -> (i32, Option<Box<[u8]>>) {
    // SAFETY: codecpar lives as long as the stream; extradata holds extradata_size bytes.
    unsafe {
        let parameters = (*stream.as_ptr()).codecpar;
        let (data, size) = ((*parameters).extradata, (*parameters).extradata_size);
        let header = (!data.is_null() && size > 0)
            .then(|| Box::from(std::slice::from_raw_parts(data, size as usize)));
        ((*parameters).profile, header)
    }
}

/// Whether an edit list cuts this packet's output away (it still has to be decoded for the ones after it).
pub(super) fn is_cut_away(packet: &ffmpeg::Packet) -> bool {
    // SAFETY: the packet is borrowed.
    unsafe { (*packet.as_ptr()).flags & ffi::AV_PKT_FLAG_DISCARD != 0 }
}

/// Bits of a sample of a pixel format, and whether it is coded as red, green and blue.
pub(super) fn pixel_depth(format: Pixel) -> Option<(u32, bool)> {
    let descriptor = format.descriptor()?;
    // SAFETY: descriptors are static tables inside FFmpeg.
    let (depth, flags) = unsafe {
        (
            (*descriptor.as_ptr()).comp[0].depth,
            (*descriptor.as_ptr()).flags,
        )
    };
    let rgb = (ffi::AV_PIX_FMT_FLAG_RGB | ffi::AV_PIX_FMT_FLAG_PAL) as u64;
    Some((depth as u32, flags as u64 & rgb != 0))
}

/// Time stamp of the last key frame at or before `ticks` in the container's index, and whether the index reaches
/// beyond `ticks`, so that the answer is final.
pub(super) fn key_frame_before(
    input: &mut Input,
    stream: usize,
    ticks: i64,
) -> Option<(i64, bool)> {
    let mut stream = input.stream_mut(stream)?;
    // SAFETY: the stream belongs to `input`; the entries are read before anything else can change the index.
    unsafe {
        let pointer = stream.as_mut_ptr();
        let before = ffi::avformat_index_get_entry_from_timestamp(
            pointer,
            ticks,
            ffi::AVSEEK_FLAG_BACKWARD as i32,
        );
        let after = ffi::avformat_index_get_entry_from_timestamp(
            pointer,
            ticks,
            ffi::AVSEEK_FLAG_ANY as i32,
        );
        (!before.is_null()).then(|| ((*before).timestamp, !after.is_null()))
    }
}

/// Lets the muxer choose its own four letters for a codec taken over from another kind of container.
pub(super) fn clear_codec_tag(stream: &mut ffmpeg::StreamMut) {
    // SAFETY: the stream is borrowed mutably; codecpar lives as long as it.
    unsafe { (*(*stream.as_mut_ptr()).codecpar).codec_tag = 0 };
}

/// Frames of encoder delay at the start of a sound stream, and the stream's rate.
pub(super) fn initial_padding(stream: &ffmpeg::Stream) -> (i64, u32) {
    // SAFETY: codecpar lives as long as the stream, which is borrowed.
    unsafe {
        let parameters = (*stream.as_ptr()).codecpar;
        let rate = (*parameters).sample_rate.max(1) as u32;
        ((*parameters).initial_padding.max(0).into(), rate)
    }
}

/// Whether an edit list cuts away the first packet of a stream.
pub(super) fn starts_cut_away(stream: &ffmpeg::Stream) -> bool {
    // SAFETY: the stream is borrowed; the call only reads the index. The entry's flags are its two lowest bits.
    unsafe {
        let entry = ffi::avformat_index_get_entry(stream.as_ptr() as *mut _, 0);
        !entry.is_null() && (*entry).flags() & ffi::AVINDEX_DISCARD_FRAME as i32 != 0
    }
}
