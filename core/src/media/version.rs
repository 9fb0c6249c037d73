//! Which FFmpeg this program runs with.

use ffmpeg_next as ffmpeg;

/// The version of FFmpeg's codec library in use, such as `libavcodec 59.37.100`.
pub fn ffmpeg_version() -> String {
    let packed = ffmpeg::codec::version();
    let (major, minor, micro) = (packed >> 16, packed >> 8 & 0xff, packed & 0xff);
    format!("libavcodec {major}.{minor}.{micro}")
}
