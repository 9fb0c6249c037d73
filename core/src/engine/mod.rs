//! Layer 6: jobs as small steps on named worker threads; the boundary the window talks to.
//!
//! What crosses it is plain data in the user's words: times, labels, tracks, pictures. No tensor, no device.

mod job;
mod reply;

pub use job::{JobId, JobSpec, JobState, JobStatus, ModelChoice};
pub use reply::{DeviceReport, Problem, Reply, ReplyBody, Severity, Thumbnail, WaveformPart};
