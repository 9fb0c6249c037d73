//! Layer 1: clips and their pictures and sound, by presentation time stamp.
//!
//! "The frame at time t" is the frame on screen at t. Time 0 is the start of the clip as a player shows it: the
//! earliest start of its picture and sound streams, after edit lists and encoder delay.
//!
//! FFmpeg reads every container and decodes pictures; symphonia decodes sound where it can, else FFmpeg; rubato
//! resamples. A reader belongs to one thread and holds a bounded part of the clip, however long it is.

mod adts;
mod clip;
mod codecs;
mod color;
mod container;
mod content;
mod conversion;
mod coverage;
mod downmix;
mod edit_list;
mod error;
mod extent;
mod ffi;
mod ffi_fields;
mod ffmpeg_log;
mod file_memory;
mod frame_source;
mod frames;
mod huge_png;
mod looks;
mod mp4;
mod mp4_edits;
mod mp4_pictures;
mod mp4_sound;
mod ogg;
mod orientation;
mod picture;
mod picture_count;
mod planes;
mod probe;
mod rate_change;
mod recordings;
mod resampling;
mod sampled_frames;
mod samples;
mod segments;
mod sound;
mod sound_codec;
mod sound_runs;
mod sound_track;
mod source;
mod stream_choice;
mod stream_scan;
mod timeline;
mod timeline_scan;
mod version;
mod wav;
mod waveform;

pub use clip::{AudioInfo, Clip, VideoInfo};
pub use color::yuv_to_rgb_matrix;
pub use content::ClipNaming;
pub use downmix::SoundLayout;
pub use error::{MediaError, MediaWarning};
pub use frames::FrameReader;
pub use looks::Mistaken;
pub use mp4::Mp4Writer;
pub use picture::{ColorMatrix, ColorRange, RgbFrame, VideoFrame, YuvPicture};
pub use segments::{SegmentData, SegmentReader};
pub use sound::SoundReader;
pub use source::{LocalFiles, Pictures, Sound, Source};
pub use version::ffmpeg_version;
pub use wav::wav;
pub use waveform::Waveform;
