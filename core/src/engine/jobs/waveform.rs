//! The clip's loudness over time, for drawing.

use std::sync::Arc;

use crate::base::Time;
use crate::engine::session::MediaSession;
use crate::engine::{EngineError, Job, ReplyBody, Step, StepContext, WaveformPart};
use crate::media::{Clip, Waveform};

/// Length of a column.
const COLUMN: Time = Time::from_micros(10_000);

/// Reads the sound part by part.
pub(super) struct WaveformJob {
    clip: Arc<Clip>,
    waveform: Option<Waveform>,
    /// Columns sent so far.
    done: usize,
}

impl WaveformJob {
    pub(super) fn new(clip: Arc<Clip>) -> Self {
        Self {
            clip,
            waveform: None,
            done: 0,
        }
    }
}

impl Job<MediaSession> for WaveformJob {
    fn step(
        &mut self,
        session: &mut MediaSession,
        context: &mut StepContext<'_>,
    ) -> Result<Step, EngineError> {
        if self.waveform.is_none() {
            self.waveform = Waveform::open(&*session.source, &self.clip, COLUMN)?;
        }
        let Some(waveform) = &mut self.waveform else {
            return Ok(Step::Done);
        };
        let Some(columns) = waveform.next() else {
            return Ok(Step::Done);
        };
        let column = waveform.column();
        let start = Time::from_micros(column.micros() * self.done as i64);
        self.done += columns.len();
        let total = waveform.total();
        let part = WaveformPart {
            start,
            column,
            columns,
        };
        context.reply(ReplyBody::Waveform(self.clip.id, part));
        context.progress(self.done as u64, total as u64);
        Ok(Step::More)
    }
}
