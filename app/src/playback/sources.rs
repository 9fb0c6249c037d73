//! Where pictures and sound come from: the media readers, or a test's own.

use std::sync::Arc;

use mettle_core::base::Time;
use mettle_core::media::{Clip, VideoFrame};

/// Frames by time stamp.
pub trait PictureSource: Send {
    /// The frame on screen at `t`; the first one before the start, the last one after the end.
    fn frame_at(&mut self, t: Time) -> Result<Arc<VideoFrame>, String>;
    /// The frame after the last one given; `None` at the end.
    fn next_frame(&mut self) -> Result<Option<Arc<VideoFrame>>, String>;
}

/// Sound as interleaved stereo at the rate it was opened with.
pub trait SoundSource: Send {
    /// Go to a time of the clip.
    fn seek(&mut self, t: Time) -> Result<(), String>;
    /// Fill `stereo` as far as there is sound; the number of left-right pairs, 0 at the end. Silence where the sound
    /// starts later than the clip.
    fn read(&mut self, stereo: &mut [f32]) -> Result<usize, String>;
}

/// Opens both. Called on the playback threads, never on the window's.
pub trait Sources: Send + Sync {
    /// The clip's pictures.
    fn pictures(&self, clip: &Clip) -> Result<Box<dyn PictureSource>, String>;
    /// The clip's sound, at `rate_hz`.
    fn sound(&self, clip: &Clip, rate_hz: u32) -> Result<Box<dyn SoundSource>, String>;
}
