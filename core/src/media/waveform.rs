//! The shape of a clip's sound, for drawing.

use super::clip::Clip;
use super::downmix::SoundLayout;
use super::error::MediaError;
use super::source::{Sound, Source};
use crate::base::Time;

/// Columns computed at once.
const PART: usize = 512;

/// Reads a clip's waveform from its start in parts: each column the lowest and highest sample, all channels mixed to
/// one, of one stretch of time. Column `i` of all that came holds `i * column` to `(i + 1) * column`.
pub struct Waveform {
    sound: Box<dyn Sound>,
    rate: u32,
    column: Time,
    done: i64,
    total: i64,
}

impl Waveform {
    /// Opens a clip's sound for columns of the given length, at least one sample each; `None` for a clip without.
    ///
    /// # Errors
    /// When the file has gone or changed since the clip was opened.
    pub fn open(
        source: &dyn Source,
        clip: &Clip,
        column: Time,
    ) -> Result<Option<Self>, MediaError> {
        let Some(audio) = &clip.audio else {
            return Ok(None);
        };
        let rate = audio.sample_rate.max(1);
        let shortest = Time::from_micros(1_000_000_i64.div_euclid(rate.into()) + 1);
        let column = column.max(shortest);
        let (length, step) = (clip.duration.micros(), column.micros());
        Ok(Some(Self {
            sound: source.sound(&clip.path, rate, SoundLayout::Mono)?,
            rate,
            column,
            done: 0,
            total: length.max(0) / step + i64::from(length.max(0) % step > 0),
        }))
    }

    /// How long a column is.
    pub fn column(&self) -> Time {
        self.column
    }

    /// How many columns the clip has.
    pub fn total(&self) -> usize {
        self.total as usize
    }

    fn start_of(&self, column: i64) -> i64 {
        Time::from_micros(self.column.micros() * column).to_samples(self.rate)
    }
}

impl Iterator for Waveform {
    type Item = Vec<(f32, f32)>;

    fn next(&mut self) -> Option<Self::Item> {
        let end = (self.done + PART as i64).min(self.total);
        if self.done >= end {
            return None;
        }
        let first = self.start_of(self.done);
        let mut samples = Vec::new();
        self.sound
            .read(&mut samples, (self.start_of(end) - first) as usize);
        let part = (self.done..end).map(|column| {
            let place = |position: i64| ((position - first) as usize).min(samples.len());
            let column = &samples[place(self.start_of(column))..place(self.start_of(column + 1))];
            column
                .iter()
                .map(|&sample| (sample, sample))
                .reduce(|(low, high), (sample, _)| (low.min(sample), high.max(sample)))
                .unwrap_or_default()
        });
        let part = part.collect();
        self.done = end;
        Some(part)
    }
}
