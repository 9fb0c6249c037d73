//! The bounded channel of replies. A slow reader slows the workers down; it never deadlocks them or loses a reply.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, SendTimeoutError, Sender, bounded};

use super::{JobId, Reply, ReplyBody};
use crate::base::CancelToken;

/// How often a worker that waits for the reader looks whether it is still wanted.
const PATIENCE: Duration = Duration::from_millis(20);

/// The workers' end of the channel of replies.
#[derive(Clone)]
pub struct Outbox {
    replies: Sender<Reply>,
    wake: Arc<dyn Fn() + Send + Sync>,
    closed: Arc<AtomicBool>,
}

impl Outbox {
    /// A channel for `capacity` unread replies; `wake` is called after each reply.
    pub fn new(
        capacity: usize,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> (Self, Receiver<Reply>) {
        let (replies, inbox) = bounded(capacity);
        let outbox = Self {
            replies,
            wake: Arc::new(wake),
            closed: Arc::default(),
        };
        (outbox, inbox)
    }

    /// Send a reply, waiting while the channel is full. Given up when nobody will read it any more, or, if there is a
    /// `cancel`, when the job is cancelled meanwhile.
    pub(super) fn send(&self, job: JobId, body: ReplyBody, cancel: Option<&CancelToken>) {
        let mut reply = Reply { job, body };
        loop {
            let unwanted = cancel.is_some_and(CancelToken::is_cancelled);
            if unwanted || self.closed.load(Ordering::Relaxed) {
                return;
            }
            match self.replies.send_timeout(reply, PATIENCE) {
                Ok(()) => return (self.wake)(),
                Err(SendTimeoutError::Timeout(back)) => {
                    (self.wake)();
                    reply = back;
                }
                Err(SendTimeoutError::Disconnected(_)) => return,
            }
        }
    }

    /// Whether the reader is behind.
    pub(super) fn is_full(&self) -> bool {
        self.replies.is_full()
    }

    /// Nobody will read any more: waiting workers give up.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }
}
