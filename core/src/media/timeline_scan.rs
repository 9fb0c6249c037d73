//! Reading a file through, packet by packet, to learn of its clocks.

use std::path::Path;
use std::sync::Arc;

use ffmpeg_next as ffmpeg;

use ffmpeg::codec::Id;
use ffmpeg::format::context::Input;

use super::container::next_packet;
use super::file_memory::FileMemory;
use super::recordings::Recordings;
use super::stream_scan::StreamScan;
use super::timeline::{Clock, Stamping, Timeline};
use super::{ffi, ogg};

/// FFmpeg's names of files that are pictures and nothing else. Older versions do not say of them that they have no stamps.
const BARE: [&str; 12] = [
    "h264",
    "hevc",
    "vvc",
    "obu",
    "m4v",
    "mpegvideo",
    "h261",
    "h263",
    "vc1",
    "dirac",
    "cavsvideo",
    "mjpeg",
];

/// The clock of an open file at its start; `None` where the container's own stamps can be trusted.
pub(super) fn clock_of(
    path: &Path,
    input: &Input,
    streams: [Option<usize>; 2],
    open: impl FnOnce() -> Option<Input>,
) -> Option<Clock> {
    let stamping = stamping_of(input)?;
    // Every reader of a file needs its times, and finding them takes as long as reading the file.
    static KNOWN: FileMemory<Arc<Timeline>, [Option<usize>; 2]> = FileMemory::new();
    let timeline = KNOWN.get_or(path, streams, || {
        Some(Arc::new(scan(&mut open()?, streams, &stamping)))
    })?;
    // An Ogg file of one piece is read as any other: its stamps are right, and FFmpeg knows where it ends.
    if ogg::is_ogg(input) && !timeline.is_joined() {
        return None;
    }
    Some(Clock::new(timeline, stamping))
}

/// How the packets of each stream get their times; `None` where they have them.
fn stamping_of(input: &Input) -> Option<Vec<Stamping>> {
    let (may_jump, none) = ffi::stamps_of(input);
    let format = input.format();
    let usual = match format.name() {
        "aac" => Stamping::Counted,
        name if none || BARE.contains(&name) => Stamping::None,
        _ if may_jump => Stamping::Moved,
        _ => return None,
    };
    let of_codec = |codec: Id| match codec {
        Id::MPEG1VIDEO | Id::MPEG2VIDEO if format.name() == "mpeg" => Stamping::Decoded,
        _ => usual,
    };
    let codecs = input.streams().map(|stream| stream.parameters().id());
    Some(codecs.map(of_codec).collect())
}

fn scan(input: &mut Input, streams: [Option<usize>; 2], stamping: &[Stamping]) -> Timeline {
    let used = |(index, &stamping): (usize, &Stamping)| {
        let is_used = streams.contains(&Some(index));
        is_used.then(|| StreamScan::of(input, index, stamping))
    };
    let scans = stamping.iter().enumerate().map(used).collect();
    let by_bytes = ["mpegts", "mpeg"].contains(&input.format().name());
    let mut recordings = Recordings::new(scans, ogg::is_ogg(input));
    while let Some(mut packet) = next_packet(input) {
        recordings.note(&mut packet);
    }
    recordings.timeline(by_bytes)
}
