//! Pictures by time: the frame on screen at a moment, and its neighbours.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use ffmpeg_next as ffmpeg;

use ffmpeg::codec::threading;
use ffmpeg::decoder;
use ffmpeg::frame;

use super::container::Container;
use super::error::MediaError;
use super::ffi;
use super::orientation::{pixel_aspect, rotation_deg};
use super::picture::VideoFrame;
use super::planes::picture_of;
use crate::base::{Time, TimeSpan};

/// Decoded frames kept for stepping back and scrubbing, in bytes.
const WINDOW_BYTES: usize = 64 << 20;
/// Frames kept whatever their size: the one on screen, the one before, and the next, whose time ends it.
const WINDOW_FRAMES: usize = 3;
/// How far ahead decoding on is tried, where the container has no index that knows better.
const DECODE_ON: Time = Time::from_micros(3_000_000);
/// More decoder threads than this only delay the first frame.
const MAX_THREADS: usize = 8;

/// A decoded frame and when it appears.
struct Decoded {
    start: Time,
    index: Option<u64>,
    frame: frame::Video,
}

/// Reads a clip's pictures by presentation time. One for each thread that needs them.
pub struct FrameReader {
    container: Container,
    stream: usize,
    decoder: decoder::Video,
    rotation_deg: u32,
    pixel_aspect: f64,
    /// How long a frame lasts where nothing says so.
    usual_length: Time,
    /// Consecutive frames in the order they are shown; the decoder stands behind the last.
    window: VecDeque<Decoded>,
    /// The last frame of the clip is the last of the window.
    at_end: bool,
    draining: bool,
    first_start: Time,
    current: Option<Arc<VideoFrame>>,
}

impl FrameReader {
    /// Opens a file and decodes its first frame.
    ///
    /// # Errors
    /// When the file cannot be opened, holds no pictures, or none of them can be decoded.
    pub fn open(path: &Path) -> Result<Self, MediaError> {
        let mut container = Container::open(path)?;
        let stream = container
            .video
            .ok_or_else(|| MediaError::NoStreams { path: path.into() })?;
        ffi::keep_only(&mut container.input, stream);
        let decoder = open_decoder(&container, stream)?;
        let info = container.input.stream(stream);
        let aspect = info.as_ref().map_or(1.0, |s| pixel_aspect(s, &decoder));
        let rotation_deg = info.as_ref().map_or(0, rotation_deg);
        let fps = info.map_or(0.0, |s| f64::from(s.avg_frame_rate()));
        let fps = if fps.is_finite() && fps > 0.0 {
            fps
        } else {
            25.0
        };
        let mut reader = Self {
            container,
            stream,
            decoder,
            rotation_deg,
            pixel_aspect: aspect,
            usual_length: Time::from_secs_f64(1.0 / fps),
            window: VecDeque::new(),
            at_end: false,
            draining: false,
            first_start: Time::ZERO,
            current: None,
        };
        reader.decode_first()?;
        Ok(reader)
    }

    /// The first frame of the clip.
    pub fn first_frame(&mut self) -> Result<Arc<VideoFrame>, MediaError> {
        self.frame_at(self.first_start)
    }

    /// The frame on screen at `t`: before the first one the first, after the last one the last.
    pub fn frame_at(&mut self, t: Time) -> Result<Arc<VideoFrame>, MediaError> {
        let t = t.max(self.first_start);
        if let Some(current) = self.current.as_ref().filter(|f| f.span.contains(t)) {
            return Ok(current.clone());
        }
        if !self.covers(t) {
            self.reach(t)?;
        }
        let at = self.window.iter().rposition(|f| f.start <= t).unwrap_or(0);
        self.deliver(at)
    }

    /// The frame after the one last delivered; `None` after the last.
    pub fn next_frame(&mut self) -> Result<Option<Arc<VideoFrame>>, MediaError> {
        let Some(current) = self.current.clone() else {
            return self.first_frame().map(Some);
        };
        let next = self.frame_at(current.span.end)?;
        Ok((next.span.start > current.span.start).then_some(next))
    }

    /// The frame before the one last delivered; `None` before the first.
    pub fn previous_frame(&mut self) -> Result<Option<Arc<VideoFrame>>, MediaError> {
        let Some(current) = self.current.clone() else {
            return Ok(None);
        };
        if current.span.start <= self.first_start {
            return Ok(None);
        }
        self.frame_at(current.span.start - Time::from_micros(1))
            .map(Some)
    }

    /// Whether the frame at `t` and the end of its span are known from the window.
    fn covers(&self, t: Time) -> bool {
        let (Some(first), Some(last)) = (self.window.front(), self.window.back()) else {
            return false;
        };
        first.start <= t && (t < last.start || self.at_end)
    }

    /// Decodes until the window covers `t`, from the nearest key frame when that saves work.
    fn reach(&mut self, t: Time) -> Result<(), MediaError> {
        let behind = self.window.front().is_none_or(|first| t < first.start);
        if behind || self.seek_pays(t) {
            self.seek_before(t)?;
        }
        while self.window.back().is_none_or(|last| last.start <= t) {
            match self.decode() {
                Some(decoded) => self.push(decoded),
                None => break,
            }
        }
        if self.window.is_empty() {
            self.start_over()?;
        }
        Ok(())
    }

    /// Whether a key frame lies between what is decoded and `t`.
    fn seek_pays(&mut self, t: Time) -> bool {
        let Some(last) = self.window.back().map(|last| last.start) else {
            return true;
        };
        let ticks = self.container.ticks_of(self.stream, t);
        let found = ffi::key_frame_before(&mut self.container.input, self.stream, ticks);
        match found.map(|(key, sure)| (self.container.time_of(self.stream, key), sure)) {
            Some((key, true)) => key > last,
            Some((key, false)) if key > last => true,
            _ => t - last > DECODE_ON,
        }
    }

    /// Empties the window and puts into it a frame that starts at or before `t`.
    fn seek_before(&mut self, t: Time) -> Result<(), MediaError> {
        let mut back = Time::ZERO;
        while t - back > self.first_start && self.container.seek(t - back).is_ok() {
            self.forget();
            if let Some(decoded) = self.decode().filter(|d| d.start <= t) {
                self.push(decoded);
                return Ok(());
            }
            // An open group of pictures, or a key frame that is decoded before and shown after `t`.
            back = (back + back).max(Time::SECOND);
        }
        self.start_over()
    }

    /// Opens the file again: the one way back to the start that works in every container.
    fn start_over(&mut self) -> Result<(), MediaError> {
        self.container.reopen()?;
        ffi::keep_only(&mut self.container.input, self.stream);
        self.decoder = open_decoder(&self.container, self.stream)?;
        self.forget();
        self.decode_first()
    }

    /// Decodes the first frame of the clip into the empty window.
    fn decode_first(&mut self) -> Result<(), MediaError> {
        let Some(first) = self.decode() else {
            return Err(self.undecodable("no frame could be decoded"));
        };
        self.first_start = first.start;
        self.push(Decoded {
            index: Some(0),
            ..first
        });
        Ok(())
    }

    fn forget(&mut self) {
        self.decoder.flush();
        self.window.clear();
        self.at_end = false;
        self.draining = false;
    }

    /// The next frame in the order shown. Damaged packets are passed over; `None` at the end.
    fn decode(&mut self) -> Option<Decoded> {
        loop {
            let mut frame = frame::Video::empty();
            match self.decoder.receive_frame(&mut frame) {
                Ok(()) => {
                    if let Some(decoded) = self.dated(frame) {
                        return Some(decoded);
                    }
                }
                Err(ffmpeg::Error::Eof) => {
                    self.at_end = true;
                    return None;
                }
                Err(_) if self.draining => {
                    self.at_end = true;
                    return None;
                }
                Err(_) => self.feed(),
            }
        }
    }

    /// Gives the decoder one more packet, or word that there are none.
    fn feed(&mut self) {
        match self.container.next_packet() {
            // A packet the decoder refuses is damaged: what it held is missing, the rest goes on.
            Some(packet) if packet.stream() == self.stream => {
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
    fn dated(&self, frame: frame::Video) -> Option<Decoded> {
        let last = self.window.back();
        let start = match (frame.timestamp(), last) {
            (Some(ticks), _) => self.container.time_of(self.stream, ticks),
            (None, Some(last)) => last.start + self.length_of(&last.frame),
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

    fn length_of(&self, frame: &frame::Video) -> Time {
        let stated = self
            .container
            .length_of(self.stream, frame.packet().duration);
        if stated > Time::ZERO {
            stated
        } else {
            self.usual_length
        }
    }

    fn push(&mut self, decoded: Decoded) {
        self.window.push_back(decoded);
        let size = self.window.back().map_or(0, |d| frame_bytes(&d.frame));
        while self.window.len() > WINDOW_FRAMES && self.window.len() * size > WINDOW_BYTES {
            self.window.pop_front();
        }
    }

    /// Copies a frame of the window out of FFmpeg's memory.
    fn deliver(&mut self, at: usize) -> Result<Arc<VideoFrame>, MediaError> {
        let Some(decoded) = self.window.get(at) else {
            return Err(self.undecodable("no frame could be decoded"));
        };
        let end = match self.window.get(at + 1) {
            Some(next) => next.start,
            None => decoded.start + self.length_of(&decoded.frame),
        };
        let picture = picture_of(&decoded.frame, self.rotation_deg, self.pixel_aspect)
            .map_err(|e| self.undecodable(&e.to_string()))?;
        let frame = Arc::new(VideoFrame {
            span: TimeSpan::new(decoded.start, end),
            index: decoded.index,
            picture: Arc::new(picture),
        });
        self.current = Some(frame.clone());
        Ok(frame)
    }

    fn undecodable(&self, cause: &str) -> MediaError {
        let format = self.decoder.format().descriptor().map_or("", |d| d.name());
        MediaError::Undecodable {
            path: self.container.path.clone(),
            stream: "picture",
            codec: format!("{} {format}", self.container.codec_name(self.stream)),
            cause: cause.into(),
        }
    }
}

fn frame_bytes(frame: &frame::Video) -> usize {
    let planes = 0..frame.planes();
    planes
        .map(|i| (frame.stride(i) as isize).unsigned_abs() * frame.plane_height(i) as usize)
        .sum()
}

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
