//! Decoded frames in the order shown, from wherever the container was last sent to.

use std::path::Path;

use ffmpeg_next as ffmpeg;

use ffmpeg::codec::discard::Discard;
use ffmpeg::codec::{self, threading};
use ffmpeg::decoder;
use ffmpeg::frame;

use super::container::Container;
use super::error::MediaError;
use super::orientation::{Orientation, orientation, pixel_aspect};
use super::planes::{LARGE, REDUCED};
use super::{ffi, ffi_fields, huge_png};
use crate::base::Time;

/// More decoder threads than this only delay the first frame.
const MAX_THREADS: usize = 8;
/// How many frames a second there are taken to be where nothing says so.
const USUAL_FPS: f64 = 25.0;

/// A decoded frame and when it appears.
pub(super) struct Decoded {
    pub start: Time,
    pub index: Option<u64>,
    pub frame: frame::Video,
}

/// The picture stream of a container and its decoder.
pub(super) struct FrameSource {
    container: Container,
    stream: usize,
    decoder: decoder::Video,
    draining: bool,
    /// A huge picture, read without the decoder and not yet given.
    reduced: Option<frame::Video>,
    /// Frames shown before this are decoded only where others are made from them.
    passing_until: Option<Time>,
    /// Whether every packet says when its frame is shown. Where not, frames are counted from one that says so.
    every_stamped: bool,
    /// The key frame that was sought, until it has come: only from there on can frames be counted.
    sought: Option<Time>,
    /// How long a frame lasts where nothing says so.
    pub usual_length: Time,
    /// When the first frame appears.
    pub first_start: Time,
    pub orientation: Orientation,
    pub pixel_aspect: f64,
}

impl FrameSource {
    /// Opens a file; nothing is decoded yet.
    pub fn open(path: &Path) -> Result<Self, MediaError> {
        let mut container = Container::open(path)?;
        let stream = container
            .video
            .ok_or_else(|| MediaError::NoStreams { path: path.into() })?;
        ffi::keep_only(&mut container.input, stream);
        let decoder = open_reducing(&container, stream)?;
        let info = container.input.stream(stream);
        let pixel_aspect = info.as_ref().map_or(1.0, |s| pixel_aspect(s, &decoder));
        let orientation = info.as_ref().map(orientation).unwrap_or_default();
        let fps = info.map_or(0.0, |s| f64::from(s.avg_frame_rate()));
        let known = fps.is_finite() && fps > 0.0;
        let every_stamped = container.times_of(stream).is_none_or(|times| times.stamped);
        Ok(Self {
            container,
            stream,
            decoder,
            draining: false,
            reduced: None,
            passing_until: None,
            every_stamped,
            sought: None,
            usual_length: Time::from_secs_f64(1.0 / if known { fps } else { USUAL_FPS }),
            first_start: Time::ZERO,
            orientation,
            pixel_aspect,
        })
    }

    /// Goes near the last key frame at or before `t`; false where the container cannot.
    pub fn seek(&mut self, t: Time) -> bool {
        let done = self.container.seek(self.stream, t).is_ok();
        if done {
            self.decoder.flush();
            self.draining = false;
            self.reduced = None;
            self.sought = None;
            if !self.every_stamped {
                self.sought = self.key_frame_before(t).map(|(key, _)| key);
            }
        }
        done
    }

    /// Opens the file again: the one way back to the start that works in every container.
    pub fn start_over(&mut self) -> Result<(), MediaError> {
        self.container.reopen()?;
        ffi::keep_only(&mut self.container.input, self.stream);
        self.decoder = open_reducing(&self.container, self.stream)?;
        self.draining = false;
        self.reduced = None;
        self.sought = None;
        Ok(())
    }

    /// When the last key frame at or before `t` appears, and whether that is certain.
    pub fn key_frame_before(&mut self, t: Time) -> Option<(Time, bool)> {
        self.container.key_frame_before(self.stream, t)
    }

    /// Whether reading can begin anywhere but at the start.
    pub fn can_seek(&self) -> bool {
        self.container.can_seek()
    }

    /// Whether its codec says of each frame that no other is made from it (HEVC does not: a frame of a higher layer may be), and
    /// those that are left can be dated without counting the ones passed over.
    pub fn can_pass_over(&self) -> bool {
        let strict = [codec::Id::H264, codec::Id::MPEG4, codec::Id::MPEG2VIDEO];
        self.every_stamped && strict.contains(&self.decoder.id())
    }

    /// From now on frames shown before `t` come only where others are made from them; `None`: all come.
    pub fn pass_over_until(&mut self, t: Option<Time>) {
        self.passing_until = t;
    }

    /// The next frame in the order shown, `last` being the one before where that is known. Damaged packets are passed over;
    /// `None` at the end.
    pub fn decode(&mut self, last: Option<&Decoded>) -> Option<Decoded> {
        loop {
            match self.receive() {
                Ok(frame) => {
                    let decoded = self.dated(frame, last);
                    if let Some(decoded) = decoded {
                        if self.missed(&decoded) {
                            return None;
                        }
                        if self.arrived(&decoded) {
                            return Some(decoded);
                        }
                    }
                }
                Err(ffmpeg::Error::Eof) => return None,
                Err(_) if self.draining => return None,
                Err(_) => self.feed(),
            }
        }
    }

    /// What was read last, if it is whole.
    fn receive(&mut self) -> Result<frame::Video, ffmpeg::Error> {
        if let Some(frame) = self.reduced.take() {
            return Ok(frame);
        }
        let mut frame = frame::Video::empty();
        self.decoder.receive_frame(&mut frame).map(|()| frame)
    }

    /// Whether the frame sought must have come before this one.
    fn missed(&self, decoded: &Decoded) -> bool {
        self.sought
            .is_some_and(|key| decoded.start > key + Time::SECOND)
    }

    /// Whether the frame sought has come.
    fn arrived(&mut self, decoded: &Decoded) -> bool {
        let there = self.sought.is_none_or(|key| {
            let off = decoded.start - key;
            off < self.usual_length && Time::ZERO - off < self.usual_length
        });
        if there {
            self.sought = None;
        }
        there
    }

    /// Gives the decoder one more packet, or word that there are none.
    fn feed(&mut self) {
        match self.container.next_packet() {
            // A packet the decoder refuses is damaged: what it held is missing, the rest goes on.
            Some(packet) if packet.stream() == self.stream => {
                let shown = packet
                    .pts()
                    .map(|pts| self.container.time_of(self.stream, pts));
                let passing = shown
                    .zip(self.passing_until)
                    .is_some_and(|(t, until)| t < until);
                self.decoder.skip_frame(match passing {
                    true => Discard::NonReference,
                    false => Discard::Default,
                });
                if !self.reduce(&packet) {
                    let _ = self.decoder.send_packet(&packet);
                }
            }
            Some(_) => {}
            None => {
                self.draining = true;
                let _ = self.decoder.send_eof();
            }
        }
    }

    /// Reads a huge picture row by row where that can be done; else false.
    fn reduce(&mut self, packet: &ffmpeg::Packet) -> bool {
        if self.decoder.id() != codec::Id::PNG || ffi_fields::pixels(&self.decoder) <= LARGE {
            return false;
        }
        let read = huge_png::reduced(packet.data().unwrap_or_default(), REDUCED);
        self.reduced = read.ok().map(|mut frame| {
            frame.set_pts(packet.pts().or(packet.dts()));
            frame
        });
        self.reduced.is_some()
    }

    /// A frame with its time; `None` for one that is never on screen because the one before has the same time.
    fn dated(&self, frame: frame::Video, last: Option<&Decoded>) -> Option<Decoded> {
        let start = match (frame.timestamp().or(frame.pts()), last) {
            (Some(ticks), _) => self.container.time_of(self.stream, ticks),
            (None, Some(last)) => last.start + self.length_of(last),
            // After a seek nothing can be said of it.
            (None, None) if self.sought.is_some() => return None,
            (None, None) => self.first_start,
        };
        if last.is_some_and(|last| start <= last.start) {
            return None;
        }
        let index = last.and_then(|last| last.index).map(|index| index + 1);
        Some(Decoded {
            start,
            index,
            frame,
        })
    }

    /// How long a frame says it lasts, or usually does.
    pub fn length_of(&self, decoded: &Decoded) -> Time {
        let stated = self
            .container
            .length_of(self.stream, decoded.frame.packet().duration);
        if stated > Time::ZERO {
            stated
        } else {
            self.usual_length
        }
    }

    pub fn undecodable(&self, cause: &str) -> MediaError {
        MediaError::Undecodable {
            path: self.container.path.clone(),
            stream: "picture",
            codec: self.container.described(self.stream),
            cause: cause.into(),
        }
    }
}

/// A decoder for the picture stream, with a thread a core.
pub(super) fn open_decoder(
    container: &Container,
    stream: usize,
) -> Result<decoder::Video, MediaError> {
    opened(container, stream, 0)
}

/// The same, which gives huge pictures smaller where the codec can (JPEG).
fn open_reducing(container: &Container, stream: usize) -> Result<decoder::Video, MediaError> {
    let full = open_decoder(container, stream)?;
    if full.id() != codec::Id::MJPEG || ffi_fields::pixels(&full) <= LARGE {
        return Ok(full);
    }
    let longest = full.width().max(full.height());
    opened(container, stream, (longest / REDUCED).ilog2() + 1)
}

/// A decoder whose pictures have their sides halved so often, if it can.
fn opened(
    container: &Container,
    stream: usize,
    halvings: u32,
) -> Result<decoder::Video, MediaError> {
    let open = || {
        let mut context = container.decoder_context(stream)?;
        ffi_fields::halve(&mut context, halvings);
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        // Each thread has a picture of its own in hand.
        let most = match ffi_fields::pixels(&context) {
            ..=LARGE => MAX_THREADS,
            _ => 1,
        };
        context.set_threading(threading::Config {
            count: threads.min(most),
            ..threading::Config::kind(threading::Type::Frame)
        });
        context.video()
    };
    open().map_err(|e| container.no_decoder(stream, "picture", e))
}
