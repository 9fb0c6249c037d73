//! A container file opened with FFmpeg: its two streams, its packets, and where time 0 is.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Once;

use ffmpeg_next as ffmpeg;

use ffmpeg::format::context::Input;

use super::coverage::Coverage;
use super::edit_list::Delays;
use super::error::MediaError;
use super::huge_png::PngHeader;
use super::looks::{looks_like, unreadable};
use super::stream_choice::chosen;
use super::timeline::{Clock, StreamTimes};
use super::timeline_scan::clock_of;
use super::{ffi, ffi_fields, ffmpeg_log};
use crate::base::Time;

/// Unreadable packets in a row after which a file counts as ended.
const MAX_BAD_READS: usize = 1000;
/// Pictures of more pixels are not decoded: nobody's are larger, and one takes gigabytes.
pub(super) const MOST_PIXELS: i64 = 1 << 28;

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
    delays: Delays,
    /// Puts its packets on one clock, where its own stamps cannot be trusted to go on.
    clock: Option<Clock>,
}

impl Container {
    pub fn open(path: &Path) -> Result<Self, MediaError> {
        quiet_ffmpeg();
        let head = read_head(path)?;
        if let Some(mistaken) = unreadable(&head) {
            return Err(MediaError::NotMedia {
                path: path.into(),
                looks_like: Some(mistaken),
            });
        }
        let input = open_input(path, &head)?;
        let (video, audio) = chosen(path, &input, || open_input(path, &head).ok());
        if video.is_none() && audio.is_none() {
            let path = path.to_path_buf();
            return Err(match looks_like(&head) {
                None => MediaError::NoStreams { path },
                looks_like => MediaError::NotMedia { path, looks_like },
            });
        }
        let clock = clock_of(path, &input, [video, audio], || {
            open_input(path, &head).ok()
        });
        let mut container = Self {
            input,
            path: path.into(),
            video,
            audio,
            origin: Time::ZERO,
            delays: Delays::default(),
            clock,
        };
        // A picture that is cut in two begins at time 0 with the half that FFmpeg leaves out.
        let starts = [video, audio].into_iter().flatten();
        let starts = starts.filter_map(|index| container.start_of(index));
        container.origin = starts.min().unwrap_or(Time::ZERO);
        container.delays = Delays::of(&container);
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
        let mut packet = next_packet(&mut self.input)?;
        let base = self.time_base(packet.stream());
        if let Some(clock) = &mut self.clock {
            clock.correct(&mut packet, base);
        }
        Some(packet)
    }

    /// Goes to the last place before `t` from which a stream can be decoded, as far as that is known.
    ///
    /// # Errors
    /// When the container can only be read from its start.
    pub fn seek(&mut self, stream: usize, t: Time) -> Result<(), ffmpeg::Error> {
        let there = self.origin + t;
        let base = self.time_base(stream);
        let Some(clock) = &mut self.clock else {
            return self.input.seek(there.micros(), ..there.micros());
        };
        let known = clock.timeline().by_bytes.then_some(clock.timeline());
        let entry = known.and_then(|timeline| timeline.of(stream)?.entry_before(there));
        let entry = entry.ok_or(ffmpeg::Error::StreamNotFound)?;
        ffi::seek_to_byte(&mut self.input, entry.position)?;
        clock.moved_to(stream, entry, base);
        Ok(())
    }

    /// Whether it can be entered anywhere but at its start.
    pub fn can_seek(&self) -> bool {
        self.clock
            .as_ref()
            .is_none_or(|clock| clock.timeline().by_bytes)
    }

    /// What reading all of it found out about a stream, where that was needed.
    pub fn times_of(&self, stream: usize) -> Option<&StreamTimes> {
        self.clock.as_ref()?.timeline().of(stream)
    }

    /// What of the clip has content, where reading all of it was needed.
    pub fn coverage(&self) -> Option<Coverage> {
        Some(self.clock.as_ref()?.timeline().coverage)
    }

    /// Whether it is several recordings one after the other.
    pub fn is_joined(&self) -> bool {
        self.clock
            .as_ref()
            .is_some_and(|clock| clock.timeline().is_joined())
    }

    /// Whether the stream's stamps are this program's own.
    pub fn has_clock(&self) -> bool {
        self.clock.is_some()
    }

    /// When the last key frame at or before `t` appears, and whether that is certain.
    pub fn key_frame_before(&mut self, stream: usize, t: Time) -> Option<(Time, bool)> {
        if self.clock.is_some() {
            let entry = self.times_of(stream)?.entry_before(self.origin + t)?;
            return Some((entry.time - self.origin, true));
        }
        let ticks = self.ticks_of(stream, t);
        let (key, sure) = ffi::key_frame_before(&mut self.input, stream, ticks)?;
        Some((self.time_of(stream, key), sure))
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
        let time = self.length_of(stream, ticks);
        match Some(stream) == self.video {
            true => self.delays.applied(time) - self.origin,
            false => time - self.origin,
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
        let there = match Some(stream) == self.video {
            true => self.delays.undone(t + self.origin),
            false => t + self.origin,
        };
        there.to_ticks_floor(base.0.into(), base.1.into())
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
        ffi::limit_pixels(&mut decoder, MOST_PIXELS);
        Ok(decoder)
    }

    /// FFmpeg's name of a stream's codec.
    pub fn codec_name(&self, stream: usize) -> String {
        self.input
            .stream(stream)
            .map(|s| s.parameters().id().name().to_owned())
            .unwrap_or_default()
    }

    /// A stream as errors name it: codec, profile, format and size.
    pub fn described(&self, stream: usize) -> String {
        match self.decoder_context(stream) {
            Ok(mut context) => ffi_fields::in_words(&mut context),
            Err(_) => self.codec_name(stream),
        }
    }

    /// The error for a stream whose decoder would not open.
    pub fn no_decoder(
        &self,
        index: usize,
        stream: &'static str,
        error: ffmpeg::Error,
    ) -> MediaError {
        let (path, codec) = (self.path.clone(), self.described(index));
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

/// FFmpeg prints to stderr by default; what it has to say reaches the user through [`MediaError`], and the log.
pub(super) fn quiet_ffmpeg() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // It only registers error texts, and cannot fail in the versions supported.
        let _ = ffmpeg::init();
        ffmpeg_log::to_our_log();
    });
}

/// Refuses what has no content of its own before it is opened: opening a pipe waits for somebody to write to it.
pub(super) fn is_file(path: &Path) -> Result<(), MediaError> {
    let about = std::fs::metadata(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => MediaError::Missing { path: path.into() },
        _ => MediaError::Unreadable {
            path: path.into(),
            cause: e.to_string(),
        },
    })?;
    if about.is_dir() {
        return Err(MediaError::Unreadable {
            path: path.into(),
            cause: "it is a folder".into(),
        });
    }
    match kind_of(about.file_type()) {
        Some(what) => Err(MediaError::NoFile {
            path: path.into(),
            what,
        }),
        None => Ok(()),
    }
}

/// What a path leads to that is no file; `None` for a file.
fn kind_of(kind: std::fs::FileType) -> Option<&'static str> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let others = [
            (kind.is_fifo(), "a pipe"),
            (kind.is_socket(), "a socket"),
            (kind.is_char_device() || kind.is_block_device(), "a device"),
        ];
        if let Some((_, what)) = others.into_iter().find(|(is, _)| *is) {
            return Some(what);
        }
    }
    (!kind.is_file()).then_some("neither a file nor a folder")
}

/// The first bytes of a file, or why there are none.
fn read_head(path: &Path) -> Result<Vec<u8>, MediaError> {
    let unreadable = |cause: String| MediaError::Unreadable {
        path: path.into(),
        cause,
    };
    is_file(path)?;
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
    let mut options = local_only();
    let huge = PngHeader::of(head).filter(PngHeader::is_huge);
    if huge.is_some() {
        // Else FFmpeg decodes all of it to learn what its header says.
        options.set("codec_whitelist", "none");
    }
    let mut input = ffmpeg::format::input_with_dictionary(&file_url(path)?, options)
        .map_err(|e| MediaError::refused(path, head, e))?;
    if let Some(header) = huge {
        header.describe(&mut input);
    }
    Ok(input)
}

/// A playlist disguised as a clip must not make us fetch anything from elsewhere.
pub(super) fn local_only() -> ffmpeg::Dictionary<'static> {
    let mut options = ffmpeg::Dictionary::new();
    options.set("protocol_whitelist", "file");
    options
}
