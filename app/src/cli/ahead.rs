//! The clip that comes next, opened and begun while the one before it is worked on, so that the processor always has something to
//! do; and an engine's replies, given out job by job.
//!
//! One clip ahead at most, whose first task is asked once all of the clip before it was: results come in the order of the clips.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mettle_core::engine::{Engine, HeadChoice, JobId, JobSpec, Reply, ReplyBody};
use mettle_core::media::Clip;

/// The clip ahead, and what was said of it before its turn.
#[derive(Default)]
pub struct Ahead {
    next: RefCell<Option<Next>>,
    early: RefCell<Vec<Reply>>,
    /// Whether all of the clip whose turn it is has been asked.
    all_asked: Cell<bool>,
}

struct Next {
    path: PathBuf,
    /// Who answers its first task.
    head: HeadChoice,
    open: JobId,
    clip: Option<Arc<Clip>>,
    predict: Option<JobId>,
}

/// What was already asked of a clip whose turn has come.
pub struct Begun {
    /// Its opening.
    pub open: JobId,
    /// Its first task.
    pub predict: Option<(HeadChoice, JobId)>,
}

impl Ahead {
    /// A clip comes next, of whom `head` is asked first.
    pub fn look(&self, engine: &Engine, path: &Path, head: HeadChoice) {
        self.all_asked.set(false);
        let open = engine.submit(JobSpec::Open { path: path.into() });
        *self.next.borrow_mut() = Some(Next {
            path: path.to_owned(),
            head,
            open,
            clip: None,
            predict: None,
        });
    }

    /// A clip's turn has come. If it is another than the one that was to come, that one is given up.
    pub fn turn(&self, engine: &Engine, path: &Path) -> Option<Begun> {
        let next = self.next.take()?;
        if next.path == path {
            return Some(Begun {
                open: next.open,
                predict: next.predict.map(|job| (next.head, job)),
            });
        }
        [Some(next.open), next.predict]
            .into_iter()
            .flatten()
            .for_each(|job| engine.cancel(job));
        self.early.borrow_mut().clear();
        None
    }

    /// All of the clip whose turn it is has been asked: the next may be begun.
    pub fn all_is_asked(&self, engine: &Engine) {
        self.all_asked.set(true);
        self.begin(engine);
    }

    /// What a job says next; `None` when nothing comes within `limit`.
    pub fn reply(&self, engine: &Engine, job: JobId, limit: Duration) -> Option<ReplyBody> {
        if let Some(body) = self.early_of(job) {
            return Some(body);
        }
        let reply = engine.wait_for_reply(limit)?;
        if reply.job == job {
            return Some(reply.body);
        }
        self.keep(engine, reply);
        None
    }

    fn early_of(&self, job: JobId) -> Option<ReplyBody> {
        let mut early = self.early.borrow_mut();
        let at = early.iter().position(|reply| reply.job == job)?;
        Some(early.remove(at).body)
    }

    /// Keeps what is said of the next clip; what nobody waits for is dropped.
    fn keep(&self, engine: &Engine, reply: Reply) {
        let mut next = self.next.borrow_mut();
        let Some(next) = next.as_mut() else { return };
        if reply.job != next.open && Some(reply.job) != next.predict {
            return;
        }
        if let ReplyBody::Opened(clip) = &reply.body {
            next.clip = Some(Arc::clone(clip));
        }
        self.early.borrow_mut().push(reply);
        if self.all_asked.get() {
            next.begin(engine);
        }
    }

    fn begin(&self, engine: &Engine) {
        if let Some(next) = self.next.borrow_mut().as_mut() {
            next.begin(engine);
        }
    }
}

impl Next {
    /// Asks its first task, if it is open.
    fn begin(&mut self, engine: &Engine) {
        if let (Some(clip), None) = (&self.clip, self.predict) {
            self.predict = Some(engine.submit(JobSpec::Predict {
                clip: Arc::clone(clip),
                head: self.head.clone(),
            }));
        }
    }
}
