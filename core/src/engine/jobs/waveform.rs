//! The clip's loudness over time, for drawing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::base::Time;
use crate::engine::session::MediaSession;
use crate::engine::{EngineError, Job, ReplyBody, Step, StepContext, WaveformPart};
use crate::media::{Clip, SoundLayout, SoundReader};

/// The sound is read at this rate: enough for what a picture shows of it.
const RATE: u32 = 8_000;
/// Samples in a column: 10 ms.
const COLUMN: usize = 80;
/// How long a step may take.
const STEP: Duration = Duration::from_millis(150);

/// Reads the sound second by second.
pub(super) struct WaveformJob {
    clip: Arc<Clip>,
    reader: Option<SoundReader>,
    /// Columns done.
    done: usize,
}

impl WaveformJob {
    pub(super) fn new(clip: Arc<Clip>) -> Self {
        Self {
            clip,
            reader: None,
            done: 0,
        }
    }
}

impl Job<MediaSession> for WaveformJob {
    fn step(
        &mut self,
        _: &mut MediaSession,
        context: &mut StepContext<'_>,
    ) -> Result<Step, EngineError> {
        let Some(sound) = &self.clip.audio else {
            return Ok(Step::Done);
        };
        let begin = Instant::now();
        let total = (sound.end.to_samples(RATE).max(0) as usize).div_ceil(COLUMN);
        let reader = match &mut self.reader {
            Some(reader) => reader,
            none => none.insert(SoundReader::open(&self.clip.path, RATE, SoundLayout::Mono)?),
        };
        let start = self.done;
        let (mut columns, mut samples) = (Vec::new(), Vec::new());
        while self.done < total && begin.elapsed() < STEP && !context.is_cancelled() {
            samples.clear();
            reader.read(&mut samples, COLUMN);
            columns.push(extremes(&samples));
            self.done += 1;
        }
        let part = WaveformPart {
            start: Time::from_samples((start * COLUMN) as i64, RATE),
            column: Time::from_samples(COLUMN as i64, RATE),
            columns,
        };
        context.reply(ReplyBody::Waveform(self.clip.id, part));
        context.progress(self.done as u64, total as u64);
        Ok(if self.done >= total {
            Step::Done
        } else {
            Step::More
        })
    }
}

fn extremes(samples: &[f32]) -> (f32, f32) {
    let low = samples.iter().copied().fold(f32::INFINITY, f32::min);
    let high = samples.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if low <= high { (low, high) } else { (0.0, 0.0) }
}
