//! Puts the review queue in order on a thread: the window never waits for it.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};
use mettle_core::predict::{SecondOf, in_order};

use crate::state::ToSort;

/// Sorts, and answers.
pub struct SortDesk {
    tell: Sender<(ToSort, Vec<SecondOf>)>,
    found: Receiver<(ToSort, Vec<SecondOf>)>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl SortDesk {
    /// `wake` is called for each answer.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let (tell, found) = unbounded();
        Self {
            tell,
            found,
            wake: Arc::new(wake),
        }
    }

    /// Put this in order.
    pub fn sort(&self, wanted: ToSort) {
        let (tell, wake) = (self.tell.clone(), self.wake.clone());
        let thread = std::thread::Builder::new().name("sorting".into());
        let spawned = thread.spawn(move || {
            let order = in_order(&wanted.worth, wanted.by, &wanted.first);
            let _ = tell.send((wanted, order));
            wake();
        });
        if let Err(error) = spawned {
            log::warn!("no thread to sort the review queue: {error}");
        }
    }

    /// The next answer, if one has come.
    pub fn poll(&self) -> Option<(ToSort, Vec<SecondOf>)> {
        self.found.try_recv().ok()
    }
}
