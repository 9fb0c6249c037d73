//! The sound of a clip at its own rate, as one unbroken row of samples from time 0 on.

use std::path::Path;

use super::downmix::SoundLayout;
use super::error::MediaError;
use super::sound_runs::{Run, SoundRuns};
use crate::base::Time;

/// Decoding starts this much before what is wanted: codecs need the packets before to be right again.
const PREROLL: Time = Time::from_micros(300_000);
/// A target this little ahead is reached by decoding on.
const DECODE_ON: Time = Time::from_micros(2_000_000);

/// Reads frames forward from any position, with silence where there is no sound.
pub(super) struct SoundTrack {
    runs: SoundRuns,
    width: usize,
    /// Where the next frame to be read lies.
    position: i64,
    /// Decoded and not yet read; may start before `position`.
    waiting: Option<Run>,
}

impl SoundTrack {
    /// Opens the sound of a file at its start, with symphonia where it can decode it, else with FFmpeg.
    pub fn open(path: &Path, layout: SoundLayout) -> Result<Self, MediaError> {
        SoundRuns::open(path, layout).map(|begun| Self::over(begun, layout))
    }

    /// Opens the sound of a file with FFmpeg's decoder.
    pub fn open_ffmpeg(path: &Path, layout: SoundLayout) -> Result<Self, MediaError> {
        SoundRuns::open_ffmpeg(path, layout).map(|begun| Self::over(begun, layout))
    }

    fn over((runs, first): (SoundRuns, Run), layout: SoundLayout) -> Self {
        Self {
            runs,
            width: layout.channels(),
            position: 0,
            waiting: Some(first),
        }
    }

    /// Samples a second of the file.
    pub fn rate(&self) -> u32 {
        self.runs.rate()
    }

    /// The file.
    pub fn path(&self) -> &Path {
        self.runs.path()
    }

    /// Whether symphonia decodes it.
    pub fn is_symphonia(&self) -> bool {
        self.runs.is_symphonia()
    }

    /// Appends `frames` interleaved frames from the current position on.
    pub fn read(&mut self, out: &mut Vec<f32>, frames: usize) {
        let end = self.position + frames as i64;
        while self.position < end {
            let Some(run) = self.waiting.take().or_else(|| self.runs.next_run()) else {
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
        let start = self.runs.first();
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
            if self.runs.jump(wanted - back) && self.arrived_before(position) {
                return;
            }
            back = back + back + back;
        }
        self.waiting = None;
        self.runs.rewind();
    }

    /// Whether what comes next starts at or before `position`.
    fn arrived_before(&mut self, position: i64) -> bool {
        self.waiting = self.runs.next_run();
        self.waiting
            .as_ref()
            .is_some_and(|run| run.start <= position)
    }
}
