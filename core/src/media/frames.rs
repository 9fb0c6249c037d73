//! Pictures by time: the frame on screen at a moment, and its neighbours.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use ffmpeg_next as ffmpeg;

use ffmpeg::frame;

use super::error::MediaError;
use super::frame_source::{Decoded, FrameSource};
use super::picture::VideoFrame;
use super::planes::picture_of;
use crate::base::{Time, TimeSpan};

/// Decoded frames kept for stepping back and scrubbing, in bytes.
const WINDOW_BYTES: usize = 64 << 20;
/// Frames kept whatever their size: the one on screen, the one before, and the next, whose time ends it.
const WINDOW_FRAMES: usize = 3;
/// How far ahead decoding on is tried, where the container has no index that knows better.
const DECODE_ON: Time = Time::from_micros(3_000_000);

/// Reads a clip's pictures by presentation time. One for each thread that needs them.
pub struct FrameReader {
    pub(super) source: FrameSource,
    /// Consecutive frames in the order they are shown; the decoder stands behind the last.
    pub(super) window: VecDeque<Decoded>,
    /// The last frame of the clip is the last of the window.
    pub(super) at_end: bool,
    /// Frames far before the wanted one are passed over.
    pub(super) sampling: bool,
    current: Option<Arc<VideoFrame>>,
}

impl FrameReader {
    /// Opens a file and decodes its first frame.
    ///
    /// # Errors
    /// When the file cannot be opened, holds no pictures, or none of them can be decoded.
    pub fn open(path: &Path) -> Result<Self, MediaError> {
        let mut reader = Self {
            source: FrameSource::open(path)?,
            window: VecDeque::new(),
            at_end: false,
            sampling: false,
            current: None,
        };
        reader.decode_first()?;
        Ok(reader)
    }

    /// The first frame of the clip.
    pub fn first_frame(&mut self) -> Result<Arc<VideoFrame>, MediaError> {
        self.frame_at(self.source.first_start)
    }

    /// The frame on screen at `t`: before the first one the first, after the last one the last.
    pub fn frame_at(&mut self, t: Time) -> Result<Arc<VideoFrame>, MediaError> {
        let t = t.max(self.source.first_start);
        if let Some(current) = self.current.as_ref().filter(|f| self.shows(f, t)) {
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
        if current.span.start <= self.source.first_start {
            return Ok(None);
        }
        self.frame_at(current.span.start - Time::from_micros(1))
            .map(Some)
    }

    /// Whether a frame is on screen at `t`: the clip's last one stays.
    fn shows(&self, frame: &VideoFrame, t: Time) -> bool {
        let last = self.window.back().filter(|_| self.at_end);
        let stays = last.is_some_and(|last| last.start == frame.span.start);
        frame.span.contains(t) || (stays && frame.span.start <= t)
    }

    /// Whether the frame at `t` and the end of its span are known from the window.
    pub(super) fn covers(&self, t: Time) -> bool {
        let (Some(first), Some(last)) = (self.window.front(), self.window.back()) else {
            return false;
        };
        first.start <= t && (t < last.start || self.at_end)
    }

    /// Decodes until the window covers `t`, from the nearest key frame when that saves work.
    pub(super) fn reach(&mut self, t: Time) -> Result<(), MediaError> {
        let behind = self.window.front().is_none_or(|first| t < first.start);
        if behind || self.seek_pays(t) {
            self.seek_before(t)?;
        }
        if self.sampling && !self.at_end {
            return self.sample(t);
        }
        self.decode_to(t);
        if self.window.is_empty() {
            self.start_over()?;
        }
        Ok(())
    }

    /// Decodes on until the window covers `t` or the clip ends.
    pub(super) fn decode_to(&mut self, t: Time) {
        while self.window.back().is_none_or(|last| last.start <= t) {
            match self.decode() {
                Some(decoded) => self.push(decoded),
                None => break,
            }
        }
    }

    /// Whether a key frame lies between what is decoded and `t`.
    fn seek_pays(&mut self, t: Time) -> bool {
        let Some(last) = self.window.back().map(|last| last.start) else {
            return true;
        };
        if !self.source.can_seek() {
            return false;
        }
        match self.source.key_frame_before(t) {
            Some((key, true)) => key > last,
            Some((key, false)) if key > last => true,
            _ => t - last > DECODE_ON,
        }
    }

    /// Empties the window and puts into it a frame that starts at or before `t`.
    pub(super) fn seek_before(&mut self, t: Time) -> Result<(), MediaError> {
        let mut back = Time::ZERO;
        while t - back > self.source.first_start && self.source.seek(t - back) {
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

    fn start_over(&mut self) -> Result<(), MediaError> {
        self.source.start_over()?;
        self.forget();
        self.decode_first()
    }

    /// Decodes the first frame of the clip into the empty window.
    fn decode_first(&mut self) -> Result<(), MediaError> {
        let Some(first) = self.decode() else {
            return Err(self.source.undecodable("no frame could be decoded"));
        };
        self.source.first_start = first.start;
        self.push(Decoded {
            index: Some(0),
            ..first
        });
        Ok(())
    }

    fn forget(&mut self) {
        self.window.clear();
        self.at_end = false;
    }

    pub(super) fn decode(&mut self) -> Option<Decoded> {
        let decoded = self.source.decode(self.window.back());
        self.at_end |= decoded.is_none();
        decoded
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
            return Err(self.source.undecodable("no frame could be decoded"));
        };
        let end = match self.window.get(at + 1) {
            Some(next) => next.start,
            None => decoded.start + self.source.length_of(decoded),
        };
        let picture = picture_of(
            &decoded.frame,
            self.source.orientation,
            self.source.pixel_aspect,
        )
        .map_err(|e| self.source.undecodable(&e.to_string()))?;
        let frame = Arc::new(VideoFrame {
            span: TimeSpan::new(decoded.start, end),
            index: decoded.index,
            picture: Arc::new(picture),
        });
        self.current = Some(frame.clone());
        Ok(frame)
    }
}

fn frame_bytes(frame: &frame::Video) -> usize {
    let planes = 0..frame.planes();
    planes
        .map(|i| (frame.stride(i) as isize).unsigned_abs() * frame.plane_height(i) as usize)
        .sum()
}
