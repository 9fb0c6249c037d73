//! One stream of a file that is read through: which of its stamps are believed, and what they say.
//!
//! Stamps that jump back begin a recording with a clock of its own, if the packets after them go on from there: a single odd
//! stamp is damage.

use ffmpeg_next as ffmpeg;

use ffmpeg::codec::Id;
use ffmpeg::format::context::Input;

use super::picture_count::PictureCount;
use super::timeline::{Entry, Piece, Stamping, StreamTimes, shown_ticks, time_of};
use super::{adts, ogg};
use crate::base::Time;

/// Stamps that differ by more are a jump, back or forward; those that go back by less are jitter.
const JUMP: Time = Time::from_micros(500_000);
/// Stamps of one recording that follow on one another, or of its two streams, lie no further apart.
pub(super) const FAR: Time = Time::from_micros(10_000_000);
/// Sound can be entered so often.
const SOUND_STEP: Time = Time::from_micros(500_000);
/// First packets whose times are kept.
const HEAD: usize = 600;

/// A packet, at the times it has in the file.
#[derive(Clone, Copy)]
pub(super) struct Stamped {
    /// For the order of packets.
    pub order: Time,
    pub shown: Time,
    pub length: Time,
    /// Its length in ticks.
    ticks: i64,
    pub position: i64,
    key: bool,
}

/// Packets whose stamps are no damage.
#[derive(Default)]
pub(super) struct Believed {
    pub packets: Vec<Stamped>,
    /// The first begins with a clock of its own.
    pub anew: bool,
}

pub(super) struct StreamScan {
    base: ffmpeg::Rational,
    codec: Id,
    stamping: Stamping,
    is_sound: bool,
    packets: usize,
    stamped: bool,
    pictures: PictureCount,
    /// The last stamp believed, in decoding order.
    last: Option<Time>,
    /// A packet whose stamp jumped, and those dated by it, until the next stamp says whether it was damage.
    doubtful: Vec<Stamped>,
    parts: Vec<Part>,
    part: Part,
}

/// Its packets of one recording.
#[derive(Default)]
struct Part {
    recording: usize,
    /// The byte it begins at.
    from: i64,
    span: Option<(Time, Time)>,
    entries: Vec<Entry>,
    head: Vec<Time>,
    /// Ticks of all packets.
    counted: i64,
    /// How long what comes after the last stamp may last.
    loose: Time,
}

impl StreamScan {
    pub fn of(input: &Input, index: usize, stamping: Stamping) -> Self {
        let stream = input.stream(index);
        let parameters = stream.as_ref().map(|stream| stream.parameters());
        Self {
            base: stream.map_or(ffmpeg::Rational(1, 1), |stream| stream.time_base()),
            codec: parameters.as_ref().map_or(Id::None, |p| p.id()),
            is_sound: parameters.is_some_and(|p| p.medium() == ffmpeg::media::Type::Audio),
            stamping,
            packets: 0,
            stamped: stamping == Stamping::Moved || stamping == Stamping::Counted,
            pictures: PictureCount::default(),
            last: None,
            doubtful: Vec::new(),
            parts: Vec::new(),
            part: Part {
                from: i64::MIN,
                ..Part::default()
            },
        }
    }

    /// Whether a packet is a header of its codec, whose stamp says nothing.
    pub fn is_ogg_header(&self, packet: &ffmpeg::Packet) -> bool {
        ogg::is_header(self.codec, packet.data().unwrap_or_default())
    }

    /// The recording it is in.
    pub fn recording(&self) -> usize {
        self.part.recording
    }

    /// Reads its next packet. Those whose stamps are believed are to be added.
    pub fn note(&mut self, packet: &mut ffmpeg::Packet) -> Believed {
        self.packets += 1;
        if matches!(self.stamping, Stamping::None | Stamping::Counted) {
            self.count(packet);
            return Believed::default();
        }
        self.stamped &= packet.pts().is_some();
        let shown = shown_ticks(packet, self.base);
        if self.stamping == Stamping::Decoded {
            self.pictures.stamp(packet);
        }
        let (Some(order), Some(shown)) = (packet.dts().or(shown), shown.or(packet.dts())) else {
            let length = time_of(packet.duration(), self.base);
            let before = self.doubtful.last_mut().map(|last| &mut last.length);
            let before = before.unwrap_or(&mut self.part.loose);
            *before = *before + length;
            self.part.counted += packet.duration();
            return Believed::default();
        };
        self.believe(Stamped {
            order: time_of(order, self.base),
            shown: time_of(shown, self.base),
            length: time_of(packet.duration(), self.base),
            ticks: packet.duration(),
            position: packet.position() as i64,
            key: packet.is_key(),
        })
    }

    /// A packet of a stream without stamps.
    fn count(&mut self, packet: &ffmpeg::Packet) {
        let part = &mut self.part;
        part.note_head(time_of(part.counted, self.base));
        part.counted += match self.stamping {
            Stamping::Counted => adts::length_of(packet.data().unwrap_or_default(), self.base),
            _ => packet.duration(),
        };
        part.span = Some((Time::ZERO, time_of(part.counted, self.base)));
    }

    fn believe(&mut self, stamped: Stamped) -> Believed {
        if stamped.position < 0 && !self.doubtful.is_empty() {
            self.doubtful.push(stamped);
            return Believed::default();
        }
        let doubtful = std::mem::take(&mut self.doubtful);
        let near = self.last.is_none_or(|last| is_near(stamped.order, last));
        let confirmed = doubtful.last().filter(|_| !near);
        if confirmed.is_some_and(|doubtful| follows(stamped.order, doubtful.order)) {
            return self.confirmed(doubtful, Some(stamped));
        }
        if near {
            return self.confirmed(Vec::new(), Some(stamped));
        }
        self.doubtful.push(stamped);
        Believed::default()
    }

    /// At the end of the file: what nothing follows is believed if it may be a late last packet.
    pub fn rest(&mut self) -> Believed {
        let doubtful = std::mem::take(&mut self.doubtful);
        let first = doubtful.first().zip(self.last);
        match first.is_some_and(|(first, last)| follows(first.order, last)) {
            true => self.confirmed(doubtful, None),
            false => Believed::default(),
        }
    }

    fn confirmed(&self, mut packets: Vec<Stamped>, next: Option<Stamped>) -> Believed {
        packets.extend(next);
        let first = packets.first().zip(self.last);
        Believed {
            anew: first.is_some_and(|(first, last)| first.order < last - JUMP),
            packets,
        }
    }

    /// What follows belongs to another recording, from a byte of the file on.
    pub fn begin_part(&mut self, recording: usize, from: i64) {
        let part = Part {
            recording,
            from,
            ..Part::default()
        };
        self.parts.push(std::mem::replace(&mut self.part, part));
        self.last = None;
    }

    /// Adds a packet to what is known of the stream.
    pub fn add(&mut self, stamped: &Stamped) {
        self.last = Some(stamped.order);
        let part = &mut self.part;
        part.counted += stamped.ticks;
        let (start, end) = (stamped.shown, stamped.shown + stamped.length);
        let span = part.span.get_or_insert((start, end));
        *span = (span.0.min(start), span.1.max(end));
        part.loose = match self.stamping {
            // It may be shown after the one that is decoded next.
            Stamping::Decoded => stamped.length,
            _ => Time::ZERO,
        };
        part.note_head(start);
        let step = if self.is_sound {
            SOUND_STEP
        } else {
            Time::from_micros(1)
        };
        let last = part.entries.last();
        let enough = last.is_none_or(|last| start >= last.time + step);
        if stamped.key && stamped.position >= 0 && enough {
            part.entries.push(Entry {
                time: start,
                decoded: stamped.order,
                position: stamped.position,
            });
        }
    }

    /// From when to when it lasts in each recording.
    pub fn spans(&self) -> impl Iterator<Item = (usize, Time, Time)> + '_ {
        let parts = self.parts.iter().chain([&self.part]);
        parts.filter_map(|part| {
            let (start, end) = part.span?;
            // Packets without stamps after the last stamped one last on, but no longer than all packets together.
            let tail = end + part.loose;
            let all = start + time_of(part.counted, self.base);
            Some((part.recording, start, end.max(tail.min(all))))
        })
    }

    /// What it is like, each recording moved by its shift.
    pub fn times(self, shifts: &[Time]) -> StreamTimes {
        let moved = |(recording, start, end): (usize, Time, Time)| {
            (start + shifts[recording], end + shifts[recording])
        };
        let spans: Vec<_> = self.spans().map(moved).collect();
        let mut times = StreamTimes {
            start: spans.iter().map(|span| span.0).min().unwrap_or_default(),
            end: spans.iter().map(|span| span.1).max().unwrap_or_default(),
            packets: self.packets,
            stamped: self.stamped,
            ..StreamTimes::default()
        };
        for part in self.parts.into_iter().chain([self.part]) {
            let shift = shifts[part.recording];
            times.pieces.push(Piece {
                from: part.from,
                shift,
            });
            let head = part.head.into_iter().map(|time| time + shift);
            times.head.extend(head.take(HEAD - times.head.len()));
            let entries = part.entries.into_iter().map(|entry| entry.moved(shift));
            times.entries.extend(entries);
        }
        times
    }
}

impl Part {
    fn note_head(&mut self, start: Time) {
        if self.head.len() < HEAD {
            self.head.push(start);
        }
    }
}

/// Whether a packet with this stamp usually comes after one with that.
fn is_near(stamp: Time, last: Time) -> bool {
    stamp >= last - JUMP && stamp <= last + JUMP
}

/// Whether it can.
fn follows(stamp: Time, last: Time) -> bool {
    stamp >= last - JUMP && stamp <= last + FAR
}
