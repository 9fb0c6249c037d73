//! Testing the device: whether it computes rightly, and how fast.

use crate::engine::session::ComputeSession;
use crate::engine::{EngineError, Job, ReplyBody, Step, StepContext};
use crate::gpu::self_test;

/// One step, of a second or two.
pub(super) struct SelfTestJob;

impl Job<ComputeSession> for SelfTestJob {
    fn step(
        &mut self,
        session: &mut ComputeSession,
        context: &mut StepContext<'_>,
    ) -> Result<Step, EngineError> {
        context.reply(ReplyBody::Tested(self_test(session.device()?)?));
        Ok(Step::Done)
    }
}
