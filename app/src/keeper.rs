//! Keeps what the user decided about clips, on a thread: the window never waits for the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, unbounded};
use mettle_core::base::ClipId;
use mettle_core::project::{Store, StoreError, Work};

enum Order {
    Read(ClipId),
    Keep(ClipId, Work),
}

/// What the thread answers.
#[derive(Debug)]
pub enum Kept {
    /// What was decided about a clip in an earlier run; nothing where that cannot be read.
    Work(ClipId, Box<Work>),
    /// Something could not be read or kept; said once for each way to fail.
    Failed(String),
}

/// The thread's other end. Without a file nothing is kept.
#[derive(Default)]
pub struct Keeper {
    orders: Option<Sender<Order>>,
    answers: Option<Receiver<Kept>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Keep in this file; `wake` is called for each answer.
    pub fn start(file: Option<PathBuf>, wake: impl Fn() + Send + 'static) -> Self {
        let Some(file) = file else {
            return Self::default();
        };
        let (orders, todo) = unbounded();
        let (tell, answers) = unbounded();
        let say = move |kept: Kept| {
            let _ = tell.send(kept);
            wake();
        };
        let thread = std::thread::Builder::new().name("corrections".into());
        match thread.spawn(move || work(&file, &todo, &say)) {
            Ok(thread) => Self {
                orders: Some(orders),
                answers: Some(answers),
                thread: Some(thread),
            },
            Err(error) => {
                log::warn!("no thread to keep corrections: {error}");
                Self::default()
            }
        }
    }

    /// Ask what was decided about a clip. Says whether an answer will come.
    pub fn read(&self, clip: ClipId) -> bool {
        self.order(Order::Read(clip));
        self.orders.is_some()
    }

    /// Keep what is decided about a clip now.
    pub fn keep(&self, clip: ClipId, work: Work) {
        self.order(Order::Keep(clip, work));
    }

    /// The next answer, if one has come.
    pub fn poll(&self) -> Option<Kept> {
        self.answers.as_ref()?.try_recv().ok()
    }

    fn order(&self, order: Order) {
        if let Some(orders) = &self.orders {
            let _ = orders.send(order);
        }
    }
}

impl Drop for Keeper {
    /// Waits until everything is kept.
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The thread: a transaction for each clip that changed since the last look, so that a held slider never queues up.
fn work(file: &Path, todo: &Receiver<Order>, say: &dyn Fn(Kept)) {
    let mut said = BTreeSet::new();
    let mut fail = |error: StoreError| {
        let text = error.to_string();
        if said.insert(text.clone()) {
            say(Kept::Failed(text));
        }
    };
    let nothing = |clip: ClipId| say(Kept::Work(clip, Box::default()));
    let mut store = match Store::open(file) {
        Ok(store) => store,
        Err(error) => {
            fail(error);
            for order in todo {
                if let Order::Read(clip) = order {
                    nothing(clip);
                }
            }
            return;
        }
    };
    // What cannot be read is not written over either.
    let mut unreadable = BTreeSet::new();
    while let Ok(first) = todo.recv() {
        let mut changed = BTreeMap::new();
        for order in std::iter::once(first).chain(todo.try_iter()) {
            let clip = match order {
                Order::Keep(clip, work) => {
                    changed.insert(clip, work);
                    continue;
                }
                Order::Read(clip) => clip,
            };
            let found = match changed.get(&clip) {
                Some(work) => Ok(work.clone()),
                None => store.work(clip),
            };
            match found {
                Ok(work) => say(Kept::Work(clip, Box::new(work))),
                Err(error) => {
                    unreadable.insert(clip);
                    fail(error);
                    nothing(clip);
                }
            }
        }
        for (clip, work) in changed {
            if !unreadable.contains(&clip)
                && let Err(error) = store.keep(clip, &work)
            {
                fail(error);
            }
        }
    }
}
