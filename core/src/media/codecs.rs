//! Which of a clip's two streams can be decoded, and what they are.

use ffmpeg_next as ffmpeg;

use super::clip::{AudioInfo, VideoInfo};
use super::color::shown_size;
use super::container::Container;
use super::downmix::SoundLayout;
use super::error::{MediaError, MediaWarning};
use super::extent::{Extent, Extents};
use super::ffi;
use super::frame_source::open_decoder;
use super::frames::FrameReader;
use super::orientation::{orientation, pixel_aspect};
use super::sound_codec::SoundCodec;
use super::sound_runs::SoundRuns;
use crate::base::Time;

/// What is to be known of the streams without reading on.
pub(super) struct Codecs {
    pictures: Option<Pictures>,
    sound: Option<AudioInfo>,
}

impl Codecs {
    /// A stream without a decoder is left out with a warning when the other has one.
    pub fn open(
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

    /// A stream that is encrypted is left out with a warning when the other is not. (A decoder may make noise of one.)
    pub fn leave_out_protected(
        &mut self,
        container: &mut Container,
        extents: &Extents,
        warnings: &mut Vec<MediaWarning>,
    ) -> Result<(), MediaError> {
        let is = |index: Option<usize>| index.is_some_and(|i| extents.protected.contains(&i));
        let (video, audio) = (is(container.video), is(container.audio));
        let path = container.path.clone();
        let stream = if video { "picture" } else { "sound" };
        match (video, audio) {
            (false, false) => return Ok(()),
            (true, false) if self.sound.is_some() => {
                container.video = None;
                self.pictures = None;
            }
            (false, true) if self.pictures.is_some() => {
                container.audio = None;
                self.sound = None;
            }
            _ => return Err(MediaError::Encrypted { path, stream }),
        }
        warnings.push(MediaWarning::StreamProtected { path, stream });
        Ok(())
    }

    /// A stream of which nothing can be decoded is left out with a warning when something of the other can.
    pub fn leave_out_dead(
        &mut self,
        container: &mut Container,
        extents: &Extents,
        warnings: &mut Vec<MediaWarning>,
    ) -> Result<(), MediaError> {
        let path = container.path.clone();
        let nothing_in_it = extents.video.is_none() && extents.audio.is_none();
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
            (Some(Err(_)), _) | (_, Some(Err(_))) if nothing_in_it => {
                return Err(MediaError::Nothing {
                    path,
                    cause: "it describes pictures or sound, and none follow",
                });
            }
            (Some(Err(error)), _) => return Err(undecodable(container, video, "picture", error)),
            (_, Some(Err(error))) => return Err(undecodable(container, audio, "sound", error)),
            _ => {}
        }
        Ok(())
    }

    /// The streams as the clip has them.
    pub fn described(
        self,
        container: &Container,
        extents: &Extents,
    ) -> (Option<VideoInfo>, Option<AudioInfo>) {
        let video = self.pictures.map(|codec| codec.info(container, extents));
        (video, self.sound.map(|info| with_extent(info, extents)))
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

/// Why nothing of a file can be decoded: it may be encrypted.
fn undecodable(
    container: &Container,
    index: Option<usize>,
    stream: &'static str,
    error: MediaError,
) -> MediaError {
    let described = index.and_then(|index| container.input.stream(index));
    let encrypted = described.is_some_and(|stream| ffi::is_encrypted(&stream));
    match error {
        MediaError::Undecodable { path, .. } if encrypted => MediaError::Encrypted { path, stream },
        error => error,
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
