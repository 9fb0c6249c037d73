//! Workers give way to the window: they run at a lower priority of the operating system.

use std::sync::Once;
use std::sync::atomic::{AtomicU8, Ordering};

use thread_priority::{ThreadPriority, ThreadPriorityValue, set_current_thread_priority};

/// Of 0 to 99: below what the user works with, above what is idle. "Nice 7" on Linux.
const WORKER: u8 = 30;
/// Beside a window, whose every frame is due within milliseconds. "Nice 15" on Linux: the window's thread gets its turn at
/// once on a machine with no core to spare, and where it has nothing to draw nothing is lost.
const BESIDE_WINDOW: u8 = 10;

static LEVEL: AtomicU8 = AtomicU8::new(WORKER);

/// From now on, workers that start give way to a window of this program.
pub(super) fn give_way_to_window() {
    LEVEL.store(BESIDE_WINDOW, Ordering::Relaxed);
}

/// Lower the calling thread, and with it the threads it starts where the system hands priorities down. A refusal by the
/// system is not worth an error: the window is a little less smooth.
pub(super) fn lower_current_thread() {
    let Ok(value) = ThreadPriorityValue::try_from(LEVEL.load(Ordering::Relaxed)) else {
        return;
    };
    if let Err(error) = set_current_thread_priority(ThreadPriority::Crossplatform(value)) {
        log::debug!("could not lower a worker's priority: {error}");
    }
}

/// Make the shared pool of compute threads run at the workers' priority. Has an effect the first time only, and none if
/// something used the pool before. `threads` is how many there are to be.
pub(super) fn lower_compute_pool(threads: Option<usize>) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads.unwrap_or(0))
            .thread_name(|i| format!("compute-{i}"))
            .start_handler(|_| lower_current_thread());
        if let Err(error) = pool.build_global() {
            log::debug!("the compute pool keeps its priority: {error}");
        }
    });
}
