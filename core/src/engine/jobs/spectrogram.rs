//! The clip's sound by time and pitch, for drawing.

use std::sync::Arc;

use crate::base::Time;
use crate::engine::session::MediaSession;
use crate::engine::{EngineError, Job, ReplyBody, SpectrogramPart, Step, StepContext};
use crate::media::{Clip, Sound, SoundLayout};
use crate::model::prep::SoundPrep;

/// Samples a second: up to 8 kHz is where the eye finds anything.
const RATE: u32 = 16_000;
/// Samples from one column to the next, 20 ms.
const HOP: usize = 320;
/// Columns of a part, 4 s.
const PART: usize = 200;

/// Reads the sound part by part.
pub(super) struct SpectrogramJob {
    clip: Arc<Clip>,
    sound: Option<Box<dyn Sound>>,
    prep: SoundPrep,
    done: usize,
}

impl SpectrogramJob {
    pub(super) fn new(clip: Arc<Clip>) -> Self {
        let prep = SoundPrep {
            sample_rate: RATE,
            n_fft: 1024,
            hop_size: HOP,
            mel_bins: 64,
            fmin: 50.0,
            fmax: 8000.0,
        };
        Self {
            clip,
            sound: None,
            prep,
            done: 0,
        }
    }

    /// Decibels as strength, 0 to 255.
    fn strengths(&self, samples: &[f32]) -> Vec<u8> {
        let mut decibels = self.prep.sound(samples);
        // The frame centred on the end belongs to the next part.
        decibels.truncate(PART * self.prep.mel_bins);
        let (floor, range) = (SpectrogramPart::FLOOR, SpectrogramPart::RANGE);
        let strength = |db: &f32| ((db - floor) / range * 255.0).clamp(0.0, 255.0) as u8;
        decibels.iter().map(strength).collect()
    }
}

impl Job<MediaSession> for SpectrogramJob {
    fn step(
        &mut self,
        session: &mut MediaSession,
        context: &mut StepContext<'_>,
    ) -> Result<Step, EngineError> {
        let column = Time::from_samples(HOP as i64, RATE);
        let total = (self.clip.duration.micros().max(0) / column.micros()) as usize + 1;
        if self.clip.audio.is_none() || self.done >= total {
            return Ok(Step::Done);
        }
        let sound = match &mut self.sound {
            Some(sound) => sound,
            none => none.insert(
                session
                    .source
                    .sound(&self.clip.path, RATE, SoundLayout::Mono)?,
            ),
        };
        let mut samples = Vec::with_capacity(PART * HOP);
        sound.read(&mut samples, PART * HOP);
        let mut values = self.strengths(&samples);
        values.truncate((total - self.done) * self.prep.mel_bins);
        let part = SpectrogramPart {
            start: Time::from_micros(column.micros() * self.done as i64),
            column,
            bands: self.prep.mel_bins,
            values,
        };
        self.done += PART;
        context.reply(ReplyBody::Spectrogram(self.clip.id, part));
        context.progress(self.done.min(total) as u64, total as u64);
        Ok(Step::More)
    }
}
