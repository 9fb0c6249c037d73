//! Layer 6: jobs as small steps on named worker threads; the boundary the window talks to.
//!
//! What crosses it is plain data in the user's words: times, labels, tracks, pictures. No tensor, no device.

mod assemble;
mod backbone_files;
mod board;
mod counts;
mod error;
mod eval;
mod file_features;
mod handle;
mod job;
mod jobs;
mod model;
mod outbox;
mod priority;
mod reply;
mod session;
mod speed;
mod tags;
mod verify;
mod worker;

pub use crate::gpu::{DeviceChoice, DeviceReport};
pub use crate::model::Precision;
pub use assemble::{NewModel, assemble_model};
pub use backbone_files::BackboneFiles;
pub use board::Board;
pub use counts::{ModelCount, full_size_counts};
pub use error::EngineError;
pub use eval::evaluate;
pub use file_features::features_of_file;
pub use handle::{Engine, EngineOptions};
pub use job::{JobId, JobSpec, JobState, JobStatus, ModelChoice, WeightsTask};
pub use model::{ModelInfo, TaskInfo, model_info};
pub use outbox::Outbox;
pub use reply::{Problem, Reply, ReplyBody, Severity, SpectrogramPart, Thumbnail, WaveformPart};
pub use speed::{SpeedBench, SpeedModel, speed_models, threads, versions};
pub use tags::{SecondTags, Tag, TagReport, TagRequest, tag_clip};
pub use verify::{Contents, Verdict, Verify};
pub use worker::{Job, NewJob, Step, StepContext, Worker};
