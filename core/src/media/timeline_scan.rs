//! Reading a file through, packet by packet, to learn of its clocks.
//!
//! Stamps of one stream that jump back begin a new piece, if the packets after them go on from there: a single odd stamp is
//! damage. Both streams of a piece are moved by the same time, so that pictures and sound stay together, and the piece begins
//! where the one before ends.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use ffmpeg_next as ffmpeg;

use ffmpeg::codec::Id;
use ffmpeg::format::context::Input;

use super::container::next_packet;
use super::coverage::Coverage;
use super::ffi;
use super::timeline::{Clock, Entry, Piece, Stamping, StreamTimes, Timeline, time_of};
use super::{adts, ogg};
use crate::base::Time;

/// Stamps that go back by less are jitter.
const JUMP: Time = Time::from_micros(500_000);
/// Two streams of one recording begin within this of each other.
const TOGETHER: Time = Time::from_micros(10_000_000);
/// Sound can be entered so often.
const SOUND_STEP: Time = Time::from_micros(500_000);
/// First packets whose times are kept.
const HEAD: usize = 600;
/// Files whose times are remembered.
const REMEMBERED: usize = 64;

/// The clock of an open file at its start; `None` where the container's own stamps can be trusted.
pub(super) fn clock_of(
    path: &Path,
    input: &Input,
    streams: [Option<usize>; 2],
    open: impl FnOnce() -> Option<Input>,
) -> Option<Clock> {
    let (may_jump, none) = ffi::stamps_of(input);
    let adts = input.format().name() == "aac";
    if !(may_jump || none || adts) {
        return None;
    }
    let stamping = match (none, adts) {
        (_, true) => Stamping::Counted,
        (true, _) => Stamping::None,
        _ => Stamping::Moved,
    };
    let timeline = remembered(path, streams, || {
        Some(scan(&mut open()?, streams, stamping))
    })?;
    // An Ogg file of one piece is read as any other: its stamps are right, and FFmpeg knows where it ends.
    if ogg::is_ogg(input) && !timeline.is_joined() {
        return None;
    }
    Some(Clock::new(
        timeline,
        vec![stamping; input.nb_streams() as usize],
    ))
}

type Identity = (
    std::path::PathBuf,
    u64,
    Option<SystemTime>,
    [Option<usize>; 2],
);

/// Every reader of a file needs its times, and finding them takes as long as reading the file.
fn remembered(
    path: &Path,
    streams: [Option<usize>; 2],
    find: impl FnOnce() -> Option<Timeline>,
) -> Option<Arc<Timeline>> {
    static KNOWN: Mutex<Vec<(Identity, Arc<Timeline>)>> = Mutex::new(Vec::new());
    let about = std::fs::metadata(path).ok()?;
    let identity = (path.to_owned(), about.len(), about.modified().ok(), streams);
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let found = known()
        .iter()
        .find(|(of, _)| *of == identity)
        .map(|(_, times)| times.clone());
    if found.is_some() {
        return found;
    }
    let timeline = Arc::new(find()?);
    let mut known = known();
    if known.len() >= REMEMBERED {
        known.remove(0);
    }
    known.push((identity, timeline.clone()));
    Some(timeline)
}

fn scan(input: &mut Input, streams: [Option<usize>; 2], stamping: Stamping) -> Timeline {
    let mut scan = Scan {
        by_bytes: ["mpegts", "mpeg"].contains(&input.format().name()),
        ogg: ogg::is_ogg(input),
        tracks: (0..input.nb_streams() as usize)
            .map(|index| {
                streams
                    .contains(&Some(index))
                    .then(|| Track::of(input, index, stamping))
            })
            .collect(),
        pieces: vec![Section::default()],
        coverage: Coverage::default(),
    };
    while let Some(packet) = next_packet(input) {
        scan.note(&packet);
    }
    Timeline {
        by_bytes: scan.by_bytes,
        coverage: scan.coverage,
        streams: scan
            .tracks
            .into_iter()
            .map(|track| track.map(Track::finish))
            .collect(),
    }
}

/// One recording of the file.
#[derive(Clone, Copy, Default)]
struct Section {
    /// The stamp it begins with.
    first: Option<Time>,
    /// The last stamp of it.
    latest: Time,
    shift: Time,
}

struct Scan {
    by_bytes: bool,
    ogg: bool,
    tracks: Vec<Option<Track>>,
    pieces: Vec<Section>,
    coverage: Coverage,
}

/// One stream while it is read.
struct Track {
    base: ffmpeg::Rational,
    codec: Id,
    stamping: Stamping,
    is_sound: bool,
    times: StreamTimes,
    section: usize,
    /// The last stamp in decoding order, as it is in the file.
    last: Option<Time>,
    /// A stamp that jumped, and where, until the next packet says whether it was damage.
    jumped: Option<Stamped>,
    started: bool,
    /// Ticks of all packets since the last stamp.
    loose: i64,
    /// Ticks of all packets.
    counted: i64,
}

#[derive(Clone, Copy)]
struct Stamped {
    /// For the order of packets.
    order: Time,
    shown: Time,
    length: Time,
    position: i64,
    key: bool,
}

impl Scan {
    fn note(&mut self, packet: &ffmpeg::Packet) {
        let Some(Some(track)) = self.tracks.get_mut(packet.stream()) else {
            return;
        };
        if self.ogg && ogg::is_header(track.codec, packet.data().unwrap_or_default()) {
            return;
        }
        track.times.packets += 1;
        if track.stamping != Stamping::Moved {
            return track.count(packet);
        }
        track.times.stamped &= packet.pts().is_some();
        track.counted += packet.duration();
        let (Some(order), Some(shown)) =
            (packet.dts().or(packet.pts()), packet.pts().or(packet.dts()))
        else {
            track.loose += packet.duration();
            return;
        };
        let stamped = Stamped {
            order: time_of(order, track.base),
            shown: time_of(shown, track.base),
            length: time_of(packet.duration(), track.base),
            position: packet.position() as i64,
            key: packet.is_key(),
        };
        self.place(packet.stream(), stamped);
    }

    fn place(&mut self, stream: usize, stamped: Stamped) {
        let Some(Some(track)) = self.tracks.get_mut(stream) else {
            return;
        };
        if let Some(jumped) = track.jumped.take() {
            if follows(stamped.order, jumped.order) {
                if jumped.order < track.last.unwrap_or(jumped.order) {
                    self.begin_section(stream, jumped);
                }
                self.accept(stream, jumped);
            }
            // Else it was damage, and is left out.
            return self.place(stream, stamped);
        }
        let far = track.last.is_some_and(|last| !follows(stamped.order, last));
        if far && stamped.position >= 0 {
            track.jumped = Some(stamped);
        } else if !far {
            self.accept(stream, stamped);
        }
    }

    fn accept(&mut self, stream: usize, stamped: Stamped) {
        let Some(Some(track)) = self.tracks.get_mut(stream) else {
            return;
        };
        let section = &mut self.pieces[track.section];
        section.first.get_or_insert(stamped.shown);
        section.latest = section.latest.max(stamped.order);
        let start = stamped.shown + section.shift;
        self.coverage.add(start, start + stamped.length);
        track.accept(stamped, section.shift);
    }

    /// The stream's packets from this one on belong to another recording: the last one, where the other stream has
    /// already come to it.
    fn begin_section(&mut self, stream: usize, first: Stamped) {
        let end = self
            .tracks
            .iter()
            .flatten()
            .map(|track| track.times.end)
            .max();
        let newest = self.pieces.len() - 1;
        let Some(Some(track)) = self.tracks.get_mut(stream) else {
            return;
        };
        let section = self.pieces[newest];
        let joins = track.section < newest
            && section.first.is_some_and(|start| {
                first.shown >= start - TOGETHER && first.shown <= section.latest + TOGETHER
            });
        if !joins {
            // In Ogg, what lies before 0 is the codec's run-in, which is not heard.
            let start = if self.ogg {
                first.shown.max(Time::ZERO)
            } else {
                first.shown
            };
            let shift = end.unwrap_or(Time::ZERO) - start;
            self.pieces.push(Section {
                first: Some(first.shown),
                latest: first.order,
                shift,
            });
        }
        track.section = self.pieces.len() - 1;
        track.times.pieces.push(Piece {
            from: first.position,
            shift: self.pieces[track.section].shift,
        });
        track.last = None;
    }
}

/// Whether a packet with this stamp can come after one with that. A long way forward is a gap, or damage: the next one says.
fn follows(stamp: Time, last: Time) -> bool {
    stamp >= last - JUMP && stamp <= last + TOGETHER
}

impl Track {
    fn of(input: &Input, index: usize, stamping: Stamping) -> Self {
        let stream = input.stream(index);
        let parameters = stream.as_ref().map(|stream| stream.parameters());
        Self {
            base: stream.map_or(ffmpeg::Rational(1, 1), |stream| stream.time_base()),
            codec: parameters.as_ref().map_or(Id::None, |p| p.id()),
            is_sound: parameters.is_some_and(|p| p.medium() == ffmpeg::media::Type::Audio),
            stamping,
            times: StreamTimes {
                pieces: vec![Piece {
                    from: i64::MIN,
                    shift: Time::ZERO,
                }],
                stamped: stamping != Stamping::None,
                ..StreamTimes::default()
            },
            section: 0,
            last: None,
            jumped: None,
            started: false,
            loose: 0,
            counted: 0,
        }
    }

    /// A packet of a stream without stamps.
    fn count(&mut self, packet: &ffmpeg::Packet) {
        let start = time_of(self.counted, self.base);
        self.counted += match self.stamping {
            Stamping::Counted => adts::length_of(packet.data().unwrap_or_default(), self.base),
            _ => packet.duration(),
        };
        self.times.end = time_of(self.counted, self.base);
        if self.times.head.len() < HEAD {
            self.times.head.push(start);
        }
    }

    fn accept(&mut self, stamped: Stamped, shift: Time) {
        let (start, end) = (
            stamped.shown + shift,
            stamped.shown + stamped.length + shift,
        );
        let times = &mut self.times;
        times.start = if self.started {
            times.start.min(start)
        } else {
            start
        };
        times.end = if self.started {
            times.end.max(end)
        } else {
            end
        };
        self.started = true;
        self.loose = 0;
        self.last = Some(stamped.order);
        if times.head.len() < HEAD {
            times.head.push(start);
        }
        let step = if self.is_sound {
            SOUND_STEP
        } else {
            Time::from_micros(1)
        };
        let enough = times
            .entries
            .last()
            .is_none_or(|last| start >= last.time + step);
        if stamped.key && stamped.position >= 0 && enough {
            times.entries.push(Entry {
                time: start,
                position: stamped.position,
            });
        }
    }

    fn finish(mut self) -> StreamTimes {
        // Packets without stamps after the last stamped one last on, but no longer than all packets together.
        let tail = self.times.end + time_of(self.loose, self.base);
        let all = self.times.start + time_of(self.counted, self.base);
        self.times.end = self.times.end.max(tail.min(all));
        self.times
    }
}
