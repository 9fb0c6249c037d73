//! Exporting clips: a thread of its own opens, writes and reads back, and asks this job for what only the compute device can say.

mod thread;

use std::cell::RefCell;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, TryRecvError, unbounded};

use self::thread::Work;
use super::predict::PredictJob;
use crate::base::Problem;
use crate::engine::session::ComputeSession;
use crate::engine::worker::Heard;
use crate::engine::{
    EngineError, Export, ExportedClip, HeadChoice, Job, ReplyBody, Step, StepContext, WhichHead,
};
use crate::media::Clip;

/// Parts that a clip's progress is told in.
const PARTS: u64 = 100;

/// What the thread says.
enum FromThread {
    /// A head is to be asked about a clip.
    Ask(Arc<Clip>, WhichHead),
    /// A clip is dealt with.
    Clip(ExportedClip),
    /// So many clips are done, with the share of the one in hand.
    Progress(f32),
    /// It cannot go on.
    Failed(EngineError),
}

/// What the thread is told.
enum ToThread {
    /// What a head said.
    Said(Vec<ReplyBody>),
    /// It has said all, or why it cannot.
    End(Result<(), Problem>),
}

/// Exports.
pub(super) struct ExportJob {
    spec: Export,
    begun: Option<Begun>,
}

struct Begun {
    said: Receiver<FromThread>,
    tell: Sender<ToThread>,
    /// The head that is being asked.
    asking: Option<PredictJob>,
    /// Clips dealt with.
    done: usize,
}

impl ExportJob {
    pub(super) fn new(spec: Export) -> Self {
        Self { spec, begun: None }
    }

    fn begin(
        &self,
        session: &mut ComputeSession,
        context: &StepContext<'_>,
    ) -> Result<Begun, EngineError> {
        let heads: Vec<WhichHead> = self.spec.heads.iter().map(|(_, which)| *which).collect();
        let (tell_job, said) = unbounded();
        let (tell, answers) = unbounded();
        let work = Work {
            model: session.about(&self.spec.model, &heads)?,
            spec: self.spec.clone(),
            device: session.device_name(),
            source: session.source(),
            cancel: context.cancel_token(),
            tell: tell_job,
            answers,
            waker: context.waker(),
        };
        let thread = std::thread::Builder::new().name("export".into());
        thread.spawn(move || work.run())?;
        context.progress(0, PARTS * self.spec.clips.len() as u64);
        Ok(Begun {
            said,
            tell,
            asking: None,
            done: 0,
        })
    }

    /// What the thread says next.
    fn hear(&mut self, context: &StepContext<'_>) -> Result<Step, EngineError> {
        let Some(begun) = &mut self.begun else {
            return Ok(Step::More);
        };
        let total = PARTS * self.spec.clips.len() as u64;
        match begun.said.try_recv() {
            Ok(FromThread::Ask(clip, which)) => {
                let model = self.spec.model.clone();
                let head = HeadChoice { model, which };
                begun.asking = Some(PredictJob::new(clip, head));
            }
            Ok(FromThread::Clip(clip)) => {
                begun.done += 1;
                context.progress(PARTS * begun.done as u64, total);
                context.reply(ReplyBody::Exported(Box::new(clip)));
            }
            Ok(FromThread::Progress(share)) => {
                let parts = (share.clamp(0.0, 1.0) * PARTS as f32) as u64;
                context.progress(PARTS * begun.done as u64 + parts, total);
            }
            Ok(FromThread::Failed(error)) => return Err(error),
            Err(TryRecvError::Empty) => return Ok(Step::Waiting),
            Err(TryRecvError::Disconnected) => return Ok(Step::Done),
        }
        Ok(Step::More)
    }
}

impl Begun {
    /// One step of the head that is being asked; what it says goes to the thread.
    fn ask(
        &mut self,
        mut asking: PredictJob,
        session: &mut ComputeSession,
        context: &StepContext<'_>,
    ) -> Result<Step, EngineError> {
        let ear = RefCell::new(Heard::default());
        let stepped = asking.step(session, &mut context.heard_by(&ear));
        let _ = self.tell.send(ToThread::Said(ear.into_inner().said));
        let end = match stepped {
            Ok(Step::Done) => Ok(()),
            Ok(step) => {
                self.asking = Some(asking);
                return Ok(step);
            }
            // What ails the device or the model ails every clip.
            Err(error) if error.may_be_the_device() => return Err(error),
            Err(error) => Err(error.problem("Analyse it", None)),
        };
        let _ = self.tell.send(ToThread::End(end));
        Ok(Step::More)
    }
}

impl Job<ComputeSession> for ExportJob {
    fn step(
        &mut self,
        session: &mut ComputeSession,
        context: &mut StepContext<'_>,
    ) -> Result<Step, EngineError> {
        let Some(begun) = &mut self.begun else {
            self.begun = Some(self.begin(session, context)?);
            return Ok(Step::More);
        };
        match begun.asking.take() {
            Some(asking) => begun.ask(asking, session, context),
            None => self.hear(context),
        }
    }
}
