//! The recordings of a file that is several, one after the other.
//!
//! Both streams of a recording are moved by the same time, so that pictures and sound stay together, and it begins where the
//! one before ends.

use ffmpeg_next as ffmpeg;

use super::coverage::Coverage;
use super::stream_scan::{Believed, FAR, Stamped, StreamScan};
use super::timeline::Timeline;
use crate::base::Time;

/// The streams of a file while it is read; those that are not used are `None`.
pub(super) struct Recordings {
    streams: Vec<Option<StreamScan>>,
    all: Vec<Recording>,
    ogg: bool,
}

/// One recording, at the times it has in the file.
#[derive(Default)]
struct Recording {
    /// The first stamp seen.
    first: Option<Time>,
    /// The latest stamp seen.
    latest: Time,
    coverage: Coverage,
}

impl Recordings {
    pub fn new(streams: Vec<Option<StreamScan>>, ogg: bool) -> Self {
        Self {
            streams,
            all: vec![Recording::default()],
            ogg,
        }
    }

    /// The next packet of the file.
    pub fn note(&mut self, packet: &mut ffmpeg::Packet) {
        let stream = packet.stream();
        let Some(Some(scan)) = self.streams.get_mut(stream) else {
            return;
        };
        if self.ogg && scan.is_ogg_header(packet) {
            return;
        }
        let believed = scan.note(packet);
        self.take(stream, &believed);
    }

    fn take(&mut self, stream: usize, believed: &Believed) {
        if let (true, Some(first)) = (believed.anew, believed.packets.first()) {
            self.begin(stream, first);
        }
        for stamped in &believed.packets {
            self.add(stream, stamped);
        }
    }

    fn add(&mut self, stream: usize, stamped: &Stamped) {
        let Some(Some(scan)) = self.streams.get_mut(stream) else {
            return;
        };
        scan.add(stamped);
        let recording = &mut self.all[scan.recording()];
        recording.first.get_or_insert(stamped.shown);
        recording.latest = recording.latest.max(stamped.order);
        recording
            .coverage
            .add(stamped.shown, stamped.shown + stamped.length);
    }

    /// A stream's packets from this one on belong to another recording: the newest, where the other stream has already come
    /// to it.
    fn begin(&mut self, stream: usize, first: &Stamped) {
        let newest = self.all.len() - 1;
        let Some(Some(scan)) = self.streams.get_mut(stream) else {
            return;
        };
        let joins = scan.recording() < newest
            && self.all[newest].first.is_some_and(|start| {
                first.shown >= start - FAR && first.shown <= self.all[newest].latest + FAR
            });
        if !joins {
            self.all.push(Recording {
                latest: first.order,
                ..Recording::default()
            });
        }
        scan.begin_part(self.all.len() - 1, first.position);
    }

    /// What was found, at the end of the file.
    pub fn timeline(mut self, by_bytes: bool) -> Timeline {
        for stream in 0..self.streams.len() {
            if let Some(rest) = self.streams[stream].as_mut().map(StreamScan::rest) {
                self.take(stream, &rest);
            }
        }
        let shifts = self.shifts();
        let recordings = self.all.iter().zip(&shifts);
        Timeline {
            by_bytes,
            coverage: recordings.fold(Coverage::default(), |so_far, (recording, &shift)| {
                so_far.then(recording.coverage.moved(shift))
            }),
            streams: self
                .streams
                .drain(..)
                .map(|scan| scan.map(|scan| scan.times(&shifts)))
                .collect(),
        }
    }

    /// How much later than in the file each recording is: the first as it is, the others after one another.
    fn shifts(&self) -> Vec<Time> {
        let mut spans: Vec<Option<(Time, Time)>> = vec![None; self.all.len()];
        for (recording, start, end) in self.streams.iter().flatten().flat_map(StreamScan::spans) {
            let so_far = spans[recording].get_or_insert((start, end));
            *so_far = (so_far.0.min(start), so_far.1.max(end));
        }
        let mut until = None;
        let shift = |span: Option<(Time, Time)>| {
            let Some((start, end)) = span else {
                return Time::ZERO;
            };
            // In Ogg, what lies before 0 is the codec's run-in, which is not heard.
            let heard = if self.ogg {
                start.max(Time::ZERO)
            } else {
                start
            };
            let shift = until.map_or(Time::ZERO, |until| until - heard);
            until = Some(end + shift);
            shift
        };
        spans.into_iter().map(shift).collect()
    }
}
