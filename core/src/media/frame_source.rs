//! Decoded frames in the order shown, from wherever the container was last sent to.

use std::path::Path;

use ffmpeg_next as ffmpeg;

use ffmpeg::codec::discard::Discard;
use ffmpeg::codec::{self, threading};
use ffmpeg::decoder;
use ffmpeg::frame;

use super::container::Container;
use super::error::MediaError;
use super::ffi;
use super::orientation::{pixel_aspect, rotation_deg};
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
    /// Frames shown before this are decoded only where others are made from them.
    passing_until: Option<Time>,
    /// How long a frame lasts where nothing says so.
    pub usual_length: Time,
    /// When the first frame appears.
    pub first_start: Time,
    pub rotation_deg: u32,
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
        let decoder = open_decoder(&container, stream)?;
        let info = container.input.stream(stream);
        let pixel_aspect = info.as_ref().map_or(1.0, |s| pixel_aspect(s, &decoder));
        let rotation_deg = info.as_ref().map_or(0, rotation_deg);
        let fps = info.map_or(0.0, |s| f64::from(s.avg_frame_rate()));
        let known = fps.is_finite() && fps > 0.0;
        Ok(Self {
            container,
            stream,
            decoder,
            draining: false,
            passing_until: None,
            usual_length: Time::from_secs_f64(1.0 / if known { fps } else { USUAL_FPS }),
            first_start: Time::ZERO,
            rotation_deg,
            pixel_aspect,
        })
    }

    /// Goes near the last key frame at or before `t`; false where the container cannot.
    pub fn seek(&mut self, t: Time) -> bool {
        let done = self.container.seek(t).is_ok();
        if done {
            self.decoder.flush();
            self.draining = false;
        }
        done
    }

    /// Opens the file again: the one way back to the start that works in every container.
    pub fn start_over(&mut self) -> Result<(), MediaError> {
        self.container.reopen()?;
        ffi::keep_only(&mut self.container.input, self.stream);
        self.decoder = open_decoder(&self.container, self.stream)?;
        self.draining = false;
        Ok(())
    }

    /// When the last key frame at or before `t` appears, and whether the container's index is sure of it.
    pub fn key_frame_before(&mut self, t: Time) -> Option<(Time, bool)> {
        let ticks = self.container.ticks_of(self.stream, t);
        let found = ffi::key_frame_before(&mut self.container.input, self.stream, ticks);
        found.map(|(key, sure)| (self.container.time_of(self.stream, key), sure))
    }

    /// Whether its codec says of each frame that no other is made from it. HEVC does not: a frame of a higher layer may be.
    pub fn can_pass_over(&self) -> bool {
        let strict = [codec::Id::H264, codec::Id::MPEG4, codec::Id::MPEG2VIDEO];
        strict.contains(&self.decoder.id())
    }

    /// From now on frames shown before `t` come only where others are made from them; `None`: all come.
    pub fn pass_over_until(&mut self, t: Option<Time>) {
        self.passing_until = t;
    }

    /// The next frame in the order shown, `last` being the one before where that is known. Damaged packets are passed over;
    /// `None` at the end.
    pub fn decode(&mut self, last: Option<&Decoded>) -> Option<Decoded> {
        loop {
            let mut frame = frame::Video::empty();
            match self.decoder.receive_frame(&mut frame) {
                Ok(()) => {
                    if let Some(decoded) = self.dated(frame, last) {
                        return Some(decoded);
                    }
                }
                Err(ffmpeg::Error::Eof) => return None,
                Err(_) if self.draining => return None,
                Err(_) => self.feed(),
            }
        }
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
                let _ = self.decoder.send_packet(&packet);
            }
            Some(_) => {}
            None => {
                self.draining = true;
                let _ = self.decoder.send_eof();
            }
        }
    }

    /// A frame with its time; `None` for one that is never on screen because the one before has the same time.
    fn dated(&self, frame: frame::Video, last: Option<&Decoded>) -> Option<Decoded> {
        let start = match (frame.timestamp(), last) {
            (Some(ticks), _) => self.container.time_of(self.stream, ticks),
            (None, Some(last)) => last.start + self.length_of(last),
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
        let format = self.decoder.format().descriptor().map_or("", |d| d.name());
        MediaError::Undecodable {
            path: self.container.path.clone(),
            stream: "picture",
            codec: format!("{} {format}", self.container.codec_name(self.stream)),
            cause: cause.into(),
        }
    }
}

/// A decoder for the picture stream, with a thread a core.
pub(super) fn open_decoder(
    container: &Container,
    stream: usize,
) -> Result<decoder::Video, MediaError> {
    let open = || {
        let mut context = container.decoder_context(stream)?;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        context.set_threading(threading::Config {
            count: threads.min(MAX_THREADS),
            ..threading::Config::kind(threading::Type::Frame)
        });
        context.video()
    };
    open().map_err(|e| container.no_decoder(stream, "picture", e))
}
