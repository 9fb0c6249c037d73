//! Weights: saying which are here, fetching, checking.

use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::session::WeightsSession;
use crate::engine::{EngineError, Job, ReplyBody, Step, StepContext, WeightsTask};
use crate::hub::{Client, Places, Pull, WeightsState, entry, survey};
use crate::model::Verify;

/// The job that does it.
pub(super) fn for_task(task: WeightsTask) -> Box<dyn Job<WeightsSession>> {
    match task {
        WeightsTask::List => Box::new(ListJob),
        WeightsTask::Pull {
            model,
            endpoint,
            folder,
        } => Box::new(PullJob {
            model,
            endpoint,
            folder,
            begun: None,
        }),
        WeightsTask::Verify => Box::new(VerifyJob(None)),
    }
}

struct ListJob;

impl Job<WeightsSession> for ListJob {
    fn step(
        &mut self,
        _: &mut WeightsSession,
        context: &mut StepContext<'_>,
    ) -> Result<Step, EngineError> {
        tell(context, &Places::usual(None))?;
        Ok(Step::Done)
    }
}

struct PullJob {
    model: String,
    endpoint: Option<String>,
    folder: Option<PathBuf>,
    begun: Option<(Pull, Places)>,
}

impl PullJob {
    fn begin(&self) -> Result<(Pull, Places), EngineError> {
        let places = Places::usual(self.folder.as_deref());
        let client = Client::new(self.endpoint.as_deref())?;
        let pull = Pull::start(&entry(&self.model)?, None, &places, client)?;
        Ok((pull, places))
    }
}

impl Job<WeightsSession> for PullJob {
    fn step(
        &mut self,
        _: &mut WeightsSession,
        context: &mut StepContext<'_>,
    ) -> Result<Step, EngineError> {
        if self.begun.is_none() {
            self.begun = Some(self.begin()?);
        }
        let Some((pull, places)) = &mut self.begun else {
            return Ok(Step::Done);
        };
        let installed = pull.step()?;
        let progress = pull.progress();
        context.progress(progress.done, progress.total);
        if installed.is_none() {
            return Ok(Step::More);
        }
        tell(context, places)?;
        Ok(Step::Done)
    }
}

struct VerifyJob(Option<Verify>);

impl Job<WeightsSession> for VerifyJob {
    fn step(
        &mut self,
        _: &mut WeightsSession,
        context: &mut StepContext<'_>,
    ) -> Result<Step, EngineError> {
        let verify = match &mut self.0 {
            Some(verify) => verify,
            none => {
                let lines = survey(&Places::usual(None))?.into_iter();
                let here = lines.filter_map(|line| match line.state {
                    WeightsState::Here(found) => Some((line.entry, found)),
                    WeightsState::Partly(_) | WeightsState::Missing => None,
                });
                none.insert(Verify::new(here.collect()))
            }
        };
        if let Some(verdict) = verify.step()? {
            context.reply(ReplyBody::Verified(Box::new(verdict)));
        }
        let progress = verify.progress();
        context.progress(progress.done, progress.total);
        Ok(if verify.is_done() {
            Step::Done
        } else {
            Step::More
        })
    }
}

fn tell(context: &StepContext<'_>, places: &Places) -> Result<(), EngineError> {
    context.reply(ReplyBody::Models(Arc::new(survey(places)?)));
    Ok(())
}
