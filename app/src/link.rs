//! How the window speaks with the engine, as a trait, so that tests can play the engine.

use mettle_core::base::ClipId;
use mettle_core::engine::{Engine, JobId, JobSpec, JobStatus, Reply};
use mettle_core::gpu::DeviceReport;

/// The engine as the window sees it. No call waits.
pub trait EngineLink {
    /// Hand in a job.
    fn submit(&mut self, job: JobSpec) -> JobId;
    /// Stop a job.
    fn cancel(&mut self, job: JobId);
    /// Keep a job from going on until it is resumed.
    fn pause(&mut self, job: JobId);
    /// Let a paused job go on.
    fn resume(&mut self, job: JobId);
    /// The next answer, if there is one.
    fn try_reply(&mut self) -> Option<Reply>;
    /// What waits and runs.
    fn jobs(&self) -> Vec<JobStatus>;
    /// Work for this clip goes first.
    fn set_foreground(&mut self, clip: Option<ClipId>);
    /// The user waits for this job, and sees nothing until it is done.
    fn set_awaited(&mut self, job: Option<JobId>);
    /// The compute device.
    fn device(&self) -> DeviceReport;
}

impl EngineLink for Engine {
    fn submit(&mut self, job: JobSpec) -> JobId {
        Engine::submit(self, job)
    }

    fn cancel(&mut self, job: JobId) {
        Engine::cancel(self, job);
    }

    fn pause(&mut self, job: JobId) {
        Engine::pause(self, job);
    }

    fn resume(&mut self, job: JobId) {
        Engine::resume(self, job);
    }

    fn try_reply(&mut self) -> Option<Reply> {
        self.replies().next()
    }

    fn jobs(&self) -> Vec<JobStatus> {
        Engine::jobs(self)
    }

    fn set_foreground(&mut self, clip: Option<ClipId>) {
        Engine::set_foreground(self, clip);
    }

    fn set_awaited(&mut self, job: Option<JobId>) {
        Engine::set_awaited(self, job);
    }

    fn device(&self) -> DeviceReport {
        Engine::device(self)
    }
}
