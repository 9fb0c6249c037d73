//! What graphics drivers print on standard error while they are looked for is no business of a user's terminal: Mesa
//! complains there of a missing session whenever it is asked which devices there are.

use std::sync::{Mutex, PoisonError};

/// All that was printed so far.
static WORDS: Mutex<String> = Mutex::new(String::new());

/// What drivers printed so far, for `mettle doctor --verbose`.
pub fn driver_words() -> String {
    WORDS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Do something that calls into graphics drivers; what they print meanwhile goes to the log, at level debug.
pub(super) fn hushed<T>(work: impl FnOnce() -> T) -> T {
    // Held throughout: two redirections at once would leave the first one's in place for good.
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    let redirected = Redirected::new();
    let done = work();
    let printed = redirected.map(Redirected::end).unwrap_or_default();
    for line in printed.lines() {
        log::debug!("a driver says: {line}");
    }
    words.push_str(&printed);
    done
}

#[cfg(not(unix))]
use elsewhere::Redirected;
#[cfg(unix)]
use unix::Redirected;

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io::{Read, Seek};
    use std::os::fd::OwnedFd;

    /// Standard error goes to a file while this lives.
    pub(super) struct Redirected {
        file: File,
        own: OwnedFd,
    }

    impl Redirected {
        /// `None` where the system refuses: drivers are then heard.
        pub(super) fn new() -> Option<Self> {
            let file = tempfile::tempfile().ok()?;
            let own = rustix::io::dup(rustix::stdio::stderr()).ok()?;
            rustix::stdio::dup2_stderr(&file).ok()?;
            Some(Self { file, own })
        }

        /// What was printed.
        pub(super) fn end(mut self) -> String {
            let mut printed = Vec::new();
            let read = self
                .file
                .rewind()
                .and_then(|()| self.file.read_to_end(&mut printed));
            if let Err(error) = read {
                log::debug!("what drivers printed cannot be read: {error}");
            }
            String::from_utf8_lossy(&printed).into_owned()
        }
    }

    impl Drop for Redirected {
        fn drop(&mut self) {
            // Fails for a bad descriptor only, and this one is our own.
            let _ = rustix::stdio::dup2_stderr(&self.own);
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
