//! Workers give way to the window: they run at a lower priority of the operating system.

use std::sync::Once;

use thread_priority::{ThreadPriority, ThreadPriorityValue, set_current_thread_priority};

/// A third of the way up from the lowest: below the window's thread, above what is idle.
const WORKER: u8 = 30;

/// Lower the calling thread. A refusal by the system is not worth an error: the window is a little less smooth.
pub(super) fn lower_current_thread() {
    let Ok(value) = ThreadPriorityValue::try_from(WORKER) else {
        return;
    };
    if let Err(error) = set_current_thread_priority(ThreadPriority::Crossplatform(value)) {
        log::debug!("could not lower a worker's priority: {error}");
    }
}

/// Make the shared pool of compute threads run at the workers' priority. Has an effect the first time only, and none if
/// something used the pool before.
pub(super) fn lower_compute_pool() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let pool = rayon::ThreadPoolBuilder::new()
            .thread_name(|i| format!("compute-{i}"))
            .start_handler(|_| lower_current_thread());
        if let Err(error) = pool.build_global() {
            log::debug!("the compute pool keeps its priority: {error}");
        }
    });
}
