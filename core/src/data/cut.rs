//! Which moment of each second is looked at and which stretch of sound is heard, as the published loaders of each data set cut
//! their clips. As any other clip is cut: the middle of each second, and the second.

use std::path::Path;
use std::sync::Arc;

use super::recording::renamed;
use crate::base::{KeyHasher, Time};
use crate::media::{Clip, MediaError, Pictures, Sound, SoundLayout, Source, VideoFrame};

/// Which picture stands for a second of a film.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Moment {
    /// The one at its middle: ours, and within a frame LLP's published extraction.
    #[default]
    Middle,
    /// AVE's loaders: of all frames at 8 a second, so many spread evenly from the first to the last.
    Spread,
    /// AVSBench's extraction: the last of sixteen candidates, 15/16 into the second.
    Late,
}

/// Which sound stands for a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Windows {
    /// The second itself.
    #[default]
    Seconds,
    /// LAVISH: seconds whose starts are spread evenly from the clip's start to 1.1 s before its end.
    Spread,
}

/// How a clip becomes segments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// Which pictures of a film.
    pub moment: Moment,
    /// Which sound.
    pub windows: Windows,
    /// Whether frames that were taken out before go before the film they come from.
    pub stored_frames: bool,
}

/// Frames a second of AVE's extraction.
const AVE_FPS: i64 = 8;
/// What LAVISH leaves at a clip's end.
const LAST_WINDOW: Time = Time::from_micros(1_100_000);

impl Cut {
    /// Whether every clip is cut so.
    pub(super) fn is_usual(self) -> bool {
        self.moment == Moment::Middle && self.windows == Windows::Seconds
    }

    /// The same for frames that are one a second already.
    pub(super) fn of_frames(self) -> Self {
        Self {
            moment: Moment::Middle,
            ..self
        }
    }

    pub(super) fn key(self, key: KeyHasher) -> KeyHasher {
        let moment = match self.moment {
            Moment::Middle => "middle",
            Moment::Spread => "spread",
            Moment::Late => "late",
        };
        key.text(moment).text(match self.windows {
            Windows::Seconds => "seconds",
            Windows::Spread => "spread",
        })
    }

    /// The clip, cut so into `seconds` segments.
    #[must_use]
    pub fn apply(
        self,
        clip: Clip,
        source: Arc<dyn Source>,
        seconds: usize,
    ) -> (Clip, Arc<dyn Source>) {
        let length = |end: Option<Time>| end.unwrap_or(clip.duration);
        let seen = length(clip.video.as_ref().map(|video| video.end));
        let heard = length(clip.audio.as_ref().map(|audio| audio.end));
        let places = Places {
            moments: (0..seconds)
                .map(|i| self.moment(i, seconds, seen))
                .collect(),
            starts: (0..seconds)
                .map(|i| self.start(i, seconds, heard))
                .collect(),
        };
        let source = CutSource {
            inner: source,
            places: Arc::new(places),
        };
        (renamed(clip, self, seconds), Arc::new(source))
    }

    /// When the picture of second `i` of `seconds` is shown, in a film of some length.
    fn moment(self, i: usize, seconds: usize, length: Time) -> Time {
        let second = Time::from_micros(i as i64 * Time::SECOND.micros());
        match self.moment {
            Moment::Middle => second + Time::from_ticks(1, 1, 2),
            Moment::Late => second + Time::from_ticks(15, 1, 16),
            Moment::Spread => {
                let frames = Time::to_ticks_floor(length, 1, AVE_FPS).max(1);
                let steps = seconds.saturating_sub(1).max(1) as i64;
                Time::from_ticks(i as i64 * (frames - 1) / steps, 1, AVE_FPS)
            }
        }
    }

    /// When the sound of second `i` of `seconds` begins, in sound of some length.
    fn start(self, i: usize, seconds: usize, length: Time) -> Time {
        let second = Time::from_micros(i as i64 * Time::SECOND.micros());
        match self.windows {
            Windows::Seconds => second,
            Windows::Spread => {
                let room = (length - LAST_WINDOW).max(Time::ZERO).micros();
                let steps = seconds.saturating_sub(1).max(1) as i64;
                Time::from_micros(i as i64 * room / steps)
            }
        }
    }
}

/// By second, when its picture is shown and its sound begins.
#[derive(Debug)]
struct Places {
    moments: Vec<Time>,
    starts: Vec<Time>,
}

/// The value of the second that a time is in.
fn of_second(places: &[Time], t: Time) -> Time {
    let second = usize::try_from(t.micros() / Time::SECOND.micros()).unwrap_or(0);
    places.get(second).or(places.last()).copied().unwrap_or(t)
}

/// A clip whose seconds lie elsewhere in it.
#[derive(Debug)]
struct CutSource {
    inner: Arc<dyn Source>,
    places: Arc<Places>,
}

impl CutSource {
    fn cut(&self, inner: Box<dyn Pictures>) -> Box<dyn Pictures> {
        Box::new(CutPictures {
            inner,
            places: Arc::clone(&self.places),
        })
    }
}

impl Source for CutSource {
    fn pictures(&self, path: &Path) -> Result<Box<dyn Pictures>, MediaError> {
        Ok(self.cut(self.inner.pictures(path)?))
    }

    fn sampled_pictures(&self, path: &Path) -> Result<Box<dyn Pictures>, MediaError> {
        Ok(self.cut(self.inner.sampled_pictures(path)?))
    }

    fn sound(
        &self,
        path: &Path,
        rate_hz: u32,
        layout: SoundLayout,
    ) -> Result<Box<dyn Sound>, MediaError> {
        Ok(Box::new(CutSound {
            inner: self.inner.sound(path, rate_hz, layout)?,
            places: Arc::clone(&self.places),
            rate: rate_hz,
            position: Time::ZERO,
        }))
    }
}

struct CutPictures {
    inner: Box<dyn Pictures>,
    places: Arc<Places>,
}

impl Pictures for CutPictures {
    fn first_frame(&mut self) -> Result<Arc<VideoFrame>, MediaError> {
        self.inner.first_frame()
    }

    fn frame_at(&mut self, t: Time) -> Result<Arc<VideoFrame>, MediaError> {
        self.inner.frame_at(of_second(&self.places.moments, t))
    }

    fn next_frame(&mut self) -> Result<Option<Arc<VideoFrame>>, MediaError> {
        self.inner.next_frame()
    }
}

/// Each stretch that is read is that of the second it begins in.
struct CutSound {
    inner: Box<dyn Sound>,
    places: Arc<Places>,
    rate: u32,
    position: Time,
}

impl Sound for CutSound {
    fn position(&self) -> Time {
        self.position
    }

    fn seek(&mut self, t: Time) {
        self.position = t.max(Time::ZERO);
    }

    fn read(&mut self, out: &mut Vec<f32>, frames: usize) {
        self.inner
            .seek(of_second(&self.places.starts, self.position));
        self.inner.read(out, frames);
        self.position = self.position + Time::from_samples(frames as i64, self.rate);
    }
}
