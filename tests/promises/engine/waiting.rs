//! Jobs that wait give the thread away, jobs can be paused, and two jobs on two models do not load them in turn.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, unbounded};
use mettle_core::base::Problem;
use mettle_core::engine::{
    Board, EngineError, Job, JobId, JobState, ModelChoice, NewJob, Outbox, Reply, ReplyBody,
    Session, Step, StepContext, Waker, Worker,
};
use mettle_core::gpu::ComputeError;

const PATIENCE: Duration = Duration::from_secs(20);

/// Counts how often a model is loaded in place of another, and how often it was lost and made anew.
#[derive(Clone, Default)]
struct Shelf {
    loaded: Option<ModelChoice>,
    loads: Arc<Mutex<Vec<ModelChoice>>>,
    lost: bool,
}

impl Shelf {
    fn load(&mut self, model: &ModelChoice) {
        if self.loaded.as_ref() != Some(model) {
            self.loaded = Some(model.clone());
            self.loads.lock().unwrap().push(model.clone());
        }
    }
}

impl Session for Shelf {
    fn recover(&mut self, _: &EngineError) -> Option<Problem> {
        std::mem::take(&mut self.lost).then(|| Problem::warning("The device was lost", "Made anew"))
    }
}

type Body = Box<dyn FnMut(&mut Shelf, &mut StepContext<'_>) -> Result<Step, EngineError> + Send>;

struct Scripted(Body);

impl Job<Shelf> for Scripted {
    fn step(
        &mut self,
        shelf: &mut Shelf,
        context: &mut StepContext<'_>,
    ) -> Result<Step, EngineError> {
        (self.0)(shelf, context)
    }

    fn restart(&mut self) -> bool {
        true
    }
}

struct Bench {
    worker: Worker<Shelf>,
    board: Board,
    replies: Receiver<Reply>,
    loads: Arc<Mutex<Vec<ModelChoice>>>,
}

impl Bench {
    fn new() -> Self {
        let (board, shelf) = (Board::default(), Shelf::default());
        let loads = shelf.loads.clone();
        let (outbox, replies) = Outbox::new(64, || {});
        let worker = Worker::start("engine", board.clone(), outbox, move || shelf).unwrap();
        Self {
            worker,
            board,
            replies,
            loads,
        }
    }

    fn submit(
        &self,
        model: Option<ModelChoice>,
        body: impl FnMut(&mut Shelf, &mut StepContext<'_>) -> Result<Step, EngineError> + Send + 'static,
    ) -> JobId {
        let id = JobId::fresh();
        self.worker.submit(NewJob {
            id,
            title: format!("Do job {}", id.0),
            path: None,
            clip: None,
            urgent: false,
            model,
            job: Box::new(Scripted(Box::new(body))),
        });
        id
    }

    /// How each of so many jobs ended.
    fn ends(&self, count: usize) -> BTreeMap<JobId, ReplyBody> {
        let mut ends = BTreeMap::new();
        while ends.len() < count {
            let reply = self.replies.recv_timeout(PATIENCE).expect("a reply");
            if matches!(
                reply.body,
                ReplyBody::Done | ReplyBody::Cancelled | ReplyBody::Failed(_)
            ) {
                ends.insert(reply.job, reply.body);
            }
        }
        ends
    }
}

fn folder(name: &str) -> ModelChoice {
    ModelChoice::Folder(PathBuf::from(name))
}

#[test]
fn a_job_that_waits_gives_the_thread_away_and_goes_on_when_it_is_woken() {
    let bench = Bench::new();
    let (to, wakers) = unbounded::<Waker>();
    let mut asked = 0;
    let waits = bench.submit(None, move |_, context| {
        asked += 1;
        if asked == 1 {
            to.send(context.waker()).unwrap();
            return Ok(Step::Waiting);
        }
        Ok(Step::Done)
    });
    let next = bench.submit(None, |_, _| Ok(Step::Done));
    let waker = wakers.recv_timeout(PATIENCE).unwrap();
    assert!(bench.ends(1).contains_key(&next), "the other one runs");
    assert_eq!(bench.board.snapshot().len(), 1, "the first still waits");
    waker.wake();
    assert!(bench.ends(1).contains_key(&waits));
}

#[test]
fn being_woken_within_the_step_counts() {
    let bench = Bench::new();
    let mut asked = 0;
    bench.submit(None, move |_, context| {
        asked += 1;
        context.waker().wake();
        Ok(match asked {
            1 => Step::Waiting,
            _ => Step::Done,
        })
    });
    bench.ends(1);
}

#[test]
fn a_job_that_waits_can_be_cancelled() {
    let bench = Bench::new();
    let waits = bench.submit(None, |_, _| Ok(Step::Waiting));
    bench.worker.cancel(waits);
    assert!(matches!(bench.ends(1)[&waits], ReplyBody::Cancelled));
}

#[test]
fn a_paused_job_stands_still_until_it_is_resumed() {
    let bench = Bench::new();
    let steps = Arc::new(Mutex::new(0));
    let (to, go) = unbounded::<()>();
    let counted = steps.clone();
    let long = bench.submit(None, move |_, _| {
        *counted.lock().unwrap() += 1;
        Ok(match go.try_recv() {
            Ok(()) => Step::Done,
            Err(_) => {
                std::thread::sleep(Duration::from_millis(1));
                Step::More
            }
        })
    });
    bench.worker.pause(long);
    // What runs after it shows that the step in hand has ended.
    let next = bench.submit(None, |_, _| Ok(Step::Done));
    assert!(bench.ends(1).contains_key(&next));
    let before = *steps.lock().unwrap();
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(*steps.lock().unwrap(), before);
    assert_eq!(bench.board.snapshot()[0].state, JobState::Paused);
    to.send(()).unwrap();
    bench.worker.resume(long);
    assert!(bench.ends(1).contains_key(&long));
}

/// Each waits for its decoder again and again; without regard to what is loaded, every wait would load the other's gigabytes.
#[test]
fn two_jobs_on_two_models_load_each_once() {
    let bench = Bench::new();
    for name in ["a", "b"] {
        let model = folder(name);
        let theirs = model.clone();
        let mut left = 20;
        bench.submit(Some(model), move |shelf, context| {
            shelf.load(&theirs);
            left -= 1;
            if left == 0 {
                return Ok(Step::Done);
            }
            let waker = context.waker();
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(3));
                waker.wake();
            });
            Ok(Step::Waiting)
        });
    }
    bench.ends(2);
    assert_eq!(*bench.loads.lock().unwrap(), [folder("a"), folder("b")]);
}

/// Whoever waits for long does not keep others from their model.
#[test]
fn a_model_is_not_held_for_ever() {
    let bench = Bench::new();
    let begin = Instant::now();
    let stuck = bench.submit(Some(folder("a")), |shelf, _| {
        shelf.load(&folder("a"));
        Ok(Step::Waiting)
    });
    let other = bench.submit(Some(folder("b")), |shelf, _| {
        shelf.load(&folder("b"));
        Ok(Step::Done)
    });
    assert!(bench.ends(1).contains_key(&other));
    assert!(
        begin.elapsed() < Duration::from_secs(10),
        "{:?}",
        begin.elapsed()
    );
    bench.worker.cancel(stuck);
    bench.ends(1);
}

#[test]
fn jobs_begin_anew_once_when_the_device_was_lost() {
    let bench = Bench::new();
    let fail = || {
        Err(EngineError::Compute(ComputeError::new(
            "the device is lost",
        )))
    };
    let mut tries = 0;
    let lucky = bench.submit(None, move |shelf, _| {
        tries += 1;
        shelf.lost = tries == 1;
        match tries {
            1 => fail(),
            _ => Ok(Step::Done),
        }
    });
    let unlucky = bench.submit(None, move |shelf, _| {
        shelf.lost = true;
        fail()
    });
    let mut notices = 0;
    let mut ends = BTreeMap::new();
    while ends.len() < 2 {
        let reply = bench.replies.recv_timeout(PATIENCE).expect("a reply");
        match reply.body {
            ReplyBody::Notice(_) => notices += 1,
            body => drop(ends.insert(reply.job, body)),
        }
    }
    assert!(matches!(ends[&lucky], ReplyBody::Done));
    let ReplyBody::Failed(problem) = &ends[&unlucky] else {
        panic!("it was tried for ever");
    };
    assert!(problem.advice.contains("the device is lost"), "{problem:?}");
    assert_eq!(notices, 3, "each loss is told");
}

#[test]
fn no_two_jobs_of_a_program_have_one_name() {
    let names: Vec<JobId> = (0..100).map(|_| JobId::fresh()).collect();
    assert!(names.windows(2).all(|pair| pair[0] < pair[1]));
}
