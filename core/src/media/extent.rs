//! From when to when each stream lasts, and how evenly its pictures come: measured from packets, because headers lie.

use ffmpeg_next as ffmpeg;

use super::container::Container;
use super::coverage::Coverage;
use super::error::MediaError;
use super::{ffi, ffi_fields};
use crate::base::Time;

/// Picture packets read from the start to judge how even the frame rate is.
const HEAD_PACKETS: usize = 600;
/// Bytes read from the start at most.
const HEAD_BYTES: usize = 32 << 20;
/// Frames further apart than this from one another in length make a variable frame rate: more than the rounding of
/// any container's time base (1 ms in Matroska) on two neighbours.
const UNEVEN: Time = Time::from_micros(2_500);

/// Frames that can be stored out of order at most.
const REORDERED: usize = 32;
/// A header's end before the last packet's by less than this is an encoder's padding cut off.
const PADDING: Time = Time::from_micros(100_000);

/// From when to when a stream lasts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Extent {
    pub start: Time,
    pub end: Time,
}

/// What the packets say.
#[derive(Clone, Debug, Default)]
pub(super) struct Extents {
    pub video: Option<Extent>,
    pub audio: Option<Extent>,
    /// Frames a second on average where they were counted; 0 where not.
    pub measured_fps: f64,
    /// Slowest and fastest, where frames are not evenly spaced.
    pub variable_fps: Option<(f64, f64)>,
    /// What of it has content, where all packets were read.
    pub coverage: Option<Coverage>,
    /// Streams with a packet that the container says is encrypted.
    pub protected: Vec<usize>,
}

/// Reads the head of the file, and its tail unless the head was all of it. Leaves the reader anywhere.
pub(super) fn extents_of(container: &mut Container) -> Result<Extents, MediaError> {
    if container.has_clock() {
        return Ok(extents_known(container));
    }
    let mut scan = Scan::default();
    let whole = scan.read(container, true);
    let (mut head_times, counted) = (std::mem::take(&mut scan.picture_times), scan.pictures);
    if !whole {
        // The last ones read may lack a neighbour that is shown before them and stored after them.
        head_times.sort_unstable();
        head_times.truncate(head_times.len().saturating_sub(REORDERED));
        scan.read_tail(container)?;
    }
    let mut extents = Extents {
        video: scan
            .video
            .map(|seen| seen.extent(container, container.video)),
        audio: scan
            .audio
            .map(|seen| seen.extent(container, container.audio)),
        coverage: whole.then_some(scan.coverage),
        protected: scan.protected,
        ..Extents::default()
    };
    (extents.measured_fps, extents.variable_fps) = rates(head_times);
    if let (true, Some(extent)) = (whole && counted > 0, extents.video) {
        let last = |end: Time| (end - extent.start).as_secs_f64();
        if last(extent.end) > 0.0 {
            extents.measured_fps = counted as f64 / last(extent.end);
        }
    }
    Ok(extents)
}

/// Of a file that was read through already.
fn extents_known(container: &Container) -> Extents {
    let times = |stream: Option<usize>| container.times_of(stream?).filter(|t| t.packets > 0);
    let extent = |stream: Option<usize>| {
        let times = times(stream)?;
        let stated = container.start_of(stream?);
        let seen = Seen {
            first: stated.unwrap_or(times.start - container.origin),
            end: times.end - container.origin,
        };
        Some(seen.extent(container, None))
    };
    let mut head = times(container.video).map_or_else(Vec::new, |times| times.head.clone());
    head.sort_unstable();
    if head.len() > 2 * REORDERED {
        head.truncate(head.len() - REORDERED);
    }
    let (measured_fps, variable_fps) = rates(head);
    Extents {
        video: extent(container.video),
        audio: extent(container.audio),
        measured_fps,
        variable_fps,
        coverage: container.coverage(),
        // No such container says so of its packets.
        protected: Vec::new(),
    }
}

/// What was seen of one stream.
#[derive(Clone, Copy, Debug)]
struct Seen {
    first: Time,
    end: Time,
}

impl Seen {
    fn extent(self, container: &Container, stream: Option<usize>) -> Extent {
        let stated = stream.and_then(|index| container.start_of(index));
        let start = stated.unwrap_or(self.first);
        let stream = stream.and_then(|index| container.input.stream(index));
        let length = stream.map_or(Time::ZERO, |s| container.length_of(s.index(), s.duration()));
        let padded = length > Time::ZERO && self.end - (start + length) < PADDING;
        let end = if padded {
            self.end.min(start + length)
        } else {
            self.end
        };
        Extent {
            start,
            end: end.max(start),
        }
    }
}

#[derive(Default)]
struct Scan {
    video: Option<Seen>,
    audio: Option<Seen>,
    picture_times: Vec<Time>,
    pictures: usize,
    coverage: Coverage,
    protected: Vec<usize>,
}

impl Scan {
    /// Reads packets to the end, or of the head only so many. Whether the end was reached.
    fn read(&mut self, container: &mut Container, head_only: bool) -> bool {
        let mut bytes = 0;
        while let Some(packet) = container.next_packet() {
            bytes += packet.size();
            self.note(container, &packet);
            if head_only && (self.pictures >= HEAD_PACKETS || bytes >= HEAD_BYTES) {
                return false;
            }
        }
        true
    }

    /// Reads the last stretch of the file; a longer one until both streams were met or it is the whole file.
    fn read_tail(&mut self, container: &mut Container) -> Result<(), MediaError> {
        let met = (self.video, self.audio);
        let length = Time::from_micros(container.input.duration().max(0));
        let mut back = Time::from_micros(2_000_000);
        loop {
            (self.video, self.audio) = (None, None);
            let stream = container.video.or(container.audio).unwrap_or_default();
            let whole = length <= back || container.seek(stream, length - back).is_err();
            if whole {
                container.reopen()?;
            }
            self.read(container, false);
            let missing = (met.0.is_some()
                && self.video.is_none()
                && !stated(container, container.video))
                || (met.1.is_some() && self.audio.is_none() && !stated(container, container.audio))
                || (self.video.is_none() && self.audio.is_none());
            if whole || !missing {
                break;
            }
            back = back + back + back;
        }
        self.video = joined(met.0, self.video, container, container.video);
        self.audio = joined(met.1, self.audio, container, container.audio);
        Ok(())
    }

    fn note(&mut self, container: &Container, packet: &ffmpeg::Packet) {
        let stream = packet.stream();
        if ffi_fields::is_protected(packet) && !self.protected.contains(&stream) {
            self.protected.push(stream);
        }
        let Some(ticks) = packet.pts().or(packet.dts()) else {
            return;
        };
        if ffi::is_cut_away(packet) {
            return;
        }
        let start = container.time_of(stream, ticks);
        let end = start + container.length_of(stream, packet.duration());
        let seen = if Some(stream) == container.video {
            self.pictures += 1;
            if self.pictures <= HEAD_PACKETS {
                self.picture_times.push(start);
            }
            &mut self.video
        } else if Some(stream) == container.audio {
            &mut self.audio
        } else {
            return;
        };
        self.coverage.add(start, end);
        let so_far = seen.unwrap_or(Seen { first: start, end });
        *seen = Some(Seen {
            first: so_far.first.min(start),
            end: so_far.end.max(end),
        });
    }
}

/// Whether the header gives the stream's own duration.
fn stated(container: &Container, stream: Option<usize>) -> bool {
    stream
        .and_then(|index| container.input.stream(index))
        .is_some_and(|stream| stream.duration() > 0)
}

/// Head and tail of one stream. Where the tail has nothing of it, the header's word on it is taken.
fn joined(
    head: Option<Seen>,
    tail: Option<Seen>,
    container: &Container,
    stream: Option<usize>,
) -> Option<Seen> {
    let first = head.or(tail)?.first;
    let end = match (head, tail) {
        (Some(head), Some(tail)) => head.end.max(tail.end),
        (seen, None) | (None, seen) => {
            let stream = stream.and_then(|index| container.input.stream(index))?;
            let length = container.length_of(stream.index(), stream.duration().max(0));
            (first + length).max(seen?.end)
        }
    };
    Some(Seen { first, end })
}

/// Average rate, and the slowest and fastest where they differ, from the times of successive frames in any order.
fn rates(mut times: Vec<Time>) -> (f64, Option<(f64, f64)>) {
    times.sort_unstable();
    times.dedup();
    let mut steps: Vec<Time> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    steps.sort_unstable();
    // A single hole, as where a file was cut, is no frame rate.
    let odd_ones = if steps.len() > 10 {
        steps.len() / 50 + 1
    } else {
        0
    };
    let usual = &steps[odd_ones..steps.len() - odd_ones];
    let (Some(&short), Some(&long)) = (usual.first(), usual.last()) else {
        return (0.0, None);
    };
    let total: f64 = steps.iter().map(|step| step.as_secs_f64()).sum();
    let rate = |step: Time| 1.0 / step.as_secs_f64();
    let uneven = long - short > UNEVEN;
    (
        steps.len() as f64 / total,
        uneven.then(|| (rate(long), rate(short))),
    )
}
