//! What the system says of this process and its machine: memory, processor time, the processor's name.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Watches how much memory this process holds.
pub struct Memory {
    before: Option<u64>,
    most: Arc<AtomicU64>,
    done: Arc<AtomicBool>,
}

impl Memory {
    /// From now on.
    pub fn watch() -> Self {
        let (most, done) = (
            Arc::new(AtomicU64::new(0)),
            Arc::new(AtomicBool::new(false)),
        );
        let (highest, stop) = (Arc::clone(&most), Arc::clone(&done));
        let watch = move || {
            while !stop.load(Ordering::Relaxed) {
                highest.fetch_max(resident_mib().unwrap_or(0), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(50));
            }
        };
        // Without the thread there is no figure for the peak, which is then said.
        let _ = std::thread::Builder::new()
            .name("memory".to_owned())
            .spawn(watch);
        Self {
            before: resident_mib(),
            most,
            done,
        }
    }

    /// Before and at most, in MiB; `None` where the system does not say.
    pub fn stop(self) -> (Option<u64>, Option<u64>) {
        self.done.store(true, Ordering::Relaxed);
        let most = self.most.load(Ordering::Relaxed);
        (self.before, (most > 0).then_some(most))
    }
}

/// Memory held by this process, as Linux tells it.
pub fn resident_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024)
}

/// Processor time of all threads of this process so far, to a hundredth of a second, as Linux tells it.
pub fn cpu_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The program's name, in brackets, may hold spaces; times in user and system are the 12th and 13th field after it.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: u64 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Some(Duration::from_millis(ticks * 10))
}

/// The processor's name; the architecture where the system does not say.
pub fn processor() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or_else(
        || std::env::consts::ARCH.to_owned(),
        |(_, name)| name.trim().to_owned(),
    )
}
