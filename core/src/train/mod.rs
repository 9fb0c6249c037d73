//! Layer 5: training loops and metrics. The only place that calls `.autodiff()`.

mod backbones;
mod demo;
mod familiarity;
mod features;
mod head;
mod losses;
mod metrics;
mod probe;
mod samples;

pub use demo::{DemoRecipe, TrainError, evaluate_folder, train_demo};
pub use losses::{AvelTargets, avel_loss};
pub use metrics::{Report, avel_segments, segment_accuracy};
