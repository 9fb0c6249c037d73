//! A clip in segments, as a model takes them: one picture and a stretch of sound each.

use std::sync::Arc;
use std::vec::IntoIter;

use super::clip::Clip;
use super::downmix::SoundLayout;
use super::error::MediaError;
use super::picture::{RgbFrame, VideoFrame};
use super::source::{Pictures, Sound, Source};
use crate::base::{Time, TimeSpan};

/// What is seen and heard in one segment.
#[derive(Clone, Debug)]
pub struct SegmentData {
    /// From when to when.
    pub span: TimeSpan,
    /// The picture on screen at its middle; `None` for a clip without pictures.
    pub frame: Option<RgbFrame>,
    /// Its sound, mono, -1 to 1: the span's duration times the rate, rounded, samples; `None` for a clip without sound.
    pub sound: Option<Vec<f32>>,
}

/// Reads segments one at a time, in the order given, holding one in memory.
pub struct SegmentReader {
    spans: IntoIter<TimeSpan>,
    pictures: Option<Box<dyn Pictures>>,
    sound: Option<Box<dyn Sound>>,
    rate: u32,
    /// The last picture: it may stay on screen for hours.
    shown: Option<(Arc<VideoFrame>, RgbFrame)>,
}

impl SegmentReader {
    /// Opens a clip for reading the given spans, with sound at `rate_hz`.
    ///
    /// # Errors
    /// When the file has gone or changed since the clip was opened.
    pub fn open(
        source: &dyn Source,
        clip: &Clip,
        spans: Vec<TimeSpan>,
        rate_hz: u32,
    ) -> Result<Self, MediaError> {
        let path = &clip.path;
        let pictures = clip.video.as_ref().map(|_| source.sampled_pictures(path));
        let sound = clip
            .audio
            .as_ref()
            .map(|_| source.sound(path, rate_hz, SoundLayout::Mono));
        Ok(Self {
            spans: spans.into_iter(),
            pictures: pictures.transpose()?,
            sound: sound.transpose()?,
            rate: rate_hz,
            shown: None,
        })
    }

    fn read(&mut self, span: TimeSpan) -> Result<SegmentData, MediaError> {
        let frame = self.picture_at(span.middle())?;
        let count = span.duration().to_samples(self.rate).max(0) as usize;
        let sound = self.sound.as_mut().map(|reader| {
            // Half a sample: a span that follows on the last one is read on, not sought.
            let near = Time::from_samples(1, self.rate.saturating_mul(2));
            let off = span.start - reader.position();
            if off > near || off < Time::ZERO - near {
                reader.seek(span.start);
            }
            let mut samples = Vec::with_capacity(count);
            reader.read(&mut samples, count);
            samples
        });
        Ok(SegmentData { span, frame, sound })
    }

    fn picture_at(&mut self, t: Time) -> Result<Option<RgbFrame>, MediaError> {
        let Some(pictures) = &mut self.pictures else {
            return Ok(None);
        };
        let frame = pictures.frame_at(t)?;
        if let Some((last, rgb)) = &self.shown
            && Arc::ptr_eq(last, &frame)
        {
            return Ok(Some(rgb.clone()));
        }
        let rgb = frame.picture.to_rgb();
        self.shown = Some((frame, rgb.clone()));
        Ok(Some(rgb))
    }
}

impl Iterator for SegmentReader {
    type Item = Result<SegmentData, MediaError>;

    fn next(&mut self) -> Option<Self::Item> {
        let span = self.spans.next()?;
        Some(self.read(span))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.spans.size_hint()
    }
}
