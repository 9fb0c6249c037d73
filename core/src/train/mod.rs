//! Layer 5: training loops and metrics. The only place that calls `.autodiff()`.

mod backbones;
mod demo;
mod evaluate;
mod familiarity;
mod features;
mod features_file;
mod fit;
mod localize;
mod losses;
mod metrics;
mod parse;
mod probe;
mod recipe;
mod samples;
mod segment;

pub use backbones::Schedule;
pub use demo::{TrainError, train_demo};
pub use evaluate::{evaluate_demo, evaluate_folder};
pub use fit::HeadSchedule;
pub use losses::{
    AvelTargets, MATCHING_WEIGHT, Smoothing, avel_loss, avvp_loss, mask_loss, matching_loss,
    ms3_loss, parsed_seconds_loss, probability_loss, s4_loss,
};
pub use metrics::{
    Compared, FRAMES_A_BATCH, Five, Grid, LlpScores, LocalizeReport, MaskMeter, MaskScores,
    ParseReport, Parsed, Report, SegmentReport, avel_segments, batched_accuracy, frame_iou,
    llp_scores, segment_accuracy,
};
pub use recipe::{DemoRecipe, DemoScenes};
