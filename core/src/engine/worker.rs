//! One loop on one named thread: takes the most urgent job, does one bounded step of it, looks again.
//!
//! From this one loop come cancellation within a step, priorities that overtake between two steps, progress, and the
//! containment of failures: a panic inside a step ends that job with an error, and the next job runs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::board::Board;
use super::outbox::Outbox;
use super::{EngineError, JobId, ReplyBody};
use crate::base::{CancelToken, ClipId, Progress};

/// What a step leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// There is more to do.
    More,
    /// The job is finished.
    Done,
}

/// A piece of work cut into steps of at most about 0.3 s, each given the worker's session `S`.
pub trait Job<S>: Send {
    /// Do one bounded step. Look at [`StepContext::is_cancelled`] inside a step that may take longer.
    fn step(&mut self, session: &mut S, context: &mut StepContext<'_>)
    -> Result<Step, EngineError>;
}

/// What a step may do besides its work: answer, report progress, notice that it is no longer wanted.
pub struct StepContext<'a> {
    id: JobId,
    cancel: &'a CancelToken,
    outbox: &'a Outbox,
    board: &'a Board,
}

impl StepContext<'_> {
    /// Send part of the result. Waits while the reader is behind, unless the job is cancelled meanwhile.
    pub fn reply(&self, body: ReplyBody) {
        self.outbox.send(self.id, body, Some(self.cancel));
    }

    /// Whether the reader is behind; a part that a later part replaces need not be sent then.
    pub fn reader_is_behind(&self) -> bool {
        self.outbox.is_full()
    }

    /// Report how far the job has come.
    pub fn progress(&self, done: u64, total: u64) {
        self.board.progress(self.id, Progress { done, total });
    }

    /// Whether the user no longer wants the job.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// The wish to stop, to hand to helpers of the job.
    pub fn cancel_token(&self) -> CancelToken {
        self.cancel.clone()
    }
}

/// A job on its way to a worker.
pub struct NewJob<S> {
    /// What it goes by in replies and on the board.
    pub id: JobId,
    /// In the user's words, for the board and for an error: "Analyse dog.mp4".
    pub title: String,
    /// The file it is about, for an error.
    pub path: Option<PathBuf>,
    /// The clip it works on, if known: the clip on screen comes first.
    pub clip: Option<ClipId>,
    /// Comes even before the clip on screen: the user waits to see anything at all.
    pub urgent: bool,
    /// The work itself, step by step.
    pub job: Box<dyn Job<S>>,
}

struct Entry<S> {
    id: JobId,
    title: String,
    path: Option<PathBuf>,
    clip: Option<ClipId>,
    urgent: bool,
    cancel: CancelToken,
    /// Taken out while a step runs.
    job: Option<Box<dyn Job<S>>>,
}

struct Queue<S> {
    entries: Vec<Entry<S>>,
    foreground: Option<ClipId>,
}

impl<S> Queue<S> {
    /// The most urgent job: urgent ones, then the clip on screen, then in order of submission.
    fn most_urgent(&self) -> Option<usize> {
        let rank = |entry: &Entry<S>| {
            let on_screen = entry.clip.is_some() && entry.clip == self.foreground;
            (!entry.urgent, !on_screen, entry.id)
        };
        (0..self.entries.len()).min_by_key(|&i| rank(&self.entries[i]))
    }

    fn remove(&mut self, id: JobId) -> Option<Entry<S>> {
        let index = self.entries.iter().position(|entry| entry.id == id)?;
        Some(self.entries.remove(index))
    }
}

struct Shared<S> {
    queue: Mutex<Queue<S>>,
    wake: Condvar,
    stop: AtomicBool,
    board: Board,
    outbox: Outbox,
}

impl<S> Shared<S> {
    fn queue(&self) -> MutexGuard<'_, Queue<S>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A named thread that works on jobs of session `S`. Dropping it stops the thread after the step in hand, without waiting.
pub struct Worker<S> {
    shared: Arc<Shared<S>>,
}

impl<S: 'static> Worker<S> {
    /// Start the thread; `session` is made on it, so that slow start-up keeps nobody waiting.
    pub fn start(
        name: &str,
        board: Board,
        outbox: Outbox,
        session: impl FnOnce() -> S + Send + 'static,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            queue: Mutex::new(Queue {
                entries: Vec::new(),
                foreground: None,
            }),
            wake: Condvar::new(),
            stop: AtomicBool::new(false),
            board,
            outbox,
        });
        let theirs = Arc::clone(&shared);
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                super::priority::lower_current_thread();
                let mut session = session();
                while let Some(id) = theirs.wait_for_job() {
                    theirs.work_on(id, &mut session);
                }
            })?;
        Ok(Self { shared })
    }

    /// Queue a job.
    pub fn submit(&self, new: NewJob<S>) {
        self.shared.board.add(new.id, new.title.clone(), new.clip);
        self.shared.queue().entries.push(Entry {
            id: new.id,
            title: new.title,
            path: new.path,
            clip: new.clip,
            urgent: new.urgent,
            cancel: CancelToken::default(),
            job: Some(new.job),
        });
        self.shared.wake.notify_one();
    }

    /// Ask a job to stop; nothing happens if it is not here or has ended.
    pub fn cancel(&self, id: JobId) {
        if let Some(entry) = self.shared.queue().entries.iter().find(|e| e.id == id) {
            entry.cancel.cancel();
        }
        self.shared.wake.notify_one();
    }

    /// Which clip is on screen: its jobs overtake the others between two steps.
    pub fn set_foreground(&self, clip: Option<ClipId>) {
        self.shared.queue().foreground = clip;
    }
}

impl<S> Drop for Worker<S> {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        self.shared.outbox.close();
        for entry in &self.shared.queue().entries {
            entry.cancel.cancel();
        }
        self.shared.wake.notify_all();
    }
}

impl<S> Shared<S> {
    /// Sleep until there is a job; end the cancelled ones. `None` when the worker is to stop.
    fn wait_for_job(&self) -> Option<JobId> {
        let mut queue = self.queue();
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return None;
            }
            if let Some(at) = queue.entries.iter().position(|e| e.cancel.is_cancelled()) {
                let id = queue.entries.remove(at).id;
                drop(queue);
                self.end(id, ReplyBody::Cancelled);
                queue = self.queue();
                continue;
            }
            if let Some(at) = queue.most_urgent() {
                return Some(queue.entries[at].id);
            }
            queue = self
                .wake
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// One step of one job, and its end if this was the last.
    fn work_on(&self, id: JobId, session: &mut S) {
        let Some((mut job, cancel)) = self.take(id) else {
            return;
        };
        self.board.running(id);
        let mut context = StepContext {
            id,
            cancel: &cancel,
            outbox: &self.outbox,
            board: &self.board,
        };
        // The session stays usable after a panic: its parts are caches that are only ever replaced as a whole.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let outcome = job.step(session, &mut context);
            (outcome, job)
        }));
        let ended = match outcome {
            Ok((Ok(Step::More), job)) => {
                let mut queue = self.queue();
                if let Some(entry) = queue.entries.iter_mut().find(|e| e.id == id) {
                    entry.job = Some(job);
                }
                return;
            }
            Ok((Ok(Step::Done), _)) => Ok(()),
            Ok((Err(error), _)) => Err(error),
            Err(panic) => Err(EngineError::from_panic(&*panic)),
        };
        let Some(entry) = self.queue().remove(id) else {
            return;
        };
        let body = match ended {
            _ if cancel.is_cancelled() => ReplyBody::Cancelled,
            Ok(()) => ReplyBody::Done,
            Err(error) => ReplyBody::Failed(error.problem(&entry.title, entry.path.as_deref())),
        };
        self.end(id, body);
    }

    fn take(&self, id: JobId) -> Option<(Box<dyn Job<S>>, CancelToken)> {
        let mut queue = self.queue();
        let entry = queue.entries.iter_mut().find(|entry| entry.id == id)?;
        Some((entry.job.take()?, entry.cancel.clone()))
    }

    fn end(&self, id: JobId, body: ReplyBody) {
        self.board.remove(id);
        self.outbox.send(id, body, None);
    }
}
