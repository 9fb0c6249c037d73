//! Where the pictures and the sound of a clip come from. Everything that looks at a clip asks a [`Source`]: today the files of
//! this machine are the only one.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::downmix::SoundLayout;
use super::error::MediaError;
use super::frames::FrameReader;
use super::picture::VideoFrame;
use super::sound::SoundReader;
use crate::base::Time;

/// Opens clips for reading. A reader belongs to one thread; any number may be open at once.
pub trait Source: fmt::Debug + Send + Sync {
    /// The pictures of a clip, for playing and for looking at single ones.
    ///
    /// # Errors
    /// When the clip has gone, holds no pictures, or none of them can be decoded.
    fn pictures(&self, path: &Path) -> Result<Box<dyn Pictures>, MediaError>;

    /// The same for pictures far apart; their index need not be known.
    ///
    /// # Errors
    /// As [`Source::pictures`].
    fn sampled_pictures(&self, path: &Path) -> Result<Box<dyn Pictures>, MediaError>;

    /// The sound of a clip from time 0 on, at `rate_hz` samples a second.
    ///
    /// # Errors
    /// When the clip has gone, has no sound, or none of it can be decoded.
    fn sound(
        &self,
        path: &Path,
        rate_hz: u32,
        layout: SoundLayout,
    ) -> Result<Box<dyn Sound>, MediaError>;
}

/// A clip's pictures by presentation time.
pub trait Pictures: Send {
    /// The first frame of the clip.
    ///
    /// # Errors
    /// When the clip can no longer be read.
    fn first_frame(&mut self) -> Result<Arc<VideoFrame>, MediaError>;

    /// The frame on screen at `t`: before the first one the first, after the last one the last.
    ///
    /// # Errors
    /// When the clip can no longer be read.
    fn frame_at(&mut self, t: Time) -> Result<Arc<VideoFrame>, MediaError>;

    /// The frame after the one last given; `None` after the last.
    ///
    /// # Errors
    /// When the clip can no longer be read.
    fn next_frame(&mut self) -> Result<Option<Arc<VideoFrame>>, MediaError>;
}

/// A clip's sound, channels interleaved, -1 to 1; silence where there is none.
pub trait Sound: Send {
    /// The time of the next sample to be read.
    fn position(&self) -> Time;

    /// Goes to the sample nearest to `t`. Times before 0 count as 0.
    fn seek(&mut self, t: Time);

    /// Appends exactly `frames` frames and moves on by as many.
    fn read(&mut self, out: &mut Vec<f32>, frames: usize);
}

/// The files of this machine, read by this process.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalFiles;

impl Source for LocalFiles {
    fn pictures(&self, path: &Path) -> Result<Box<dyn Pictures>, MediaError> {
        Ok(Box::new(FrameReader::open(path)?))
    }

    fn sampled_pictures(&self, path: &Path) -> Result<Box<dyn Pictures>, MediaError> {
        Ok(Box::new(FrameReader::open_for_samples(path)?))
    }

    fn sound(
        &self,
        path: &Path,
        rate_hz: u32,
        layout: SoundLayout,
    ) -> Result<Box<dyn Sound>, MediaError> {
        Ok(Box::new(SoundReader::open(path, rate_hz, layout)?))
    }
}

impl Pictures for FrameReader {
    fn first_frame(&mut self) -> Result<Arc<VideoFrame>, MediaError> {
        Self::first_frame(self)
    }

    fn frame_at(&mut self, t: Time) -> Result<Arc<VideoFrame>, MediaError> {
        Self::frame_at(self, t)
    }

    fn next_frame(&mut self) -> Result<Option<Arc<VideoFrame>>, MediaError> {
        Self::next_frame(self)
    }
}

impl Sound for SoundReader {
    fn position(&self) -> Time {
        Self::position(self)
    }

    fn seek(&mut self, t: Time) {
        Self::seek(self, t);
    }

    fn read(&mut self, out: &mut Vec<f32>, frames: usize) {
        Self::read(self, out, frames);
    }
}
