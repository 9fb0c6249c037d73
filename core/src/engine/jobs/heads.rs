//! Which heads read a model's backbones: its own, and those that were trained; and removing a trained one.

use std::sync::Arc;

use crate::base::HeadId;
use crate::engine::session::ComputeSession;
use crate::engine::{EngineError, HeadLine, Job, ModelChoice, ReplyBody, Step, StepContext};

/// Removes a head where that is asked, and lists the others; one step.
pub(super) struct HeadsJob {
    pub model: ModelChoice,
    pub remove: Option<HeadId>,
}

impl Job<ComputeSession> for HeadsJob {
    fn step(
        &mut self,
        session: &mut ComputeSession,
        context: &mut StepContext<'_>,
    ) -> Result<Step, EngineError> {
        let heads = session.heads();
        if let Some(id) = self.remove {
            heads.remove(id)?;
        }
        let (pair, own) = session.own_heads(&self.model)?;
        let mut lines: Vec<HeadLine> = own.iter().map(|file| HeadLine::of(file, true)).collect();
        let trained = heads.trained().into_iter().filter(|file| file.pair == pair);
        lines.extend(trained.map(|file| HeadLine::of(&file, false)));
        context.reply(ReplyBody::Heads(Arc::new(lines)));
        Ok(Step::Done)
    }
}
