//! Opening a clip: what is in the file, from when to when, without decoding it.

use std::path::Path;

use ffmpeg_next as ffmpeg;

use super::clip::{AudioInfo, Clip, VideoInfo};
use super::color::shown_size;
use super::container::Container;
use super::content::ClipNaming;
use super::downmix::SoundLayout;
use super::error::{MediaError, MediaWarning};
use super::extent::{Extent, Extents, extents_of};
use super::ffi;
use super::frame_source::open_decoder;
use super::frames::FrameReader;
use super::orientation::{orientation, pixel_aspect};
use super::sound_codec::SoundCodec;
use super::sound_runs::SoundRuns;
use crate::base::{ClipId, Time, TimeSpan};

/// Data that end this much before the container says they do make a clip cut short.
const CUT_SHORT: Time = Time::from_micros(500_000);

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
        codecs.leave_out_dead(&mut container, &mut warnings)?;
        let extents = extents_of(&mut container)?;
        let video = codecs
            .pictures
            .map(|codec| codec.info(&container, &extents));
        let audio = codecs.sound.map(|info| with_extent(info, &extents));
        let end = |end: Option<Time>| end.unwrap_or(Time::ZERO);
        let duration = end(video.as_ref().map(|v| v.end)).max(end(audio.as_ref().map(|a| a.end)));
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

/// What is to be known of the streams without reading on.
struct Codecs {
    pictures: Option<Pictures>,
    sound: Option<AudioInfo>,
}

impl Codecs {
    /// A stream without a decoder is left out with a warning when the other has one.
    fn open(
        container: &mut Container,
        warnings: &mut Vec<MediaWarning>,
    ) -> Result<Self, MediaError> {
        let pictures = container
            .video
            .map(|stream| Pictures::open(container, stream));
        let sound = container.audio.map(|stream| sound_info(container, stream));
        match (pictures, sound) {
            (Some(Err(error)), Some(Ok(sound))) => {
                warnings.push(left_out(error)?);
                container.video = None;
                Ok(Self {
                    pictures: None,
                    sound: Some(sound),
                })
            }
            (Some(Ok(pictures)), Some(Err(error))) => {
                warnings.push(left_out(error)?);
                container.audio = None;
                Ok(Self {
                    pictures: Some(pictures),
                    sound: None,
                })
            }
            (pictures, sound) => Ok(Self {
                pictures: pictures.transpose()?,
                sound: sound.transpose()?,
            }),
        }
    }
}

impl Codecs {
    /// A stream of which nothing can be decoded is left out with a warning when something of the other can.
    fn leave_out_dead(
        &mut self,
        container: &mut Container,
        warnings: &mut Vec<MediaWarning>,
    ) -> Result<(), MediaError> {
        let path = container.path.clone();
        let pictures = self
            .pictures
            .as_ref()
            .map(|_| FrameReader::open(&path).map(drop));
        let sound = self
            .sound
            .as_ref()
            .map(|_| SoundRuns::open(&path, SoundLayout::Mono).map(drop));
        let (video, audio) = (container.video, container.audio);
        match (pictures, sound) {
            (Some(Err(error)), Some(Ok(()))) => {
                warnings.push(dead(error)?);
                container.video = None;
                self.pictures = None;
            }
            (Some(Ok(())), Some(Err(error))) => {
                warnings.push(dead(error)?);
                container.audio = None;
                self.sound = None;
            }
            (Some(Err(error)), _) => return Err(nothing(container, video, "picture", error)),
            (_, Some(Err(error))) => return Err(nothing(container, audio, "sound", error)),
            _ => {}
        }
        Ok(())
    }
}

fn dead(error: MediaError) -> Result<MediaWarning, MediaError> {
    match error {
        MediaError::Undecodable {
            path,
            stream,
            cause,
            ..
        } => Ok(MediaWarning::StreamDead {
            path,
            stream,
            cause,
        }),
        other => Err(other),
    }
}

/// Why nothing of a file can be decoded.
fn nothing(
    container: &mut Container,
    index: Option<usize>,
    stream: &'static str,
    error: MediaError,
) -> MediaError {
    if !matches!(error, MediaError::Undecodable { .. }) {
        return error;
    }
    let path = container.path.clone();
    let described = index.and_then(|index| container.input.stream(index));
    if described.is_some_and(|stream| ffi::is_encrypted(&stream)) {
        return MediaError::Encrypted { path, stream };
    }
    match container.next_packet() {
        Some(_) => error,
        None => MediaError::Nothing {
            path,
            cause: "it describes pictures or sound, and none follow",
        },
    }
}

fn left_out(error: MediaError) -> Result<MediaWarning, MediaError> {
    match error {
        MediaError::UnsupportedCodec {
            path,
            stream,
            codec,
        } => Ok(MediaWarning::StreamLeftOut {
            path,
            stream,
            codec,
        }),
        other => dead(other),
    }
}

/// The picture stream as its headers describe it.
struct Pictures {
    size: (usize, usize),
    rotation_deg: u32,
    pixel_format: String,
    stated_fps: f64,
}

impl Pictures {
    fn open(container: &Container, index: usize) -> Result<Self, MediaError> {
        let decoder = open_decoder(container, index)?;
        let missing = || container.no_decoder(index, "picture", ffmpeg::Error::StreamNotFound);
        let stream = container.input.stream(index).ok_or_else(missing)?;
        let rotation_deg = orientation(&stream).rotation_deg;
        let (width, height) = (decoder.width() as usize, decoder.height() as usize);
        let format = decoder.format();
        Ok(Self {
            size: shown_size(width, height, pixel_aspect(&stream, &decoder), rotation_deg),
            rotation_deg,
            pixel_format: format.descriptor().map_or("unknown", |d| d.name()).into(),
            stated_fps: f64::from(stream.avg_frame_rate()),
        })
    }

    fn info(self, container: &Container, extents: &Extents) -> VideoInfo {
        let extent = extents.video.unwrap_or_default();
        let codec = container.video.map(|stream| container.codec_name(stream));
        let stated = self.stated_fps.is_finite() && self.stated_fps > 0.0;
        VideoInfo {
            width: self.size.0 as u32,
            height: self.size.1 as u32,
            fps: if stated {
                self.stated_fps
            } else {
                extents.measured_fps
            },
            variable_fps: extents.variable_fps,
            codec: codec.unwrap_or_default(),
            pixel_format: self.pixel_format,
            rotation_deg: self.rotation_deg,
            start: extent.start,
            end: extent.end,
        }
    }
}

fn sound_info(container: &Container, stream: usize) -> Result<AudioInfo, MediaError> {
    let codec = SoundCodec::ffmpeg(container, stream)?;
    Ok(AudioInfo {
        sample_rate: codec.form().rate,
        channels: codec.form().channels as u32,
        codec: container.codec_name(stream),
        start: Time::ZERO,
        end: Time::ZERO,
    })
}

fn with_extent(info: AudioInfo, extents: &Extents) -> AudioInfo {
    let Extent { start, end } = extents.audio.unwrap_or_default();
    AudioInfo { start, end, ..info }
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
