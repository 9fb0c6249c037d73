//! What a head's meta-tokens read in one second: decode it, backbones, attention weights. One step.

use std::sync::Arc;

use crate::base::TimeSpan;
use crate::engine::session::ComputeSession;
use crate::engine::{EngineError, Job, ModelChoice, ReplyBody, Step, StepContext};
use crate::features::{Recipe, extract};
use crate::media::{Clip, SegmentReader};
use crate::predict::{Attention, one_repeat};
use crate::project::Task;

/// Looks at one second.
pub(super) struct AttentionJob {
    pub clip: Arc<Clip>,
    pub task: Task,
    pub model: ModelChoice,
    pub segment: usize,
}

impl Job<ComputeSession> for AttentionJob {
    fn step(
        &mut self,
        session: &mut ComputeSession,
        context: &mut StepContext<'_>,
    ) -> Result<Step, EngineError> {
        let (device, ready) = session.model(&self.model)?;
        let model = &ready.model;
        let Some(head) = model.head(self.task) else {
            return Err(EngineError::NoHead {
                model: model.about.name.clone(),
                task: self.task,
            });
        };
        let spans = TimeSpan::seconds_of(self.clip.duration);
        let Some(&span) = spans.get(self.segment) else {
            return Ok(Step::Done);
        };
        let recipe = Recipe::of(model);
        let mut segments = SegmentReader::open(&self.clip, vec![span], recipe.sample_rate())?;
        let Some(segment) = segments.next() else {
            return Ok(Step::Done);
        };
        let (visual, audio) = extract(model, &[recipe.prepare(&segment?)], device);
        let [picture, sound] = head.readings(&visual, &audio, 0)?;
        let upright = |reading| one_repeat(&reading, model.sound_tile);
        let sound = sound.iter().map(|r| r.unfolded(model.sound_fold));
        context.reply(ReplyBody::Attention(Arc::new(Attention {
            clip: self.clip.id,
            task: self.task,
            segment: self.segment,
            span,
            picture,
            sound: sound.map(upright).collect(),
        })));
        Ok(Step::Done)
    }
}
