//! Trying a GPU in a child process first: a driver that crashes takes the child down, not the program.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::{Candidate, ComputeError, DeviceError, open};
use crate::base::{KeyHasher, cache_folder};

/// How long a child may take: compiling and tuning a first kernel is slow on some drivers.
const LIMIT: Duration = Duration::from_secs(120);
/// So much of what it says is read, in bytes.
const MOST_SAID: u64 = 4096;

/// Tries a device before this process touches it.
#[derive(Clone, Debug, Default)]
pub struct Prober {
    /// The program whose `probe-device` command tries a device; without one, devices are not tried beforehand.
    pub program: Option<PathBuf>,
}

impl Prober {
    /// With the program that is running.
    pub fn this_program() -> Self {
        Self {
            program: std::env::current_exe().ok(),
        }
    }

    /// Try a GPU in a child process, once for each adapter, driver and version of this program: a success is remembered.
    ///
    /// # Errors
    /// When the child crashed, failed or did not answer.
    pub fn check(&self, candidate: &Candidate) -> Result<(), DeviceError> {
        let Some(program) = &self.program else {
            return Ok(());
        };
        let remembered = remembered_at(candidate);
        if *candidate == Candidate::Cpu || remembered.exists() {
            return Ok(());
        }
        try_in_child(program, candidate).map_err(|cause| DeviceError::Broken {
            device: candidate.to_string(),
            reason: cause.to_string(),
        })?;
        // Not being able to remember means trying again next time.
        let folder = remembered.parent().map(std::fs::create_dir_all);
        if let (Some(Err(error)), _) | (_, Err(error)) = (folder, std::fs::write(&remembered, "")) {
            log::debug!("could not remember that {candidate} works: {error}");
        }
        Ok(())
    }
}

fn remembered_at(candidate: &Candidate) -> PathBuf {
    let key = KeyHasher::new("mettle device that works 1").text(env!("CARGO_PKG_VERSION"));
    let name = candidate.key(key).finish().to_string();
    cache_folder().join("devices-that-work").join(name)
}

fn try_in_child(program: &PathBuf, candidate: &Candidate) -> Result<(), ComputeError> {
    let text = serde_json::to_string(candidate).map_err(|e| ComputeError::new(e.to_string()))?;
    let mut child = Command::new(program)
        .args(["probe-device", &text])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| ComputeError::new(format!("it could not be tried: {e}")))?;
    let begin = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(failed(status, child.stdout.take())),
            Ok(None) if begin.elapsed() < LIMIT => std::thread::sleep(Duration::from_millis(10)),
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                let limit = LIMIT.as_secs();
                return Err(ComputeError::new(format!("no answer within {limit} s")));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Why a child ended that did not succeed: what it said, if it ended by itself; a driver that crashes leaves no word.
fn failed(status: ExitStatus, said: Option<impl Read>) -> ComputeError {
    let mut reason = String::new();
    if let Some(said) = said.filter(|_| status.code().is_some()) {
        // What cannot be read is told as if nothing had been said.
        let _ = said.take(MOST_SAID).read_to_string(&mut reason);
    }
    match reason.trim() {
        "" => ComputeError::new(format!("its driver failed when tried ({status})")),
        reason => ComputeError::new(reason),
    }
}

/// What the child does: open the device that `text` describes, which checks that it computes.
///
/// # Errors
/// When the text is not a device, or the device does not work.
pub fn probe(text: &str) -> Result<(), DeviceError> {
    let candidate: Candidate =
        serde_json::from_str(text).map_err(|e| DeviceError::Probe(e.to_string()))?;
    super::keep_tuning_results(super::Tuning::of(candidate.is_software()));
    open(&candidate).map(drop)
}
