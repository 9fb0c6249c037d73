//! Clips that lie in no file, and their pictures.

use std::path::Path;
use std::sync::Arc;

use mettle_core::base::{ClipId, ContentHash, Time, TimeSpan};
use mettle_core::media::{
    AudioInfo, Clip, ColorMatrix, ColorRange, VideoFrame, VideoInfo, YuvPicture,
};

/// A frame's length: 25 a second.
pub const FRAME: Time = Time::from_micros(40_000);

/// A clip with pictures and sound, known by a number.
pub fn clip(path: &Path, number: u8, [width, height]: [usize; 2], end: Time) -> Arc<Clip> {
    Arc::new(Clip {
        id: ClipId(ContentHash([number; 32])),
        path: path.to_owned(),
        duration: end,
        video: Some(VideoInfo {
            width: width as u32,
            height: height as u32,
            fps: 25.0,
            variable_fps: None,
            codec: "h264".into(),
            pixel_format: "yuv420p".into(),
            rotation_deg: 0,
            start: Time::ZERO,
            end,
        }),
        audio: Some(AudioInfo {
            sample_rate: 48_000,
            channels: 2,
            codec: "aac".into(),
            start: Time::ZERO,
            end,
        }),
    })
}

/// The frame with a number, of one brightness all over; sides are even.
pub fn frame(index: i64, [width, height]: [usize; 2], luma: u8) -> Arc<VideoFrame> {
    let pixels = width * height;
    let picture = YuvPicture {
        width,
        height,
        chroma_shift_x: 1,
        chroma_shift_y: 1,
        depth: 8,
        planes: [
            vec![luma; pixels],
            vec![100; pixels / 4],
            vec![150; pixels / 4],
        ],
        matrix: ColorMatrix::Bt709,
        range: ColorRange::Limited,
        rotation_deg: 0,
        pixel_aspect: 1.0,
    };
    let start = Time::from_micros(index * FRAME.micros());
    Arc::new(VideoFrame {
        span: TimeSpan::new(start, start + FRAME),
        index: Some(index as u64),
        picture: Arc::new(picture),
    })
}
