//! Warming up: load the model and run it once, so that the first clip does not wait for kernels to be compiled and tuned. The
//! processor has none: there it is only loaded.

use burn::tensor::Device;

use crate::base::{Task, Time, TimeSpan};
use crate::engine::session::ComputeSession;
use crate::engine::{EngineError, HeadChoice, Job, ModelChoice, Step, StepContext, WhichHead};
use crate::features::{Recipe, extract};
use crate::media::SegmentData;
use crate::model::TaskHead;

/// Loads in the first step, runs in the second.
pub(super) struct WarmUpJob {
    model: ModelChoice,
    loaded: bool,
}

impl WarmUpJob {
    pub(super) fn new(model: ModelChoice) -> Self {
        Self {
            model,
            loaded: false,
        }
    }
}

impl Job<ComputeSession> for WarmUpJob {
    fn step(
        &mut self,
        session: &mut ComputeSession,
        context: &mut StepContext<'_>,
    ) -> Result<Step, EngineError> {
        let pair = session.loaded(&self.model)?;
        if *pair.device() == Device::flex() {
            context.progress(2, 2);
            return Ok(Step::Done);
        }
        if !self.loaded {
            self.loaded = true;
            context.progress(1, 2);
            return Ok(Step::More);
        }
        let nothing = SegmentData {
            span: TimeSpan::new(Time::ZERO, Time::SECOND),
            frame: None,
            sound: None,
        };
        let segment = Recipe::of(pair.about()).prepare(&nothing);
        let (visual, audio) = extract(pair, &[segment])?;
        let choice = HeadChoice {
            model: self.model.clone(),
            which: WhichHead::For(Task::Localize),
        };
        // A model without this head is warm enough.
        if let Ok(ready) = session.head(&choice)
            && let TaskHead::Localize(head) = &ready.head
        {
            let said = head.forward(&visual, &audio, 1);
            // Reading a result is what waits for the device.
            drop(said.event.into_data());
        }
        context.progress(2, 2);
        Ok(Step::Done)
    }

    fn restart(&mut self) -> bool {
        self.loaded = false;
        true
    }
}
