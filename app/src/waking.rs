//! Waking the window from other threads. A window can be built anew: from then on the new one is woken.

use std::sync::{Arc, Mutex, PoisonError};

/// Wakes the window that is open now.
#[derive(Clone, Debug)]
pub struct Waker(Arc<Mutex<egui::Context>>);

impl Waker {
    /// Of this window.
    pub fn new(ctx: &egui::Context) -> Self {
        Self(Arc::new(Mutex::new(ctx.clone())))
    }

    /// Of this one from now on, for everyone who has it.
    pub fn turn_to(&self, ctx: &egui::Context) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = ctx.clone();
    }

    /// Have it look at what is new.
    pub fn wake(&self) {
        let ctx = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        ctx.request_repaint();
    }

    /// The same as a function.
    pub fn call(&self) -> impl Fn() + Send + Sync + use<> {
        let waker = self.clone();
        move || waker.wake()
    }
}
