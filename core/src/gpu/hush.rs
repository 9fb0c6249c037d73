//! What graphics drivers print on standard error while they are looked for is no business of a user's terminal: Mesa
//! complains there of a missing session whenever it is asked which devices there are.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// All that was printed so far.
static WORDS: Mutex<String> = Mutex::new(String::new());

/// What drivers printed so far, for `mettle doctor --verbose`.
pub fn driver_words() -> String {
    WORDS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// While this lives, what drivers print goes to the log, at level debug, and not to the user's terminal.
pub struct Hush {
    redirected: Option<Redirected>,
    /// Held throughout: two redirections at once would leave the first one's in place for good.
    words: MutexGuard<'static, String>,
}

impl Hush {
    /// From now on; waits for another one to end.
    pub fn begin() -> Self {
        let words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
        let redirected = Redirected::new();
        Self { redirected, words }
    }
}

impl Drop for Hush {
    fn drop(&mut self) {
        let printed = self.redirected.take().map(Redirected::end);
        let printed = printed.unwrap_or_default();
        if std::thread::panicking() {
            // It may be why.
            eprint!("{printed}");
        }
        for line in printed.lines() {
            log::debug!("a driver says: {line}");
        }
        self.words.push_str(&printed);
    }
}

/// Do something that calls into graphics drivers, without what they print.
pub(super) fn hushed<T>(work: impl FnOnce() -> T) -> T {
    let _hush = Hush::begin();
    work()
}

#[cfg(not(unix))]
use elsewhere::Redirected;
#[cfg(unix)]
use unix::Redirected;

#[cfg(unix)]
mod unix {
    use std::io::Read;

    use gag::BufferRedirect;

    /// Standard error goes to a file while this lives.
    pub(super) struct Redirected(BufferRedirect);

    impl Redirected {
        /// `None` where the system refuses: drivers are then heard.
        pub(super) fn new() -> Option<Self> {
            BufferRedirect::stderr().ok().map(Self)
        }

        /// What was printed.
        pub(super) fn end(mut self) -> String {
            let mut printed = Vec::new();
            if let Err(error) = self.0.read_to_end(&mut printed) {
                log::debug!("what drivers printed cannot be read: {error}");
            }
            String::from_utf8_lossy(&printed).into_owned()
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    /// Drivers of other systems print nothing.
    pub(super) struct Redirected;

    impl Redirected {
        pub(super) fn new() -> Option<Self> {
            None
        }

        pub(super) fn end(self) -> String {
            String::new()
        }
    }
}
