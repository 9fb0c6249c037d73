//! Which pictures and which sound of a file are the clip's: of one programme, with a decoder where any has one, and not dead
//! where another lives.

use std::path::Path;

use ffmpeg_next as ffmpeg;

use ffmpeg::codec::context::Context;
use ffmpeg::codec::decoder::Opened;
use ffmpeg::format::context::Input;
use ffmpeg::format::stream::Disposition;
use ffmpeg::frame;
use ffmpeg::media::Type;

use super::container::{MOST_PIXELS, next_packet};
use super::file_memory::FileMemory;
use super::{ffi, ffi_fields};

/// A stream is dead if none of so many packets can be decoded,
const TRIED: usize = 64;
/// or so many bytes of the file have nothing of it.
const PASSED: usize = 32 << 20;

/// The pictures and the sound of a file, by index. Where there are several of a kind, packets of `open`'s are decoded.
pub(super) fn chosen(
    path: &Path,
    input: &Input,
    open: impl Fn() -> Option<Input>,
) -> (Option<usize>, Option<usize>) {
    let video = pictures_of(input);
    let audio = sound_of(input, video);
    if ffi_fields::programs(input) > 1 {
        return (video, audio);
    }
    let pictures = others(input, Type::Video, video);
    let sounds = others(input, Type::Audio, audio);
    if pictures.is_empty() && sounds.is_empty() {
        return (video, audio);
    }
    static KNOWN: FileMemory<(Option<usize>, Option<usize>)> = FileMemory::new();
    let find = || {
        Some((
            living(video, &pictures, &open),
            living(audio, &sounds, &open),
        ))
    };
    KNOWN.get_or(path, (), find).unwrap_or((video, audio))
}

/// The best stream of pictures that move, if any: cover art is not a video.
fn pictures_of(input: &Input) -> Option<usize> {
    best(input, Type::Video, None)
        .filter(|index| moves(input, *index))
        .or_else(|| (0..input.nb_streams() as usize).find(|index| moves(input, *index)))
}

fn moves(input: &Input, index: usize) -> bool {
    input.stream(index).is_some_and(|stream| {
        stream.parameters().medium() == Type::Video
            && !stream.disposition().contains(Disposition::ATTACHED_PIC)
    })
}

/// The best sound: of the pictures' programme, where the file has several.
fn sound_of(input: &Input, pictures: Option<usize>) -> Option<usize> {
    best(input, Type::Audio, pictures)
}

/// One with a decoder, else any: its codec is then named as what is missing.
fn best(input: &Input, kind: Type, related: Option<usize>) -> Option<usize> {
    let of = |decodable| ffi::best_stream(input, kind, related, decodable);
    of(true).or_else(|| of(false))
}

/// The streams of a kind beside the best.
fn others(input: &Input, kind: Type, best: Option<usize>) -> Vec<usize> {
    let streams = input.streams();
    let of_kind = streams.filter(|stream| stream.parameters().medium() == kind);
    of_kind
        .map(|stream| stream.index())
        .filter(|index| Some(*index) != best)
        .filter(|index| kind == Type::Audio || moves(input, *index))
        .collect()
}

/// The best, unless it is dead and another lives.
fn living(
    best: Option<usize>,
    others: &[usize],
    open: impl Fn() -> Option<Input>,
) -> Option<usize> {
    let chosen = best?;
    if others.is_empty() {
        return best;
    }
    let mut all = std::iter::once(chosen).chain(others.iter().copied());
    let found = all.find(|index| open().is_some_and(|input| lives(input, *index)));
    if let Some(found) = found.filter(|found| *found != chosen) {
        log::warn!("stream {chosen} is dead, stream {found} is used");
    }
    found.or(best)
}

/// Whether something of a stream can be decoded.
fn lives(mut input: Input, index: usize) -> bool {
    let Some(mut decoder) = decoder_of(&input, index) else {
        return false;
    };
    let mut frame = frame::Video::empty();
    let (mut tried, mut passed) = (0, 0);
    while tried < TRIED && passed < PASSED {
        let Some(packet) = next_packet(&mut input) else {
            let _ = decoder.send_eof();
            break;
        };
        passed += packet.size();
        if packet.stream() != index {
            continue;
        }
        (tried, passed) = (tried + 1, 0);
        // What is refused is damaged: the next may not be.
        let _ = decoder.send_packet(&packet);
        if decoder.receive_frame(&mut frame).is_ok() {
            return true;
        }
    }
    decoder.receive_frame(&mut frame).is_ok()
}

fn decoder_of(input: &Input, index: usize) -> Option<Opened> {
    let parameters = input.stream(index)?.parameters();
    let codec = ffmpeg::decoder::find(parameters.id())?;
    let mut context = Context::from_parameters(parameters).ok()?.decoder();
    ffi::limit_pixels(&mut context, MOST_PIXELS);
    context.open_as(codec).ok()
}
