//! The picture half of [`super::Mp4Writer`].

use ffmpeg_next as ffmpeg;

use ffmpeg::codec::{Flags, Id};
use ffmpeg::encoder;
use ffmpeg::format::Pixel;
use ffmpeg::format::context::Output;
use ffmpeg::frame;
use ffmpeg::software::scaling;
use ffmpeg::{Packet, Rational};

use super::picture::RgbFrame;
use crate::base::Time;

/// Constant quality of x264, 0 to 51, less is better: artefacts cannot be seen at normal size.
const X264_QUALITY: &str = "20";
/// Quantiser of the MPEG-4 fallback, 1 to 31, in FFmpeg's unit of 1/118.
const MPEG4_QUALITY: i32 = 3 * 118;

pub(super) struct PictureEncoder {
    encoder: encoder::Video,
    stream: usize,
    /// As asked for.
    size: (usize, usize),
    frame_length: Rational,
    written: i64,
}

impl PictureEncoder {
    pub fn open(
        output: &mut Output,
        width: usize,
        height: usize,
        fps: f64,
    ) -> Result<Self, ffmpeg::Error> {
        if width == 0 || height == 0 || !(fps.is_finite() && fps > 0.0) {
            return Err(ffmpeg::Error::InvalidData);
        }
        let x264 = encoder::find_by_name("libx264");
        let codec = x264
            .or_else(|| encoder::find(Id::MPEG4))
            .ok_or(ffmpeg::Error::EncoderNotFound)?;
        let frame_rate = match Rational::from(fps).reduce_with_limit(100_000) {
            Ok(exact) => exact,
            Err(near) => near,
        };
        let frame_length = frame_rate.invert();
        let mut settings = ffmpeg::codec::context::Context::new_with_codec(codec)
            .encoder()
            .video()?;
        settings.set_width(width.next_multiple_of(2) as u32);
        settings.set_height(height.next_multiple_of(2) as u32);
        settings.set_format(Pixel::YUV420P);
        settings.set_time_base(frame_length);
        settings.set_frame_rate(Some(frame_rate));
        settings.set_gop((fps.round() as u32).clamp(1, 250));
        settings.set_colorspace(ffmpeg::color::Space::SMPTE170M);
        settings.set_color_range(ffmpeg::color::Range::MPEG);
        let mut options = ffmpeg::Dictionary::new();
        let mut flags = Flags::GLOBAL_HEADER;
        if x264.is_some() {
            options.set("preset", "veryfast");
            options.set("crf", X264_QUALITY);
        } else {
            flags |= Flags::QSCALE;
            settings.set_global_quality(MPEG4_QUALITY);
        }
        settings.set_flags(flags);
        let encoder = settings.open_as_with(codec, options)?;
        let mut stream = output.add_stream(codec)?;
        stream.set_time_base(frame_length);
        stream.set_avg_frame_rate(frame_rate);
        stream.set_parameters(&encoder);
        Ok(Self {
            stream: stream.index(),
            encoder,
            size: (width, height),
            frame_length,
            written: 0,
        })
    }

    pub fn size(&self) -> (usize, usize) {
        self.size
    }

    /// The time of the next picture.
    pub fn time(&self) -> Time {
        let Rational(num, den) = self.frame_length;
        Time::from_ticks(self.written, num.into(), den.into())
    }

    pub fn write(&mut self, output: &mut Output, frame: &RgbFrame) -> Result<(), ffmpeg::Error> {
        let mut picture = to_yuv(frame)?;
        picture.set_pts(Some(self.written));
        self.written += 1;
        self.encoder.send_frame(&picture)?;
        self.drain(output)
    }

    pub fn finish(&mut self, output: &mut Output) -> Result<(), ffmpeg::Error> {
        self.encoder.send_eof()?;
        self.drain(output)
    }

    fn drain(&mut self, output: &mut Output) -> Result<(), ffmpeg::Error> {
        let base = output
            .stream(self.stream)
            .map_or(self.frame_length, |s| s.time_base());
        let mut packet = Packet::empty();
        while self.encoder.receive_packet(&mut packet).is_ok() {
            packet.set_stream(self.stream);
            if packet.duration() == 0 {
                packet.set_duration(1);
            }
            packet.rescale_ts(self.frame_length, base);
            packet.write_interleaved(output)?;
        }
        Ok(())
    }
}

/// Limited BT.601 in 4:2:0, sides made even by repeating the last column and row.
fn to_yuv(frame: &RgbFrame) -> Result<frame::Video, ffmpeg::Error> {
    let row_bytes = frame.width * 3;
    if frame.data.len() < row_bytes * frame.height {
        return Err(ffmpeg::Error::InvalidData);
    }
    let (width, height) = (
        frame.width.next_multiple_of(2),
        frame.height.next_multiple_of(2),
    );
    let mut rgb = frame::Video::new(Pixel::RGB24, width as u32, height as u32);
    let stride = rgb.stride(0);
    for (y, to) in rgb.data_mut(0).chunks_mut(stride).take(height).enumerate() {
        let from = &frame.data[y.min(frame.height - 1) * row_bytes..][..row_bytes];
        to[..row_bytes].copy_from_slice(from);
        if width > frame.width {
            to[row_bytes..row_bytes + 3].copy_from_slice(&from[row_bytes - 3..]);
        }
    }
    let (width, height) = (width as u32, height as u32);
    let flags = scaling::Flags::BICUBIC | scaling::Flags::ACCURATE_RND;
    let mut scaler = scaling::Context::get(
        Pixel::RGB24,
        width,
        height,
        Pixel::YUV420P,
        width,
        height,
        flags,
    )?;
    let mut yuv = frame::Video::empty();
    scaler.run(&rgb, &mut yuv)?;
    Ok(yuv)
}
