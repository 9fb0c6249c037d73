//! Which pictures and which sound of a file are the clip's: of one programme, and with a decoder where any has one.

use ffmpeg_next as ffmpeg;

use ffmpeg::format::context::Input;
use ffmpeg::format::stream::Disposition;
use ffmpeg::media::Type;

use super::ffi;

/// The best stream of pictures that move, if any: cover art is not a video.
pub(super) fn pictures_of(input: &Input) -> Option<usize> {
    let moves = |index: &usize| {
        input.stream(*index).is_some_and(|stream| {
            stream.parameters().medium() == Type::Video
                && !stream.disposition().contains(Disposition::ATTACHED_PIC)
        })
    };
    best(input, Type::Video, None)
        .filter(moves)
        .or_else(|| (0..input.nb_streams() as usize).find(moves))
}

/// The best sound: of the pictures' programme, where the file has several.
pub(super) fn sound_of(input: &Input, pictures: Option<usize>) -> Option<usize> {
    best(input, Type::Audio, pictures)
}

/// One with a decoder, else any: its codec is then named as what is missing.
fn best(input: &Input, kind: Type, related: Option<usize>) -> Option<usize> {
    let of = |decodable| ffi::best_stream(input, kind, related, decodable);
    of(true).or_else(|| of(false))
}
