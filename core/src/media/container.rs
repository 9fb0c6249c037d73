//! A container file opened with FFmpeg: its two streams, its packets, and where time 0 is.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Once;

use ffmpeg_next as ffmpeg;

use ffmpeg::format::context::Input;
use ffmpeg::format::stream::Disposition;
use ffmpeg::media::Type;

use super::edit_list::picture_delay;
use super::error::{MediaError, looks_like};
use super::ffi;
use crate::base::Time;

/// Unreadable packets in a row after which a file counts as ended.
const MAX_BAD_READS: usize = 1000;

/// An open container. Its clock has time 0 at the earliest start of its picture and sound streams.
pub(super) struct Container {
    pub input: Input,
    pub path: PathBuf,
    /// Index of the picture stream.
    pub video: Option<usize>,
    /// Index of the sound stream.
    pub audio: Option<usize>,
    /// Time 0 on FFmpeg's own clock.
    pub origin: Time,
    /// How much later than FFmpeg says its pictures are shown.
    picture_delay: Time,
}

impl Container {
    pub fn open(path: &Path) -> Result<Self, MediaError> {
        quiet_ffmpeg();
        let head = read_head(path)?;
        let input = open_input(path, &head)?;
        let (video, audio) = (pictures_of(&input), sound_of(&input));
        if video.is_none() && audio.is_none() {
            let path = path.to_path_buf();
            return Err(match looks_like(&head) {
                None => MediaError::NoStreams { path },
                looks_like => MediaError::NotMedia { path, looks_like },
            });
        }
        let mut container = Self {
            input,
            path: path.into(),
            video,
            audio,
            origin: Time::ZERO,
            picture_delay: Time::ZERO,
        };
        container.picture_delay = picture_delay(&container).unwrap_or(Time::ZERO);
        let starts = [video, audio].into_iter().flatten();
        let starts = starts.filter_map(|index| container.start_of(index));
        container.origin = starts.min().unwrap_or(Time::ZERO);
        Ok(container)
    }

    /// Opens the same streams again from the start: the one way back that works in every container.
    pub fn reopen(&mut self) -> Result<(), MediaError> {
        let streams = (self.video, self.audio);
        *self = Self::open(&self.path)?;
        (self.video, self.audio) = streams;
        Ok(())
    }

    /// The next packet of any stream that is kept; `None` at the end. Unreadable ones are passed over.
    pub fn next_packet(&mut self) -> Option<ffmpeg::Packet> {
        next_packet(&mut self.input)
    }

    /// Goes to the last key frame at or before `t`, as far as the container knows.
    pub fn seek(&mut self, t: Time) -> Result<(), ffmpeg::Error> {
        self.input
            .seek((self.origin + t).micros(), ..(self.origin + t).micros())
    }

    /// When a stream starts on this clip's clock, after encoder delay and edit lists, where it is known.
    pub fn start_of(&self, index: usize) -> Option<Time> {
        let stream = self.input.stream(index)?;
        let ticks = stream.start_time();
        if ticks == ffmpeg::ffi::AV_NOPTS_VALUE {
            return None;
        }
        let start = self.time_of(index, ticks);
        if ticks >= 0 || Some(index) != self.audio {
            return Some(start);
        }
        // Matroska's time stamps start with the encoder's delay, which the decoder takes off. What is then left of
        // a tick is rounding.
        let (padding, rate) = ffi::initial_padding(&stream);
        let after = start + self.origin + Time::from_samples(padding, rate);
        let rounding = self.length_of(index, 1).max(Time::from_micros(1_000));
        let after = if after > Time::ZERO || Time::ZERO - after < rounding {
            Time::ZERO
        } else {
            after
        };
        Some(if padding > 0 {
            after - self.origin
        } else {
            start
        })
    }

    /// A stream's ticks as time on this clip's clock.
    pub fn time_of(&self, stream: usize, ticks: i64) -> Time {
        self.length_of(stream, ticks) - self.origin + self.delay_of(stream)
    }

    fn delay_of(&self, stream: usize) -> Time {
        if Some(stream) == self.video {
            self.picture_delay
        } else {
            Time::ZERO
        }
    }

    /// A length in a stream's ticks.
    pub fn length_of(&self, stream: usize, ticks: i64) -> Time {
        let base = self.time_base(stream);
        Time::from_ticks(ticks, base.0.into(), base.1.into())
    }

    /// A moment on this clip's clock in a stream's ticks.
    pub fn ticks_of(&self, stream: usize, t: Time) -> i64 {
        let base = self.time_base(stream);
        (t + self.origin - self.delay_of(stream)).to_ticks_floor(base.0.into(), base.1.into())
    }

    pub fn time_base(&self, stream: usize) -> ffmpeg::Rational {
        self.input
            .stream(stream)
            .map_or(ffmpeg::Rational(1, 1_000_000), |s| s.time_base())
    }

    /// Opens FFmpeg's decoder context for a stream, not yet a decoder.
    pub fn decoder_context(
        &self,
        stream: usize,
    ) -> Result<ffmpeg::codec::decoder::Decoder, ffmpeg::Error> {
        let stream = self
            .input
            .stream(stream)
            .ok_or(ffmpeg::Error::StreamNotFound)?;
        let mut decoder =
            ffmpeg::codec::context::Context::from_parameters(stream.parameters())?.decoder();
        decoder.set_packet_time_base(stream.time_base());
        Ok(decoder)
    }

    /// FFmpeg's name of a stream's codec.
    pub fn codec_name(&self, stream: usize) -> String {
        self.input
            .stream(stream)
            .map(|s| s.parameters().id().name().to_owned())
            .unwrap_or_default()
    }

    /// The error for a stream whose decoder would not open.
    pub fn no_decoder(
        &self,
        index: usize,
        stream: &'static str,
        error: ffmpeg::Error,
    ) -> MediaError {
        let (path, codec) = (self.path.clone(), self.codec_name(index));
        match error {
            ffmpeg::Error::DecoderNotFound => MediaError::UnsupportedCodec {
                path,
                stream,
                codec,
            },
            error => MediaError::Undecodable {
                path,
                stream,
                codec,
                cause: error.to_string(),
            },
        }
    }
}

/// The next readable packet; `None` at the end.
pub(super) fn next_packet(input: &mut Input) -> Option<ffmpeg::Packet> {
    for _ in 0..MAX_BAD_READS {
        let mut packet = ffmpeg::Packet::empty();
        match packet.read(input) {
            Ok(()) => return Some(packet),
            Err(ffmpeg::Error::Eof) => return None,
            Err(_) => {}
        }
    }
    None
}

/// FFmpeg prints to stderr by default; what it has to say reaches the user through [`MediaError`] instead.
pub(super) fn quiet_ffmpeg() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // It only registers error texts, and cannot fail in the versions supported.
        let _ = ffmpeg::init();
        ffmpeg::log::set_level(ffmpeg::log::Level::Quiet);
    });
}

/// The first bytes of a file, or why there are none.
fn read_head(path: &Path) -> Result<Vec<u8>, MediaError> {
    let unreadable = |cause: String| MediaError::Unreadable {
        path: path.into(),
        cause,
    };
    let meta = std::fs::metadata(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => MediaError::Missing { path: path.into() },
        _ => unreadable(e.to_string()),
    })?;
    if meta.is_dir() {
        return Err(unreadable("it is a folder".into()));
    }
    let mut head = Vec::new();
    File::open(path)
        .and_then(|file| file.take(512).read_to_end(&mut head))
        .map_err(|e| unreadable(e.to_string()))?;
    if head.is_empty() {
        return Err(MediaError::Empty { path: path.into() });
    }
    Ok(head)
}

/// How FFmpeg is told of a local file: as `file:` so that a colon in a name is not taken for a protocol.
pub(super) fn file_url(path: &Path) -> Result<String, MediaError> {
    match path.to_str() {
        Some(text) if !text.contains('\0') => Ok(format!("file:{text}")),
        _ => Err(MediaError::Unreadable {
            path: path.into(),
            cause: "its name is not valid Unicode; rename it".into(),
        }),
    }
}

fn open_input(path: &Path, head: &[u8]) -> Result<Input, MediaError> {
    ffmpeg::format::input_with_dictionary(&file_url(path)?, local_only())
        .map_err(|e| MediaError::refused(path, head, e))
}

/// A playlist disguised as a clip must not make us fetch anything from elsewhere.
pub(super) fn local_only() -> ffmpeg::Dictionary<'static> {
    let mut options = ffmpeg::Dictionary::new();
    options.set("protocol_whitelist", "file");
    options
}

/// The best stream of pictures that move: cover art is not a video.
fn pictures_of(input: &Input) -> Option<usize> {
    let moves = |stream: &ffmpeg::Stream| {
        stream.parameters().medium() == Type::Video
            && !stream.disposition().contains(Disposition::ATTACHED_PIC)
    };
    let best = input.streams().best(Type::Video).filter(moves);
    best.or_else(|| input.streams().find(moves))
        .map(|s| s.index())
}

fn sound_of(input: &Input) -> Option<usize> {
    input.streams().best(Type::Audio).map(|s| s.index())
}
