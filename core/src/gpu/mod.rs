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

pub use adapter::{Adapter, AdapterKind, Api, list_adapters};
pub use cache::keep_tuning_results;
pub use choice::DeviceChoice;
pub use examine::{AdapterVerdict, Examination, examine};
pub use half::no_f16;
pub use hush::driver_words;
pub use open::{DeviceReport, choose, open};
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
        /// Why not.
        reason: String,
    },
    /// Asking the graphics system failed.
    #[error("the graphics system does not answer: {0}")]
    Probe(String),
    /// The device could not be started, or computed nonsense.
    #[error("{device} does not work: {reason}")]
    Broken {
        /// Which device.
        device: String,
        /// What happened.
        reason: String,
    },
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("it stopped without saying why").to_owned()
}
