//! The sound of a clip as stretches of decoded samples, each with its place from time 0 on.

use std::collections::VecDeque;
use std::path::Path;

use ffmpeg_next as ffmpeg;

use ffmpeg::codec::Id;

use super::container::Container;
use super::downmix::{Downmix, SoundLayout};
use super::error::MediaError;
use super::ffi;
use super::rate_change::RateChange;
use super::sound_codec::{Block, SoundCodec, SoundForm};
use crate::base::Time;

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
pub(super) struct Run {
    /// Position of the first frame at the track's own rate; time 0 is frame 0.
    pub start: i64,
    pub samples: Vec<f32>,
}

/// Packets of a sound stream, decoded and placed.
pub(super) struct SoundRuns {
    container: Container,
    stream: usize,
    codec: SoundCodec,
    layout: SoundLayout,
    /// How the sound decoded last is stored, and how it is mixed and brought to the track's rate.
    form: SoundForm,
    downmix: Downmix,
    change: Option<RateChange>,
    /// Of the track, whatever its parts are stored at.
    rate: u32,
    /// Where the next decoded frame is expected when it follows on the last.
    expected: Option<i64>,
    later: VecDeque<Run>,
    /// Where the first sound starts.
    first: Option<i64>,
    /// Where the second packet starts, and its length: even packets are counted from there.
    second: Option<(i64, i64)>,
    ended: bool,
}

impl SoundRuns {
    /// Opens the sound of a file at its start, with symphonia where it can decode it, else with FFmpeg. Gives the first
    /// stretch with it: a decoder that has none to give is no good.
    pub fn open(path: &Path, layout: SoundLayout) -> Result<(Self, Run), MediaError> {
        let symphonia = || {
            let container = sound_only(path).ok()?;
            let stream = container.audio?;
            // Where a file is several, the second may need another codec's tables.
            let codec =
                SoundCodec::symphonia(&container, stream).filter(|_| !container.is_joined())?;
            Self::new(container, stream, codec, layout).begun().ok()
        };
        match symphonia() {
            Some(begun) => Ok(begun),
            None => Self::open_ffmpeg(path, layout),
        }
    }

    /// Opens the sound of a file with FFmpeg's decoder.
    pub fn open_ffmpeg(path: &Path, layout: SoundLayout) -> Result<(Self, Run), MediaError> {
        let container = sound_only(path)?;
        let stream = container.audio.unwrap_or_default();
        let codec = SoundCodec::ffmpeg(&container, stream)?;
        let begun = Self::new(container, stream, codec, layout).begun();
        begun.map_err(|runs| MediaError::Undecodable {
            path: path.into(),
            stream: "sound",
            codec: runs.container.described(stream),
            cause: "no sound could be decoded".into(),
        })
    }

    fn new(container: Container, stream: usize, codec: SoundCodec, layout: SoundLayout) -> Self {
        let form = codec.form();
        Self {
            downmix: Downmix::new(form.channels, form.mask, layout),
            form,
            rate: form.rate,
            change: None,
            layout,
            container,
            stream,
            codec,
            expected: None,
            later: VecDeque::new(),
            first: None,
            second: None,
            ended: false,
        }
    }

    /// With the first stretch of sound; the second is decoded too, to learn where packets are counted from. Without one,
    /// itself.
    fn begun(mut self) -> Result<(Self, Run), Box<Self>> {
        let Some(first) = self.next_run() else {
            return Err(Box::new(self));
        };
        if let Some(second) = self.next_run() {
            self.later.push_front(second);
        }
        Ok((self, first))
    }

    /// Samples a second of the file.
    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.container.path
    }

    /// Whether symphonia decodes it.
    pub fn is_symphonia(&self) -> bool {
        self.codec.is_symphonia()
    }

    /// Where the first sound starts.
    pub fn first(&self) -> i64 {
        self.first.unwrap_or(0)
    }

    /// Moves the container near `t`; false where it cannot.
    pub fn jump(&mut self, t: Time) -> bool {
        let format = self.container.input.format().name().to_owned();
        if format.split(',').any(|name| COUNTED.contains(&name)) {
            return self.count_to(t);
        }
        if self.container.seek(self.stream, t).is_err() {
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

    /// Back to the start of the file, whatever the container.
    pub fn rewind(&mut self) {
        // The file was open a moment ago. Should it be gone, what follows is silence.
        let reopened = self.container.reopen().is_ok();
        ffi::keep_only(&mut self.container.input, self.stream);
        self.forget();
        self.ended = !reopened;
    }

    fn forget(&mut self) {
        self.codec.reset();
        self.later.clear();
        self.change = None;
        self.expected = None;
        self.ended = false;
    }

    /// The next stretch of decoded sound; `None` at the end.
    pub fn next_run(&mut self) -> Option<Run> {
        let mut refused = Vec::new();
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
                        self.take(block);
                    }
                    if self.ended {
                        self.change_decoder(&mut refused);
                        self.finish_change();
                    }
                }
                // Before anything was decoded, refusals speak against the decoder; after, a few against the packets.
                Err(_) => {
                    self.expected = None;
                    refused.extend(packet);
                    if refused.len() > TRIALS {
                        self.change_decoder(&mut refused)?;
                    }
                }
            }
        }
    }

    /// Goes on with FFmpeg's decoder where symphonia's gave up in the middle of a file: from the packets on that it refused,
    /// which may be of a kind that it was not opened for.
    fn change_decoder(&mut self, refused: &mut Vec<ffmpeg::Packet>) -> Option<()> {
        if refused.is_empty() || self.first.is_none() || !self.codec.is_symphonia() {
            return None;
        }
        self.codec = SoundCodec::ffmpeg(&self.container, self.stream).ok()?;
        for packet in refused.drain(..) {
            for block in self.codec.decode(Some(&packet)).unwrap_or_default() {
                self.take(block);
            }
        }
        Some(())
    }

    /// Mixes a block, brings it to the track's rate, and gives it its place among the samples.
    fn take(&mut self, block: Block) {
        if block.form != self.form {
            self.finish_change();
            self.form = block.form;
            self.downmix = Downmix::new(self.form.channels, self.form.mask, self.layout);
        }
        let frames = block.frames.len() / self.form.channels.max(1);
        // At the track's rate.
        let length = scaled(frames as i64, self.form.rate, self.rate);
        let skipped = scaled(block.skipped as i64, self.form.rate, self.rate);
        let Some(start) = self.start_of(block.ticks, skipped, length) else {
            return;
        };
        let samples = self.downmix.mix(&block.frames);
        if self.form.rate == self.rate {
            self.later.push_back(Run { start, samples });
            return;
        }
        if self
            .change
            .as_ref()
            .is_some_and(|change| change.expected() != start)
        {
            self.finish_change();
        }
        let (rates, width) = ((self.form.rate, self.rate), self.layout.channels());
        let change = match &mut self.change {
            Some(change) => change,
            none => match RateChange::new(rates, width, start) {
                Ok(change) => none.insert(change),
                Err(error) => return log::warn!("{} Hz to {} Hz: {error}", rates.0, rates.1),
            },
        };
        let run = change.push(&samples);
        self.expected = Some(change.expected());
        self.later.extend(run);
    }

    /// What a change of rate still holds back.
    fn finish_change(&mut self) {
        if let Some(change) = self.change.take() {
            self.later.extend(change.finish());
        }
    }

    /// Where a block of so many frames belongs; `None` for an empty one, or where nothing says so.
    fn start_of(&mut self, ticks: Option<i64>, skipped: i64, length: i64) -> Option<i64> {
        if length == 0 {
            return None;
        }
        let stamped = ticks.map(|ticks| self.frame_at(ticks) + skipped);
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
        Some(start)
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

/// A count of frames at another rate, rounded.
fn scaled(frames: i64, from: u32, to: u32) -> i64 {
    match from == to {
        true => frames,
        false => Time::from_samples(frames, from).to_samples(to),
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
