//! A worker with jobs made of closures, for the promises about jobs.

use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use mettle_core::base::ClipId;
use mettle_core::engine::{
    Board, EngineError, Job, JobId, NewJob, Outbox, Reply, ReplyBody, Step, StepContext, Worker,
};

/// Long enough for a busy machine; a promise that is kept never waits for it.
pub const PATIENCE: Duration = Duration::from_secs(20);

type Body = Box<dyn FnMut(&mut StepContext<'_>) -> Result<Step, EngineError> + Send>;

struct FakeJob {
    body: Body,
    ahead: bool,
}

impl Job<()> for FakeJob {
    fn step(&mut self, _: &mut (), context: &mut StepContext<'_>) -> Result<Step, EngineError> {
        (self.body)(context)
    }

    fn starts_ahead(&self) -> bool {
        self.ahead
    }
}

/// A worker, its board and its replies.
pub struct Bench {
    pub worker: Worker<()>,
    pub board: Board,
    pub replies: Receiver<Reply>,
}

impl Bench {
    pub fn new(unread: usize) -> Self {
        let board = Board::default();
        let (outbox, replies) = Outbox::new(unread, || {});
        let worker = Worker::start("engine", board.clone(), outbox, || ()).expect("a thread");
        Self {
            worker,
            board,
            replies,
        }
    }

    pub fn submit(
        &self,
        id: u64,
        clip: Option<ClipId>,
        body: impl FnMut(&mut StepContext<'_>) -> Result<Step, EngineError> + Send + 'static,
    ) -> JobId {
        self.submit_job(id, clip, false, Box::new(body))
    }

    /// The same of a job that may be begun while a like one is worked on.
    pub fn submit_ahead(
        &self,
        id: u64,
        clip: Option<ClipId>,
        body: impl FnMut(&mut StepContext<'_>) -> Result<Step, EngineError> + Send + 'static,
    ) -> JobId {
        self.submit_job(id, clip, true, Box::new(body))
    }

    fn submit_job(&self, id: u64, clip: Option<ClipId>, ahead: bool, body: Body) -> JobId {
        let id = JobId(id);
        self.worker.submit(NewJob {
            id,
            title: format!("Do job {}", id.0),
            path: None,
            clip,
            urgent: false,
            model: None,
            job: Box::new(FakeJob { body, ahead }),
        });
        id
    }

    /// Every reply up to the ends of `count` jobs.
    pub fn until_ended(&self, count: usize) -> Vec<Reply> {
        let (mut replies, mut ended) = (Vec::new(), 0);
        while ended < count {
            let reply = self.replies.recv_timeout(PATIENCE).expect("a reply");
            ended += usize::from(is_end(&reply.body));
            replies.push(reply);
        }
        replies
    }

    /// Nothing more comes within a moment.
    pub fn is_quiet(&self) -> bool {
        self.replies
            .recv_timeout(Duration::from_millis(150))
            .is_err()
    }
}

pub fn is_end(body: &ReplyBody) -> bool {
    matches!(
        body,
        ReplyBody::Done | ReplyBody::Cancelled | ReplyBody::Failed(_)
    )
}

/// Wait until something becomes true.
pub fn eventually(what: impl Fn() -> bool) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if what() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    false
}
