//! One clock for a file whose stamps start anew on the way, or that has none.
//!
//! A transport stream, a program stream or an Ogg file may be several recordings one after the other, each with a clock of
//! its own; a bare H.264 stream has no clock at all. Such files are read through once, packet by packet, without decoding: what
//! that finds is kept here, and [`Clock`] gives every packet read later its place on one clock.

use std::sync::Arc;

use ffmpeg_next as ffmpeg;

use super::adts;
use super::coverage::Coverage;
use super::picture_count::PictureCount;
use crate::base::Time;

/// Stamps further outside the file's own time than this are damage, not time.
const OUTSIDE: Time = Time::from_micros(1_000_000);
/// A picture is shown within this of being decoded: what says otherwise is damage.
const HELD_BACK: Time = Time::from_micros(10_000_000);

/// What a stream is like, found by reading all of it. Times are on FFmpeg's clock, put right.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct StreamTimes {
    /// Pieces in the order of the file, each with a clock of its own.
    pub pieces: Vec<Piece>,
    /// Where reading can begin: key frames, or now and then a packet of sound.
    pub entries: Vec<Entry>,
    pub start: Time,
    pub end: Time,
    pub packets: usize,
    /// When the first packets are shown, in any order.
    pub head: Vec<Time>,
    /// Whether every packet has a stamp of its own.
    pub stamped: bool,
}

/// From a byte of the file on, this much is added to a stream's stamps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Piece {
    pub from: i64,
    pub shift: Time,
}

/// A packet where reading can begin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Entry {
    /// When it is shown.
    pub time: Time,
    /// When it is decoded.
    pub decoded: Time,
    pub position: i64,
}

impl Entry {
    pub fn moved(self, by: Time) -> Self {
        Self {
            time: self.time + by,
            decoded: self.decoded + by,
            ..self
        }
    }
}

/// How a stream's packets get their times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamping {
    /// From their stamps, moved by their piece's shift.
    Moved,
    /// The same, but for their order only: their decoder knows from it when each is shown, and between stamps it is counted.
    Decoded,
    /// From none: pictures are counted, as they come out of the decoder.
    None,
    /// From the length of each packet before (ADTS, whose stamps do not follow a change of rate).
    Counted,
}

/// The streams of one file. Those that are not used are `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Timeline {
    pub streams: Vec<Option<StreamTimes>>,
    /// Whether the container can be entered at any byte where a packet starts.
    pub by_bytes: bool,
    /// On FFmpeg's clock, put right.
    pub coverage: Coverage,
}

impl Timeline {
    pub fn of(&self, stream: usize) -> Option<&StreamTimes> {
        self.streams.get(stream)?.as_ref()
    }

    /// Whether the file is several recordings.
    pub fn is_joined(&self) -> bool {
        let several = |times: &StreamTimes| times.pieces.len() > 1;
        self.streams.iter().flatten().any(several)
    }
}

impl StreamTimes {
    /// The last place to begin at or before a time.
    pub fn entry_before(&self, t: Time) -> Option<Entry> {
        let after = self.entries.partition_point(|entry| entry.time <= t);
        self.entries.get(after.checked_sub(1)?).copied()
    }

    fn piece_at(&self, position: i64) -> usize {
        let after = self.pieces.partition_point(|piece| piece.from <= position);
        after.saturating_sub(1)
    }
}

/// Puts packets on the file's one clock, in the order they are read.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    timeline: Arc<Timeline>,
    stamping: Vec<Stamping>,
    /// The piece each stream is in.
    piece: Vec<usize>,
    /// Where each counted stream is, in its ticks: a sum of many roundings would drift.
    counted: Vec<i64>,
    pictures: Vec<PictureCount>,
}

impl Clock {
    /// At the start of the file.
    pub fn new(timeline: Arc<Timeline>, stamping: Vec<Stamping>) -> Self {
        let streams = stamping.len();
        Self {
            timeline,
            stamping,
            piece: vec![0; streams],
            counted: vec![0; streams],
            pictures: vec![PictureCount::default(); streams],
        }
    }

    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// The reader was sent to where a stream with this time base can be entered.
    pub fn moved_to(&mut self, stream: usize, entry: Entry, base: ffmpeg::Rational) {
        for (stream, piece) in self.piece.iter_mut().enumerate() {
            *piece = self
                .timeline
                .of(stream)
                .map_or(0, |times| times.piece_at(entry.position));
        }
        self.pictures.fill(PictureCount::default());
        self.pictures[stream] = PictureCount::at(ticks_of(entry.decoded, base));
    }

    /// Gives a packet its stamps. `base` is its stream's time base.
    pub fn correct(&mut self, packet: &mut ffmpeg::Packet, base: ffmpeg::Rational) {
        let stream = packet.stream();
        match self.stamping.get(stream) {
            None => {}
            Some(Stamping::None) => unstamp(packet),
            Some(Stamping::Counted) => self.count(packet, base),
            Some(Stamping::Moved) => self.shift(packet, base),
            Some(Stamping::Decoded) => {
                self.shift(packet, base);
                self.pictures[packet.stream()].stamp(packet);
            }
        }
    }

    fn count(&mut self, packet: &mut ffmpeg::Packet, base: ffmpeg::Rational) {
        let now = &mut self.counted[packet.stream()];
        let ticks = *now;
        *now += adts::length_of(packet.data().unwrap_or_default(), base);
        packet.set_pts(Some(ticks));
        packet.set_dts(Some(ticks));
    }

    fn shift(&mut self, packet: &mut ffmpeg::Packet, base: ffmpeg::Rational) {
        let stream = packet.stream();
        let Some(times) = self.timeline.of(stream) else {
            return;
        };
        if packet.position() >= 0 {
            // Packets cut out of one larger one have no place of their own: they are where the one before is.
            self.piece[stream] = times.piece_at(packet.position() as i64);
        }
        let shift = times
            .pieces
            .get(self.piece[stream])
            .map_or(Time::ZERO, |piece| piece.shift);
        let (low, high) = (times.start - OUTSIDE, times.end + OUTSIDE);
        let moved = |ticks: i64| {
            let ticks = ticks + ticks_of(shift, base);
            let time = time_of(ticks, base);
            (low..=high).contains(&time).then_some(ticks)
        };
        packet.set_pts(shown_ticks(packet, base).and_then(moved));
        packet.set_dts(packet.dts().and_then(moved));
    }
}

/// When a packet is shown, where its stamp for that is no damage.
pub(super) fn shown_ticks(packet: &ffmpeg::Packet, base: ffmpeg::Rational) -> Option<i64> {
    let shown = packet.pts()?;
    let held_back = time_of(shown - packet.dts().unwrap_or(shown), base);
    (held_back <= HELD_BACK && Time::ZERO - held_back <= HELD_BACK).then_some(shown)
}

fn unstamp(packet: &mut ffmpeg::Packet) {
    packet.set_pts(None);
    packet.set_dts(None);
}

pub(super) fn time_of(ticks: i64, base: ffmpeg::Rational) -> Time {
    Time::from_ticks(ticks, base.0.into(), base.1.into())
}

fn ticks_of(time: Time, base: ffmpeg::Rational) -> i64 {
    time.to_ticks_floor(base.0.into(), base.1.into())
}
