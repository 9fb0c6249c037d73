//! One loop on one named thread: takes the most urgent job, does one bounded step of it, looks again.
//!
//! From this one loop come cancellation within a step, priorities that overtake between two steps, jobs that wait without keeping
//! the thread, pauses, progress, and the containment of failures: a panic inside a step ends that job with an error, and the next
//! job runs. Where the failure was the loss of what the session holds, that is made anew and the job begun again.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::board::Board;
use super::outbox::Outbox;
use super::queue::{Next, Queue, Queued};
use super::{EngineError, JobId, ModelChoice, ReplyBody};
use crate::base::{CancelToken, ClipId, Problem, Progress};

/// What a step leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// There is more to do.
    More,
    /// There is more to do once [`StepContext::waker`] has been called; other jobs run meanwhile.
    Waiting,
    /// The job is finished.
    Done,
}

/// What stays with a worker's thread from job to job.
pub trait Session {
    /// After a step failed: if that was because what the session holds was lost, makes it anew and says so.
    fn recover(&mut self, _error: &EngineError) -> Option<Problem> {
        None
    }
}

impl Session for () {}

/// A piece of work cut into steps of at most about 0.3 s, each given the worker's session `S`.
pub trait Job<S>: Send {
    /// Do one bounded step. Look at [`StepContext::is_cancelled`] inside a step that may take longer.
    fn step(&mut self, session: &mut S, context: &mut StepContext<'_>)
    -> Result<Step, EngineError>;

    /// Whether its first step sets something going beside the worker, such as a decoder, which may as well run while the job of the
    /// same kind before it is worked on.
    fn starts_ahead(&self) -> bool {
        false
    }

    /// Forget what was done, to begin anew after the session lost what it held; false where that cannot be.
    fn restart(&mut self) -> bool {
        false
    }
}

/// What a step may do besides its work: answer, report progress, notice that it is no longer wanted.
pub struct StepContext<'a> {
    id: JobId,
    cancel: &'a CancelToken,
    outbox: &'a Outbox,
    board: &'a Board,
    waker: Waker,
    /// Hears in place of the reader and the board.
    ear: Option<&'a RefCell<Heard>>,
}

/// What a job inside another one says.
#[derive(Debug, Default)]
pub struct Heard {
    /// Its replies, in order.
    pub said: Vec<ReplyBody>,
    /// How far it has come.
    pub progress: Progress,
}

/// Wakes a job that waits. A call before the step has ended counts too.
#[derive(Clone)]
pub struct Waker {
    woken: Arc<AtomicBool>,
    bell: Sender<()>,
}

impl Waker {
    /// The job can go on.
    pub fn wake(&self) {
        self.woken.store(true, Ordering::Release);
        ring(&self.bell);
    }
}

/// A worker that sleeps looks at its queue again. It need not be told twice.
fn ring(bell: &Sender<()>) {
    let _ = bell.try_send(());
}

impl StepContext<'_> {
    /// The same step, for a job inside this one: what that says is heard here.
    pub fn heard_by<'b>(&'b self, ear: &'b RefCell<Heard>) -> StepContext<'b> {
        StepContext {
            id: self.id,
            cancel: self.cancel,
            outbox: self.outbox,
            board: self.board,
            waker: self.waker.clone(),
            ear: Some(ear),
        }
    }

    /// Send part of the result. Waits while the reader is behind, unless the job is cancelled meanwhile.
    pub fn reply(&self, body: ReplyBody) {
        match self.ear {
            Some(ear) => ear.borrow_mut().said.push(body),
            None => self.outbox.send(self.id, body, Some(self.cancel)),
        }
    }

    /// Whether the reader is behind; a part that a later part replaces need not be sent then.
    pub fn reader_is_behind(&self) -> bool {
        self.ear.is_none() && self.outbox.is_full()
    }

    /// Report how far the job has come.
    pub fn progress(&self, done: u64, total: u64) {
        let progress = Progress { done, total };
        match self.ear {
            Some(ear) => ear.borrow_mut().progress = progress,
            None => self.board.progress(self.id, progress),
        }
    }

    /// Whether the user no longer wants the job.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// What wakes the job after [`Step::Waiting`], to hand to whoever works for it.
    pub fn waker(&self) -> Waker {
        self.waker.clone()
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
    /// Comes even before the clip on screen: what the user asked for himself, and takes but a moment.
    pub urgent: bool,
    /// The model it keeps loaded, if it uses one: jobs that use the one that is loaded come first among their like.
    pub model: Option<ModelChoice>,
    /// The work itself, step by step.
    pub job: Box<dyn Job<S>>,
}

/// A job that was taken out of the queue for a step, whether it is to end, and whether it was woken.
type Taken<S> = (Box<dyn Job<S>>, CancelToken, Arc<AtomicBool>);

struct Shared<S> {
    queue: Mutex<Queue<S>>,
    bell: Sender<()>,
    rung: Receiver<()>,
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

impl<S: Session + 'static> Worker<S> {
    /// Start the thread; `session` is made on it, so that slow start-up keeps nobody waiting.
    pub fn start(
        name: &str,
        board: Board,
        outbox: Outbox,
        session: impl FnOnce() -> S + Send + 'static,
    ) -> std::io::Result<Self> {
        let (bell, rung) = bounded(1);
        let shared = Arc::new(Shared {
            queue: Mutex::new(Queue::new()),
            bell,
            rung,
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
        self.shared.queue().jobs.push(Queued {
            id: new.id,
            title: new.title,
            path: new.path,
            clip: new.clip,
            urgent: new.urgent,
            model: new.model,
            cancel: CancelToken::default(),
            starts_ahead: new.job.starts_ahead(),
            begun: false,
            job: Some(new.job),
            paused: false,
            waits_since: None,
            woken: Arc::default(),
            retried: false,
        });
        ring(&self.shared.bell);
    }

    /// Ask a job to stop; nothing happens if it is not here or has ended.
    pub fn cancel(&self, id: JobId) {
        if let Some(job) = self.shared.queue().get(id) {
            job.cancel.cancel();
        }
        ring(&self.shared.bell);
    }

    /// Keep a job from its next step until it is resumed; nothing happens if it is not here.
    pub fn pause(&self, id: JobId) {
        self.set_paused(id, true);
    }

    /// Let a paused job go on.
    pub fn resume(&self, id: JobId) {
        self.set_paused(id, false);
    }

    fn set_paused(&self, id: JobId, paused: bool) {
        if let Some(job) = self.shared.queue().get(id)
            && job.paused != paused
        {
            job.paused = paused;
            self.shared.board.paused(id, paused);
        }
        ring(&self.shared.bell);
    }

    /// Which clip is on screen: its jobs overtake the others between two steps.
    pub fn set_foreground(&self, clip: Option<ClipId>) {
        self.shared.queue().foreground = clip;
        ring(&self.shared.bell);
    }

    /// The user waits for this job, and sees nothing until it is done: it overtakes the others between two steps.
    pub fn set_awaited(&self, job: Option<JobId>) {
        self.shared.queue().awaited = job;
        ring(&self.shared.bell);
    }
}

impl<S> Drop for Worker<S> {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        self.shared.outbox.close();
        for job in &self.shared.queue().jobs {
            job.cancel.cancel();
        }
        ring(&self.shared.bell);
    }
}

impl<S: Session> Shared<S> {
    /// Sleep until there is a job; end the cancelled ones. `None` when the worker is to stop.
    fn wait_for_job(&self) -> Option<JobId> {
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return None;
            }
            let mut queue = self.queue();
            if let Some(at) = queue.jobs.iter().position(|job| job.cancel.is_cancelled()) {
                let gone = queue.jobs.remove(at);
                drop(queue);
                self.end(gone.id, ReplyBody::Cancelled);
                continue;
            }
            let next = queue.next();
            drop(queue);
            match next {
                Next::Run(id) => return Some(id),
                Next::Sleep(None) => drop(self.rung.recv()),
                Next::Sleep(Some(limit)) => drop(self.rung.recv_timeout(limit)),
            }
        }
    }

    /// One step of one job, and its end if this was the last.
    fn work_on(&self, id: JobId, session: &mut S) {
        let Some((mut job, cancel, woken)) = self.take(id) else {
            return;
        };
        self.board.running(id);
        let mut context = StepContext {
            id,
            cancel: &cancel,
            outbox: &self.outbox,
            board: &self.board,
            waker: Waker {
                woken,
                bell: self.bell.clone(),
            },
            ear: None,
        };
        // The session stays usable after a panic: its parts are caches that are only ever replaced as a whole.
        let outcome = catch_unwind(AssertUnwindSafe(|| job.step(session, &mut context)));
        let error = match outcome {
            Ok(Ok(Step::More)) => return self.put_back(id, job, false),
            Ok(Ok(Step::Waiting)) => return self.put_back(id, job, true),
            Ok(Ok(Step::Done)) => None,
            Ok(Err(error)) => Some(error),
            Err(panic) => Some(EngineError::from_panic(&*panic)),
        };
        if let Some(error) = &error
            && let Some(notice) = session.recover(error)
        {
            self.outbox
                .send(id, ReplyBody::Notice(notice), Some(&cancel));
            if self.may_retry(id) && job.restart() {
                return self.put_back(id, job, false);
            }
        }
        let Some(entry) = self.queue().remove(id) else {
            return;
        };
        let body = match error {
            _ if cancel.is_cancelled() => ReplyBody::Cancelled,
            None => ReplyBody::Done,
            Some(error) => ReplyBody::Failed(error.problem(&entry.title, entry.path.as_deref())),
        };
        self.end(id, body);
    }

    fn take(&self, id: JobId) -> Option<Taken<S>> {
        let mut queue = self.queue();
        let entry = queue.get(id)?;
        // From here on a call of the waker means something has come that this step may not have seen.
        entry.woken.store(false, Ordering::Release);
        entry.waits_since = None;
        let taken = (entry.job.take()?, entry.cancel.clone(), entry.woken.clone());
        let model = entry.model.clone();
        queue.will_use(model);
        Some(taken)
    }

    fn put_back(&self, id: JobId, job: Box<dyn Job<S>>, waits: bool) {
        if let Some(entry) = self.queue().get(id) {
            entry.job = Some(job);
            entry.begun = true;
            entry.waits_since = waits.then(Instant::now);
        }
    }

    /// Whether a job may be begun anew; it may once.
    fn may_retry(&self, id: JobId) -> bool {
        let mut queue = self.queue();
        let entry = queue.get(id);
        entry.is_some_and(|entry| !std::mem::replace(&mut entry.retried, true))
    }

    fn end(&self, id: JobId, body: ReplyBody) {
        self.board.remove(id);
        self.outbox.send(id, body, None);
    }
}
