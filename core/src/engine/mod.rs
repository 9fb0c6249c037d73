//! Layer 6: jobs as small steps on named worker threads; the boundary the window talks to.
//!
//! What crosses it is plain data in the user's words: times, labels, tracks, pictures. No tensor, no device.

mod board;
mod error;
mod export;
mod fine_tune;
mod handle;
mod job;
mod jobs;
mod learned;
mod model;
mod outbox;
mod priority;
mod queue;
mod reply;
mod said_targets;
mod session;
mod wire;
mod worker;

pub use crate::gpu::{DeviceChoice, DeviceReport};
pub use crate::model::Precision;
pub use board::Board;
pub use error::EngineError;
pub use export::{Export, ExportedClip, Outcome};
pub use fine_tune::{FineTune, HeadLine, TaughtClip, TrainedHead, TrainingCost, TrainingStage};
pub use handle::{Engine, EngineOptions};
pub use job::{
    HeadChoice, JobId, JobSpec, JobState, JobStatus, ModelChoice, WeightsTask, WhichHead,
};
pub use learned::{Learned, Taught, clean_head};
pub(crate) use model::bundle as model_bundle;
pub use model::{model_info, use_tags};
pub use outbox::Outbox;
pub use reply::{
    MapPoint, MetaTokensPart, Reply, ReplyBody, SecondsMap, SpectrogramPart, TagsPart, Thumbnail,
    WaveformPart,
};
pub use said_targets::{said_labels, said_targets, said_words};
pub use wire::{WIRE_VERSION, WireError, from_wire, to_wire};
pub use worker::{Job, NewJob, Session, Step, StepContext, Waker, Worker};
