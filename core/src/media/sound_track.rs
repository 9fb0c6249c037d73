//! The sound of a clip at its own rate, as one unbroken row of samples from time 0 on.

use std::path::Path;

use ffmpeg_next as ffmpeg;

use ffmpeg::codec::Id;

use super::container::Container;
use super::downmix::{Downmix, SoundLayout};
use super::error::MediaError;
use super::ffi;
use super::sound_codec::{Block, SoundCodec};
use crate::base::Time;

/// Decoding starts this much before what is wanted: codecs need the packets before to be right again.
const PREROLL: Time = Time::from_micros(300_000);
/// A target this little ahead is reached by decoding on.
const DECODE_ON: Time = Time::from_micros(2_000_000);
/// Time stamps that differ from the sample count by less are rounding or jitter, not a gap.
const JITTER: Time = Time::from_micros(5_000);
/// Packets tried with a decoder before it is given up.
const TRIALS: usize = 8;
/// Containers whose seeking lands on estimated time stamps; their packets are counted from the start instead.
const COUNTED: [&str; 8] = ["mp3", "aac", "ac3", "eac3", "dts", "truehd", "loas", "ogg"];
/// Codecs whose packets, save the first, usually all hold the same number of frames.
const EVEN: [Id; 7] = [
    Id::AAC,
    Id::MP3,
    Id::MP2,
    Id::AC3,
    Id::EAC3,
    Id::DTS,
    Id::OPUS,
];

/// Consecutive samples, mixed to the wanted layout.
struct Run {
    /// Position of the first frame at the track's own rate; time 0 is frame 0.
    start: i64,
    samples: Vec<f32>,
}

/// Reads frames forward from any position, with silence where there is no sound.
pub(super) struct SoundTrack {
    container: Container,
    stream: usize,
    codec: SoundCodec,
    downmix: Downmix,
    width: usize,
    /// Where the next frame to be read lies.
    position: i64,
    /// Where the next decoded frame is expected when it follows on the last.
    expected: Option<i64>,
    /// Decoded and not yet read; may start before `position`.
    waiting: Option<Run>,
    later: std::collections::VecDeque<Run>,
    /// Where the first sound starts.
    first: Option<i64>,
    /// Where the second packet starts, and its length: even packets are counted from there.
    second: Option<(i64, i64)>,
    ended: bool,
}

impl SoundTrack {
    /// Opens the sound of a file at its start, with symphonia where it can decode it, else with FFmpeg.
    pub fn open(path: &Path, layout: SoundLayout) -> Result<Self, MediaError> {
        match Self::open_with(path, layout, SoundCodec::symphonia) {
            Some(track) => Ok(track),
            None => Self::open_ffmpeg(path, layout),
        }
    }

    /// Opens the sound of a file with FFmpeg's decoder.
    pub fn open_ffmpeg(path: &Path, layout: SoundLayout) -> Result<Self, MediaError> {
        let container = sound_only(path)?;
        let stream = container.audio.unwrap_or_default();
        let codec = SoundCodec::ffmpeg(&container, stream)?;
        let mut track = Self::new(container, stream, codec, layout);
        match track.decode_first() {
            true => Ok(track),
            false => Err(MediaError::Undecodable {
                path: path.into(),
                stream: "sound",
                codec: track.container.codec_name(stream),
                cause: "no sound could be decoded".into(),
            }),
        }
    }

    fn open_with(
        path: &Path,
        layout: SoundLayout,
        codec: fn(&Container, usize) -> Option<SoundCodec>,
    ) -> Option<Self> {
        let container = sound_only(path).ok()?;
        let stream = container.audio?;
        let codec = codec(&container, stream)?;
        let mut track = Self::new(container, stream, codec, layout);
        track.decode_first().then_some(track)
    }

    fn new(container: Container, stream: usize, codec: SoundCodec, layout: SoundLayout) -> Self {
        Self {
            downmix: Downmix::new(codec.channels(), codec.mask(), layout),
            container,
            stream,
            codec,
            width: layout.channels(),
            position: 0,
            expected: None,
            waiting: None,
            later: Default::default(),
            first: None,
            second: None,
            ended: false,
        }
    }

    /// Samples a second of the file.
    pub fn rate(&self) -> u32 {
        self.codec.rate()
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.container.path
    }

    /// Whether symphonia decodes it.
    pub fn is_symphonia(&self) -> bool {
        self.codec.is_symphonia()
    }

    /// Appends `frames` interleaved frames from the current position on.
    pub fn read(&mut self, out: &mut Vec<f32>, frames: usize) {
        let end = self.position + frames as i64;
        while self.position < end {
            let Some(run) = self.waiting.take().or_else(|| self.next_run()) else {
                out.resize(out.len() + (end - self.position) as usize * self.width, 0.0);
                self.position = end;
                return;
            };
            let gap = (run.start.min(end) - self.position).max(0);
            out.resize(out.len() + gap as usize * self.width, 0.0);
            self.position += gap;
            let run_end = run.start + (run.samples.len() / self.width) as i64;
            let stop = run_end.min(end);
            if stop > self.position {
                let place = |position: i64| (position - run.start) as usize * self.width;
                out.extend_from_slice(&run.samples[place(self.position)..place(stop)]);
                self.position = stop;
            }
            if run_end > end {
                self.waiting = Some(run);
            }
        }
    }

    /// Goes to a frame.
    pub fn seek(&mut self, position: i64) {
        let rate = self.rate();
        let ahead = Time::from_samples(position - self.position, rate);
        let start = self.first.unwrap_or(0);
        let held = match &self.waiting {
            // Nothing lies before the first sound.
            Some(run) if run.start <= start => i64::MIN,
            Some(run) => run.start,
            None => self.position,
        };
        self.position = position;
        if position >= held && ahead < DECODE_ON {
            return;
        }
        let wanted = Time::from_samples(position, rate);
        let mut back = PREROLL;
        while Time::from_samples(start, rate) < wanted - back {
            if self.jump(wanted - back) && self.arrived_before(position) {
                return;
            }
            back = back + back + back;
        }
        self.rewind();
    }

    /// Moves the container near `t`; false where it cannot.
    fn jump(&mut self, t: Time) -> bool {
        let format = self.container.input.format().name().to_owned();
        if format.split(',').any(|name| COUNTED.contains(&name)) {
            return self.count_to(t);
        }
        if self.container.seek(t).is_err() {
            return false;
        }
        self.forget();
        true
    }

    /// Reads from the start, without decoding, to the packet at `t`.
    fn count_to(&mut self, t: Time) -> bool {
        self.rewind();
        while let Some(packet) = self.container.next_packet() {
            let stamp = packet.pts().or(packet.dts());
            if stamp.is_none_or(|ticks| self.container.time_of(self.stream, ticks) >= t) {
                return stamp.is_some();
            }
        }
        true
    }

    /// Whether what comes next starts at or before `position`.
    fn arrived_before(&mut self, position: i64) -> bool {
        self.waiting = self.next_run();
        self.waiting
            .as_ref()
            .is_some_and(|run| run.start <= position)
    }

    /// Back to the start of the file, whatever the container.
    fn rewind(&mut self) {
        // The file was open a moment ago. Should it be gone, what follows is silence.
        let reopened = self.container.reopen().is_ok();
        ffi::keep_only(&mut self.container.input, self.stream);
        self.forget();
        self.ended = !reopened;
    }

    fn forget(&mut self) {
        self.codec.reset();
        self.waiting = None;
        self.later.clear();
        self.expected = None;
        self.ended = false;
    }

    /// Decodes the first sound, to learn where the packets are counted from and whether the decoder is any good.
    fn decode_first(&mut self) -> bool {
        self.waiting = self.next_run();
        if let Some(second) = self.next_run() {
            self.later.push_front(second);
        }
        self.waiting.is_some()
    }

    /// The next stretch of decoded sound; `None` at the end.
    fn next_run(&mut self) -> Option<Run> {
        let mut refused = 0;
        loop {
            if let Some(run) = self.later.pop_front() {
                return Some(run);
            }
            if self.ended {
                return None;
            }
            let packet = self.container.next_packet();
            self.ended = packet.is_none();
            if packet.as_ref().is_some_and(|p| p.stream() != self.stream) {
                continue;
            }
            match self.codec.decode(packet.as_ref()) {
                Ok(blocks) => {
                    for block in blocks {
                        let run = self.placed(block);
                        self.later.extend(run);
                    }
                }
                // Before anything was decoded, refusals speak against the decoder; after, a few against the packets.
                Err(_) if refused >= TRIALS => self.change_decoder()?,
                Err(_) => {
                    refused += 1;
                    self.expected = None;
                }
            }
        }
    }

    /// Goes on with FFmpeg's decoder where symphonia's gave up in the middle of a file.
    fn change_decoder(&mut self) -> Option<()> {
        if self.first.is_none() || !self.codec.is_symphonia() {
            return None;
        }
        self.codec = SoundCodec::ffmpeg(&self.container, self.stream).ok()?;
        Some(())
    }

    /// Gives a block its place among the samples, and mixes it.
    fn placed(&mut self, block: Block) -> Option<Run> {
        let length = (block.frames.len() / self.codec.channels().max(1)) as i64;
        if length == 0 {
            return None;
        }
        let stamped = block
            .ticks
            .map(|ticks| self.frame_at(ticks) + block.skipped as i64);
        let jitter = JITTER.to_samples(self.rate());
        let start = match (stamped, self.expected) {
            (Some(stamped), Some(expected)) if (stamped - expected).abs() > jitter => stamped,
            (_, Some(expected)) => expected,
            (Some(stamped), None) => self.counted(stamped),
            (None, None) if self.first.is_none() => 0,
            // After a seek, until a packet says where it belongs.
            (None, None) => return None,
        };
        self.expected = Some(start + length);
        match self.first {
            None => self.first = Some(start),
            Some(_) => _ = self.second.get_or_insert((start, length)),
        }
        Some(Run {
            start,
            samples: self.downmix.mix(&block.frames),
        })
    }

    /// A stream's ticks in frames of sound on the clip's clock, rounded.
    fn frame_at(&self, ticks: i64) -> i64 {
        self.container
            .time_of(self.stream, ticks)
            .to_samples(self.rate())
    }

    /// Where time stamps are coarser than samples (1 ms in Matroska), a position put right by counting packets.
    fn counted(&self, stamped: i64) -> i64 {
        let base = self.container.time_base(self.stream);
        let tick = i64::from(base.0) * i64::from(self.rate()) / i64::from(base.1.max(1));
        let id = self
            .container
            .input
            .stream(self.stream)
            .map(|s| s.parameters().id());
        match (self.second, id) {
            (Some((second, length)), Some(id)) if tick > 1 && EVEN.contains(&id) => {
                let packets = (stamped - second + length / 2).div_euclid(length);
                let counted = second + packets * length;
                if (counted - stamped).abs() <= tick {
                    counted
                } else {
                    stamped
                }
            }
            _ => stamped,
        }
    }
}

/// Opens a file so that only its sound is read.
fn sound_only(path: &Path) -> Result<Container, MediaError> {
    let mut container = Container::open(path)?;
    let stream = container
        .audio
        .ok_or_else(|| MediaError::NoStreams { path: path.into() })?;
    ffi::keep_only(&mut container.input, stream);
    Ok(container)
}
