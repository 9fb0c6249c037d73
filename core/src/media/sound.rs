//! Sound by time: samples at any rate, exact on the clip's clock.

use std::path::Path;

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, Resampler, ResamplerConstructionError};

use super::downmix::SoundLayout;
use super::error::MediaError;
use super::resampling::resampler;
use super::sound_track::SoundTrack;
use crate::base::Time;

/// Reads a clip's sound. Sample `k` lies at `k / rate` from time 0; before the sound starts, in gaps and after its end
/// there is silence. Reading on and seeking give the same samples.
pub struct SoundReader {
    track: SoundTrack,
    rate: u32,
    width: usize,
    resampler: Option<Stage>,
    /// Resampled and not yet read.
    ready: Vec<f32>,
    /// How much of `ready` has been read, in samples.
    taken: usize,
    position: i64,
}

/// rubato's resampler in steps of whole chunks. Chunk `b` holds input frames from `b * input` on, wherever reading
/// started, so that the same samples come out however one got there.
struct Stage {
    fft: Fft<f32>,
    input: usize,
    output: usize,
    delay: usize,
    /// Resampled before the wanted position and to be left out, in frames.
    skip: usize,
}

impl SoundReader {
    /// Opens the sound of a file at time 0.
    ///
    /// # Errors
    /// When the file cannot be opened, has no sound, or none of it can be decoded.
    pub fn open(path: &Path, rate_hz: u32, layout: SoundLayout) -> Result<Self, MediaError> {
        Self::over(SoundTrack::open(path, layout)?, rate_hz, layout)
    }

    /// As [`SoundReader::open`], with FFmpeg's decoder even where symphonia has one: to compare the two.
    ///
    /// # Errors
    /// As [`SoundReader::open`].
    pub fn open_with_ffmpeg(
        path: &Path,
        rate_hz: u32,
        layout: SoundLayout,
    ) -> Result<Self, MediaError> {
        Self::over(SoundTrack::open_ffmpeg(path, layout)?, rate_hz, layout)
    }

    fn over(track: SoundTrack, rate: u32, layout: SoundLayout) -> Result<Self, MediaError> {
        let width = layout.channels();
        let resampler = match track.rate() == rate {
            true => None,
            false => Some(Stage::new(track.rate(), rate, width).map_err(|error| {
                MediaError::Undecodable {
                    path: track.path().into(),
                    stream: "sound",
                    codec: format!("{} Hz to {rate} Hz", track.rate()),
                    cause: error.to_string(),
                }
            })?),
        };
        let mut reader = Self {
            track,
            rate,
            width,
            resampler,
            ready: Vec::new(),
            taken: 0,
            position: 0,
        };
        reader.seek(Time::ZERO);
        Ok(reader)
    }

    /// Whether symphonia decodes this file; else FFmpeg does.
    pub fn is_symphonia(&self) -> bool {
        self.track.is_symphonia()
    }

    /// The time of the next sample to be read.
    pub fn position(&self) -> Time {
        Time::from_samples(self.position, self.rate)
    }

    /// Goes to the sample nearest to `t`. Times before 0 count as 0.
    pub fn seek(&mut self, t: Time) {
        self.seek_to_sample(t.to_samples(self.rate).max(0));
    }

    fn seek_to_sample(&mut self, sample: i64) {
        self.position = sample;
        self.ready.clear();
        self.taken = 0;
        let start = match &mut self.resampler {
            None => sample,
            Some(stage) => stage.start_for(sample),
        };
        self.track.seek(start);
    }

    /// Appends exactly `frames` frames, interleaved, and moves on by as many.
    pub fn read(&mut self, out: &mut Vec<f32>, frames: usize) {
        self.position += frames as i64;
        let Some(stage) = &mut self.resampler else {
            self.track.read(out, frames);
            return;
        };
        let mut wanted = frames * self.width;
        while wanted > 0 {
            if self.taken == self.ready.len() {
                self.taken = 0;
                stage.next_chunk(&mut self.track, &mut self.ready, self.width);
            }
            let take = wanted.min(self.ready.len() - self.taken);
            out.extend_from_slice(&self.ready[self.taken..self.taken + take]);
            self.taken += take;
            wanted -= take;
        }
    }
}

impl Stage {
    fn new(from: u32, to: u32, width: usize) -> Result<Self, ResamplerConstructionError> {
        let fft = resampler(from, to, width)?;
        Ok(Self {
            input: fft.input_frames_next(),
            output: fft.output_frames_next(),
            delay: fft.output_delay(),
            skip: 0,
            fft,
        })
    }

    /// Where the track must be read from so that output sample `sample` comes out right.
    fn start_for(&mut self, sample: i64) -> i64 {
        self.fft.reset();
        let (output, input) = (self.output as i64, self.input as i64);
        let late = sample + self.delay as i64;
        let chunk = late.div_euclid(output);
        // The chunk before fills the filter; what it gives is left out.
        self.skip = (output + late.rem_euclid(output)) as usize;
        (chunk - 1) * input
    }

    /// Resamples the next chunks of the track until some of the output is wanted.
    fn next_chunk(&mut self, track: &mut SoundTrack, ready: &mut Vec<f32>, width: usize) {
        loop {
            let mut chunk = Vec::with_capacity(self.input * width);
            track.read(&mut chunk, self.input);
            ready.clear();
            ready.resize(self.output * width, 0.0);
            self.resample(&chunk, ready, width);
            if self.skip < self.output {
                ready.drain(..self.skip * width);
                self.skip = 0;
                return;
            }
            self.skip -= self.output;
        }
    }

    fn resample(&mut self, chunk: &[f32], ready: &mut [f32], width: usize) {
        let input = InterleavedSlice::new(chunk, width, self.input);
        let output = InterleavedSlice::new_mut(ready, width, self.output);
        if let (Ok(input), Ok(mut output)) = (input, output)
            && let Err(error) = self.fft.process_into_buffer(&input, &mut output, None)
        {
            // Buffers of the sizes it asked for are never refused.
            log::error!("resampling failed: {error}");
        }
    }
}
