//! What only concerns Ogg files: chains of them repeat their headers in the middle.

use ffmpeg_next as ffmpeg;

use ffmpeg::codec::Id;
use ffmpeg::format::context::Input;

pub(super) fn is_ogg(input: &Input) -> bool {
    input.format().name() == "ogg"
}

/// Whether a packet is a header of its codec, whose stamp says nothing.
pub(super) fn is_header(codec: Id, packet: &[u8]) -> bool {
    match codec {
        Id::VORBIS => packet.first().is_some_and(|first| first & 1 == 1),
        Id::THEORA => packet.first().is_some_and(|first| first & 0x80 != 0),
        Id::OPUS => packet.starts_with(b"OpusHead") || packet.starts_with(b"OpusTags"),
        Id::FLAC => packet.first() != Some(&0xff),
        _ => false,
    }
}
