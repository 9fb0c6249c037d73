//! Opening a clip: what is in the file, from when to when, without decoding it.

use std::path::Path;

use super::clip::Clip;
use super::codecs::Codecs;
use super::container::Container;
use super::content::ClipNaming;
use super::error::{MediaError, MediaWarning};
use super::extent::extents_of;
use super::ffi;
use crate::base::{ClipId, Time, TimeSpan};

/// Data that end this much before the container says they do make a clip cut short.
const CUT_SHORT: Time = Time::from_micros(500_000);
/// A thousand hours. What is longer has damaged stamps, and would be taken for billions of seconds to look at.
const LONGEST: Time = Time::from_micros(1_000 * 3600 * 1_000_000);

impl Clip {
    /// Opens and understands a media file: streams, times, content hash. No more is decoded than shows that each stream can be.
    ///
    /// # Errors
    /// When the file cannot be read, is not media, or neither of its streams can be decoded.
    pub fn open(path: &Path) -> Result<Self, MediaError> {
        Self::open_with_warnings(path).map(|(clip, _)| clip)
    }

    /// As [`Clip::open`], with what is less than it should be.
    ///
    /// # Errors
    /// As [`Clip::open`].
    pub fn open_with_warnings(path: &Path) -> Result<(Self, Vec<MediaWarning>), MediaError> {
        let (mut clip, warnings) = Self::open_unnamed(path)?;
        clip.id = ClipNaming::start(path)?.finish()?;
        Ok((clip, warnings))
    }

    /// The same but for its name, which takes longer: [`ClipNaming`] finds it.
    ///
    /// # Errors
    /// As [`Clip::open`].
    pub fn open_unnamed(path: &Path) -> Result<(Self, Vec<MediaWarning>), MediaError> {
        let mut container = Container::open(path)?;
        let mut warnings = Vec::new();
        let mut codecs = Codecs::open(&mut container, &mut warnings)?;
        let extents = extents_of(&mut container)?;
        codecs.leave_out_protected(&mut container, &extents, &mut warnings)?;
        codecs.leave_out_dead(&mut container, &extents, &mut warnings)?;
        let (video, audio) = codecs.described(&container, &extents);
        let end = |end: Option<Time>| end.unwrap_or(Time::ZERO);
        let duration = end(video.as_ref().map(|v| v.end)).max(end(audio.as_ref().map(|a| a.end)));
        if duration > LONGEST {
            return Err(MediaError::TooLong {
                path: path.into(),
                length: duration,
            });
        }
        let declared = declared_duration(&container);
        if declared - duration > CUT_SHORT {
            warnings.push(MediaWarning::CutShort {
                path: path.into(),
                declared,
                found: duration,
            });
        }
        let origin = if container.has_clock() {
            container.origin
        } else {
            Time::ZERO
        };
        let gap = extents
            .coverage
            .and_then(|coverage| coverage.gap(origin + duration));
        warnings.extend(gap.map(|gap| MediaWarning::Empty {
            path: path.into(),
            span: TimeSpan::new(gap.start - origin, gap.end - origin),
        }));
        let clip = Self {
            id: ClipId::default(),
            path: path.into(),
            duration,
            video,
            audio,
        };
        Ok((clip, warnings))
    }
}

/// How long the container's header says the clip is; zero where it does not, or only guesses.
fn declared_duration(container: &Container) -> Time {
    if container.has_clock() || ffi::duration_is_guessed(&container.input) {
        return Time::ZERO;
    }
    let of_stream = |index: Option<usize>| {
        let stream = container.input.stream(index?)?;
        let start = container.start_of(index?)?;
        let length = container.length_of(stream.index(), stream.duration());
        (stream.duration() > 0).then_some(start + length)
    };
    [of_stream(container.video), of_stream(container.audio)]
        .into_iter()
        .flatten()
        .chain([Time::from_micros(container.input.duration().max(0))])
        .max()
        .unwrap_or(Time::ZERO)
        // A later part of a stream has the times, and the header, of the whole.
        - container.origin.max(Time::ZERO)
}
