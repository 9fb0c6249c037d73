//! Layer 1: compute devices: which there are, which one to use, and why not another.

mod adapter;
mod cache;
mod choice;
mod examine;
mod half;
mod hush;
mod open;
mod plan;
mod probe;
mod self_test;
mod untuned;

use serde::Serialize;

pub use adapter::{Adapter, AdapterKind, Api, list_adapters};
pub use cache::{Tuning, keep_tuning_results};
pub use choice::{DeviceChoice, UnknownDevice};
pub use examine::{AdapterVerdict, Examination, examine};
pub use half::{no_bf16, no_f16};
pub use hush::{Hush, driver_words};
pub use open::{DeviceReport, choose, is_lost, open, retire};
pub use plan::{CUDA_NOT_BUILT, Candidate, Plan, SOFTWARE_REFUSED, plan};
pub use probe::{Prober, probe};
pub use self_test::{SelfTest, self_test};

/// Whether this program can use CUDA at all.
pub const CUDA_BUILT: bool = cfg!(feature = "cuda");

/// Why a device cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// The machine or the build lacks it.
    #[error(
        "the device `{choice}` cannot be had: {reason}. Try `--device auto`, and `mettle doctor` for what there is"
    )]
    NotThere {
        /// What was asked for.
        choice: DeviceChoice,
        /// What is missing, and where.
        reason: String,
    },
    /// Asking the graphics system failed.
    #[error("the graphics system does not answer: {0}")]
    Probe(String),
    /// The device could not be started, or computed nonsense.
    #[error("{device} does not work: {reason}")]
    Broken {
        /// Its name, as the system gives it.
        device: String,
        /// What it said or did.
        reason: String,
    },
}

impl Serialize for DeviceError {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// What a device said when it failed in the middle of a computation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{0}")]
pub struct ComputeError(String);

impl ComputeError {
    /// For what no kind of error of its own tells.
    pub fn new(cause: impl Into<String>) -> Self {
        Self(cause.into())
    }

    /// From an error of the tensor library, which has nothing for people.
    pub fn of(error: impl std::fmt::Debug) -> Self {
        Self(format!("{error:?}"))
    }
}

impl From<std::io::Error> for ComputeError {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("it stopped without saying why").to_owned()
}
