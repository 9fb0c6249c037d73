//! A part of a file whose sound is stored at another rate than its beginning, brought to that one.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, Resampler, ResamplerConstructionError};

use super::resampling::resampler;
use super::sound_runs::Run;

/// Takes consecutive frames of one rate and gives them at another, each at its place.
pub(super) struct RateChange {
    fft: Fft<f32>,
    width: usize,
    rates: (u32, u32),
    /// Where the first frame lies, at the new rate.
    start: i64,
    /// Interleaved frames short of a chunk.
    waiting: Vec<f32>,
    taken: i64,
    /// Frames given, with the filter's run-in as negative.
    given: i64,
}

impl RateChange {
    /// From the first rate to the second, beginning at frame `start` of the second.
    ///
    /// # Errors
    /// What the resampler says of rates it cannot serve.
    pub fn new(
        rates: (u32, u32),
        width: usize,
        start: i64,
    ) -> Result<Self, ResamplerConstructionError> {
        let fft = resampler(rates.0, rates.1, width)?;
        Ok(Self {
            given: -(fft.output_delay() as i64),
            fft,
            width,
            rates,
            start,
            waiting: Vec::new(),
            taken: 0,
        })
    }

    /// Where the frames that come next will lie, at the new rate.
    pub fn expected(&self) -> i64 {
        self.start + self.total()
    }

    fn total(&self) -> i64 {
        let (from, to) = (i128::from(self.rates.0), i128::from(self.rates.1));
        ((i128::from(self.taken) * to + from / 2) / from.max(1)) as i64
    }

    /// Takes interleaved frames; gives what is ready.
    pub fn push(&mut self, samples: &[f32]) -> Option<Run> {
        self.taken += (samples.len() / self.width.max(1)) as i64;
        self.waiting.extend_from_slice(samples);
        let chunk = self.fft.input_frames_next() * self.width;
        let mut ready = Vec::new();
        let first = self.given;
        while self.waiting.len() >= chunk {
            let rest = self.waiting.split_off(chunk);
            let chunk = std::mem::replace(&mut self.waiting, rest);
            self.resample(&chunk, &mut ready);
        }
        self.run(first, ready)
    }

    /// Gives what is left.
    pub fn finish(mut self) -> Option<Run> {
        let chunk = self.fft.input_frames_next() * self.width;
        let mut ready = Vec::new();
        let first = self.given;
        let mut rest = std::mem::take(&mut self.waiting);
        while self.given < self.total() {
            rest.resize(chunk, 0.0);
            self.resample(&rest, &mut ready);
            rest.clear();
        }
        let over = (self.given - self.total()).max(0) as usize * self.width;
        ready.truncate(ready.len().saturating_sub(over));
        self.run(first, ready)
    }

    fn resample(&mut self, chunk: &[f32], ready: &mut Vec<f32>) {
        let (input, output) = (self.fft.input_frames_next(), self.fft.output_frames_next());
        let start = ready.len();
        ready.resize(start + output * self.width, 0.0);
        let from = InterleavedSlice::new(chunk, self.width, input);
        let to = InterleavedSlice::new_mut(&mut ready[start..], self.width, output);
        if let (Ok(from), Ok(mut to)) = (from, to)
            && let Err(error) = self.fft.process_into_buffer(&from, &mut to, None)
        {
            // Buffers of the sizes it asked for are never refused.
            log::error!("resampling failed: {error}");
        }
        self.given += output as i64;
    }

    /// Frames from number `first` on, without the run-in.
    fn run(&self, first: i64, mut samples: Vec<f32>) -> Option<Run> {
        let early = (-first).max(0) as usize * self.width;
        samples.drain(..early.min(samples.len()));
        (!samples.is_empty()).then_some(Run {
            start: self.start + first.max(0),
            samples,
        })
    }
}
