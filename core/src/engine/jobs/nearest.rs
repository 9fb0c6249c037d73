//! Finding the seconds most like one, among those that were analysed since the program started.

use crate::base::ClipId;
use crate::engine::session::ComputeSession;
use crate::engine::{EngineError, HeadChoice, Job, ReplyBody, Step, StepContext};
use crate::predict::Likeness;

/// Seconds that are told.
const MOST: usize = 100;

/// One step: a hundred thousand seconds take some tens of milliseconds.
pub(super) struct NearestJob {
    pub clip: ClipId,
    pub segment: usize,
    pub head: HeadChoice,
    pub by: Likeness,
}

impl Job<ComputeSession> for NearestJob {
    fn step(
        &mut self,
        session: &mut ComputeSession,
        context: &mut StepContext<'_>,
    ) -> Result<Step, EngineError> {
        let head = session.head(&self.head)?.file.id;
        let of = (self.clip, self.segment);
        let found = session.distilled().nearest(head, of, self.by, MOST);
        context.reply(ReplyBody::Nearest(found));
        Ok(Step::Done)
    }
}
