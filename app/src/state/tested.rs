//! A test of the device, as far as it has come.

use mettle_core::engine::JobId;
use mettle_core::gpu::SelfTest;

/// How far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Tested {
    /// Nobody asked, or it failed, which is told elsewhere.
    #[default]
    Not,
    /// The device does other things yet, or is being tested.
    Asked(JobId),
    /// It computes rightly, so fast.
    Found(SelfTest),
}

impl Tested {
    /// The job is over without an answer.
    pub fn gave_up(&mut self, job: JobId) {
        if *self == Self::Asked(job) {
            *self = Self::Not;
        }
    }
}
