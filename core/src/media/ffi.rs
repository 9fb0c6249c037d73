//! The few FFmpeg fields and calls that ffmpeg-next does not wrap. The only unsafe code of the media layer.
#![allow(unsafe_code)] // Each function says why its pointer is valid.
#![allow(clippy::unnecessary_cast)] // C compilers disagree on the types of enumerations and flags.

use ffmpeg_next as ffmpeg;

use ffmpeg::ffi;
use ffmpeg::format::Pixel;
use ffmpeg::format::context::Input;
use ffmpeg::packet::Ref;

/// Whether a container's stamps may start anew on the way (transport streams, chained Ogg), and whether it has none.
pub(super) fn stamps_of(input: &Input) -> (bool, bool) {
    // SAFETY: `input` is borrowed, so its context and the static table of its format are alive.
    let flags = unsafe { (*(*input.as_ptr()).iformat).flags };
    (
        flags & ffi::AVFMT_TS_DISCONT != 0,
        flags & ffi::AVFMT_NOTIMESTAMPS != 0,
    )
}

/// Whether the container's duration is a guess from the file's size and its first packets.
pub(super) fn duration_is_guessed(input: &Input) -> bool {
    // SAFETY: `input` is borrowed, so its context is alive.
    let method = unsafe { (*input.as_ptr()).duration_estimation_method };
    method == ffi::AVDurationEstimationMethod::AVFMT_DURATION_FROM_BITRATE
}

/// FFmpeg's choice among the streams of a kind: of the programme of `related` where there is one, and, where that is asked,
/// only such as it has a decoder for.
pub(super) fn best_stream(
    input: &Input,
    kind: ffmpeg::media::Type,
    related: Option<usize>,
    decodable: bool,
) -> Option<usize> {
    let related = related.map_or(-1, |index| index as i32);
    let mut decoder = std::ptr::null();
    // SAFETY: the call only reads the context, which is borrowed, and writes to `decoder`, which outlives it.
    let found = unsafe {
        let decoder = match decodable {
            true => &raw mut decoder,
            false => std::ptr::null_mut(),
        };
        ffi::av_find_best_stream(
            input.as_ptr().cast_mut(),
            kind.into(),
            -1,
            related,
            decoder,
            0,
        )
    };
    usize::try_from(found).ok()
}

/// Goes to a byte of the file, where a packet starts.
pub(super) fn seek_to_byte(input: &mut Input, position: i64) -> Result<(), ffmpeg::Error> {
    // SAFETY: the context is borrowed mutably.
    let done =
        unsafe { ffi::av_seek_frame(input.as_mut_ptr(), -1, position, ffi::AVSEEK_FLAG_BYTE as _) };
    match done {
        0.. => Ok(()),
        code => Err(ffmpeg::Error::from(code)),
    }
}

/// Bounds the pictures that a decoder makes: a header that promises more is refused before memory is asked for.
pub(super) fn limit_pixels(context: &mut ffmpeg::codec::Context, pixels: i64) {
    // SAFETY: the context is borrowed mutably.
    unsafe { (*context.as_mut_ptr()).max_pixels = pixels };
}

/// Whether the container says that a stream's packets are encrypted.
pub(super) fn is_encrypted(stream: &ffmpeg::Stream) -> bool {
    const SAMPLE_ENTRIES: [&[u8; 4]; 2] = [b"encv", b"enca"];
    // SAFETY: codecpar lives as long as the stream.
    let tag = unsafe { (*(*stream.as_ptr()).codecpar).codec_tag }.to_le_bytes();
    SAMPLE_ENTRIES.contains(&&tag)
        || stream
            .side_data()
            .any(|side| side.kind() == ffmpeg::packet::side_data::Type::EncryptionInitInfo)
}

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

/// A packet in a container's index.
#[derive(Clone, Copy, Debug)]
pub(super) struct IndexEntry {
    /// In bytes from the start of the file.
    pub position: i64,
    /// Its decoding time.
    pub ticks: i64,
    /// An edit list cuts it away.
    pub cut_away: bool,
}

/// The index of a stream, as far as the container has one.
pub(super) fn index_of(stream: &ffmpeg::Stream) -> Vec<IndexEntry> {
    // SAFETY: the stream is borrowed, and the calls only read its index, which nothing changes meanwhile. An entry's flags
    // are its two lowest bits.
    unsafe {
        let pointer = stream.as_ptr().cast_mut();
        let count = ffi::avformat_index_get_entries_count(pointer);
        let entries = (0..count).map(|at| ffi::avformat_index_get_entry(pointer, at));
        let entries = entries.filter(|entry| !entry.is_null());
        entries
            .map(|entry| IndexEntry {
                position: (*entry).pos,
                ticks: (*entry).timestamp,
                cut_away: (*entry).flags() & ffi::AVINDEX_DISCARD_FRAME as i32 != 0,
            })
            .collect()
    }
}
