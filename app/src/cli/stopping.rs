//! Being asked to stop: the step in hand is finished, and nothing is left half done.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

static ASKED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// From now on, the first SIGTERM or SIGINT is a wish, and the second ends the program as it usually does.
#[cfg(unix)]
pub fn listen() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::flag;
    for signal in [SIGTERM, SIGINT] {
        // In this order: the first signal finds the flag down, and the second finds it up.
        let heard = flag::register_conditional_default(signal, Arc::clone(&ASKED))
            .and_then(|_| flag::register(signal, Arc::clone(&ASKED)));
        if let Err(error) = heard {
            log::warn!("signal {signal} ends the program at once: {error}");
        }
    }
}

/// Elsewhere programs are ended at once.
#[cfg(not(unix))]
pub fn listen() {}

/// Whether the program is to stop.
pub fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}
