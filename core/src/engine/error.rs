//! Why a job failed, and how that is said to the user.

use std::any::Any;
use std::path::Path;

use crate::base::{HeadId, Problem, Task};
use crate::data::material::MaterialError;
use crate::exchange::ExchangeError;
use crate::features::FeatureError;
use crate::gpu::{ComputeError, DeviceError};
use crate::hub::HubError;
use crate::media::MediaError;
use crate::model::ModelError;
use crate::project::StoreError;
use crate::train::TrainError;

/// Why a job, or the engine itself, failed.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The compute device cannot be had.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The clip cannot be read.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// The model cannot be loaded or run.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Clips cannot be made of the material.
    #[error(transparent)]
    Material(#[from] MaterialError),
    /// Weights cannot be had.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// A model could not be measured.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The weights of a published model are not on this machine.
    #[error(
        "the weights of {0} are not on this machine. `mettle models pull {0}` fetches them, or says where a person gets them; `mettle models path` says where they are looked for"
    )]
    NoWeights(String),
    /// The model cannot do what is asked.
    #[error("the model {model} has no {} head", task.name())]
    NoHead {
        /// The model's name.
        model: String,
        /// What was asked.
        task: Task,
    },
    /// A head that is nowhere on this machine.
    #[error(
        "the head {head} is neither one of the model {model} nor among the trained ones: it may have been removed, or its model replaced"
    )]
    UnknownHead {
        /// The model's name.
        model: String,
        /// What was asked for.
        head: HeadId,
    },
    /// The device failed in the middle of a computation.
    #[error("the device failed while computing: {0}. Try again with `--device cpu`")]
    Compute(#[from] ComputeError),
    /// A file could not be written, or stays as it is.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// The project cannot be read.
    #[error(transparent)]
    Project(#[from] StoreError),
    /// What is kept could not be removed.
    #[error("not everything could be removed from {0}")]
    Cache(String),
    /// A step of the job panicked: a fault of this program, or of a driver.
    #[error("something went wrong inside the program: {0}")]
    Panic(String),
    /// A thread could not be started.
    #[error("the system refuses to start a thread: {0}")]
    Thread(#[from] std::io::Error),
}

impl From<FeatureError> for EngineError {
    fn from(error: FeatureError) -> Self {
        match error {
            FeatureError::Media(error) => Self::Media(error),
            FeatureError::Device(error) => Self::Compute(error),
            FeatureError::Model(error) => Self::Model(error),
            other => Self::Panic(other.to_string()),
        }
    }
}

impl EngineError {
    /// From what `catch_unwind` caught.
    pub(super) fn from_panic(panic: &(dyn Any + Send)) -> Self {
        Self::Panic(crate::gpu::panic_text(panic))
    }

    /// Whether the loss of the device may be behind it.
    pub(super) fn may_be_the_device(&self) -> bool {
        matches!(self, Self::Compute(_) | Self::Panic(_) | Self::Model(_))
    }

    /// For the user: `title` is what the job was to do ("Analyse dog.mp4").
    pub fn problem(&self, title: &str, path: Option<&Path>) -> Problem {
        let advice = match self {
            Self::Media(error) => format!("{error}. {}", error.advice()),
            other => other.to_string(),
        };
        let problem = Problem::error(format!("Could not {}", lower_first(title)), advice);
        let problem = problem.with_detail(format!("{self:?}"));
        let problem = match self {
            Self::Media(error) => problem.with_command(error.conversion()),
            _ => problem,
        };
        match path {
            Some(path) => problem.about(path),
            None => problem,
        }
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}
