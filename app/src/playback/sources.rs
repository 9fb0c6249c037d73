//! Where pictures and sound come from: the media readers, or a test's own.

use std::sync::Arc;

use mettle_core::base::Time;
use mettle_core::media::{Clip, FrameReader, SoundLayout, SoundReader, VideoFrame};

/// Frames by time stamp.
pub trait PictureSource: Send {
    /// The frame on screen at `t`; the first one before the start, the last one after the end.
    fn frame_at(&mut self, t: Time) -> Result<Arc<VideoFrame>, String>;
    /// The frame after the last one given; `None` at the end.
    fn next_frame(&mut self) -> Result<Option<Arc<VideoFrame>>, String>;
}

/// Sound as interleaved stereo at the rate it was opened with; silence where there is none.
pub trait SoundSource: Send {
    /// Go to a time of the clip.
    fn seek(&mut self, t: Time);
    /// Append exactly `pairs` left-right pairs.
    fn read(&mut self, stereo: &mut Vec<f32>, pairs: usize);
}

/// Opens both. Called on the playback threads, never on the window's.
pub trait Sources: Send + Sync {
    /// The clip's pictures.
    fn pictures(&self, clip: &Clip) -> Result<Box<dyn PictureSource>, String>;
    /// The clip's sound, at `rate_hz`.
    fn sound(&self, clip: &Clip, rate_hz: u32) -> Result<Box<dyn SoundSource>, String>;
}

/// The media readers.
pub struct Files;

impl Sources for Files {
    fn pictures(&self, clip: &Clip) -> Result<Box<dyn PictureSource>, String> {
        let reader = FrameReader::open(&clip.path).map_err(|error| error.to_string())?;
        Ok(Box::new(reader))
    }

    fn sound(&self, clip: &Clip, rate_hz: u32) -> Result<Box<dyn SoundSource>, String> {
        let reader = SoundReader::open(&clip.path, rate_hz, SoundLayout::Stereo);
        Ok(Box::new(reader.map_err(|error| error.to_string())?))
    }
}

impl PictureSource for FrameReader {
    fn frame_at(&mut self, t: Time) -> Result<Arc<VideoFrame>, String> {
        FrameReader::frame_at(self, t).map_err(|error| error.to_string())
    }

    fn next_frame(&mut self) -> Result<Option<Arc<VideoFrame>>, String> {
        FrameReader::next_frame(self).map_err(|error| error.to_string())
    }
}

impl SoundSource for SoundReader {
    fn seek(&mut self, t: Time) {
        SoundReader::seek(self, t);
    }

    fn read(&mut self, stereo: &mut Vec<f32>, pairs: usize) {
        SoundReader::read(self, stereo, pairs);
    }
}
