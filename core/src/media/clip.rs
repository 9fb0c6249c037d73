//! What a clip is: a file with pictures, sound, or both.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::base::{ClipId, Time};

/// The picture stream of a clip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VideoInfo {
    /// Width as shown: after rotation and pixel aspect.
    pub width: u32,
    /// Height as shown.
    pub height: u32,
    /// Average frames a second.
    pub fps: f64,
    /// Slowest and fastest frame rate where frames are not evenly spaced (variable frame rate).
    pub variable_fps: Option<(f64, f64)>,
    /// Codec name as FFmpeg gives it, such as `h264`.
    pub codec: String,
    /// Pixel format as FFmpeg gives it, such as `yuv420p10le`.
    pub pixel_format: String,
    /// Clockwise rotation applied for display: 0, 90, 180 or 270 degrees.
    pub rotation_deg: u32,
    /// When its first frame is shown.
    pub start: Time,
    /// When its last frame goes.
    pub end: Time,
}

/// The sound stream of a clip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AudioInfo {
    /// Samples a second.
    pub sample_rate: u32,
    /// Channels in the file.
    pub channels: u32,
    /// Codec name, such as `aac`.
    pub codec: String,
    /// When its first sample sounds.
    pub start: Time,
    /// When its last sample has sounded.
    pub end: Time,
}

/// A media file, opened and understood, not decoded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clip {
    /// Content hash of the file.
    pub id: ClipId,
    /// Where it lies.
    #[serde(with = "crate::base::path")]
    pub path: PathBuf,
    /// From time 0 to the end of the longer stream.
    pub duration: Time,
    /// Pictures, if any.
    pub video: Option<VideoInfo>,
    /// Sound, if any.
    pub audio: Option<AudioInfo>,
}
