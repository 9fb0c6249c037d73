//! Questions that take their time, each on a thread of its own: the window never waits for them. Every question is answered, in its
//! own time.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};

/// Hears the answers.
pub struct Answering<A> {
    tell: Sender<A>,
    told: Receiver<A>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl<A: Send + 'static> Answering<A> {
    /// `wake` is called for each answer.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let (tell, told) = unbounded();
        Self {
            tell,
            told,
            wake: Arc::new(wake),
        }
    }

    /// Find an answer, on a thread of this name.
    pub fn ask(&self, name: &str, find: impl FnOnce() -> A + Send + 'static) {
        let (tell, wake) = (self.tell.clone(), self.wake.clone());
        let thread = std::thread::Builder::new().name(name.to_owned());
        let spawned = thread.spawn(move || {
            let _ = tell.send(find());
            wake();
        });
        if let Err(error) = spawned {
            log::warn!("no thread for {name}: {error}");
        }
    }

    /// The next answer, if one has come.
    pub fn poll(&self) -> Option<A> {
        self.told.try_recv().ok()
    }
}
