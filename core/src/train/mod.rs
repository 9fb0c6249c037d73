//! Layer 5: how heads are trained and measured. The only place that calls `.autodiff()`.
//!
//! Clips with their frozen features and what is said of them are [`Examples`], whatever they come from: the loop knows no source
//! by name. A [`Trainer`] learns from them step by step; losses and metrics leave out what is unknown. Everything about sounding
//! scenes and the embedded model is in `demo`.

mod adam;
mod calibration;
mod clips;
mod compared;
mod config;
mod cost;
mod demo;
mod distilled;
mod error;
mod evaluation;
mod examples;
mod familiarity;
mod grown;
mod kept;
mod landscape;
mod losses;
mod metrics;
mod objective;
mod pinned;
mod step_bench;
mod streamed;
mod tag_scales;
mod taught;
mod trainer;

pub use calibration::{CalibrationFit, fit_calibration};
pub use clips::{AskTargets, ClipExamples, ExampleClip};
pub use compared::Duel;
pub use config::{
    EarlyStop, FEW_CHANGE, FEW_STEPS, Learns, OptimiserConfig, OptimiserKind, StepLr, TrainConfig,
};
pub use cost::{adapter_bytes, feature_bytes, head_bytes};
pub use demo::{
    DemoMaterial, DemoRecipe, DemoScenes, Denied, DrawnReplay, FewShot, FewShotReport, Keeping,
    LessonWeights, Lessons, Schedule, demo_labels, evaluate_demo, evaluate_folder, evaluate_in,
    note_measured, note_rounded, train_demo, train_trunk, unseen_clips,
};
pub use error::TrainError;
pub use evaluation::{Evaluation, Figures};
pub use examples::{Batch, Examples, Mixture, Side};
pub use familiarity::{familiar_with, fit as fit_familiarity, fit_kinds};
pub use grown::grown;
pub use landscape::{Landscape, landscape};
pub use losses::{
    AvelTargets, Known, LossConfig, MATCHING_WEIGHT, ParseTargets, Smoothing, avel_loss, avvp_loss,
    classes_loss, distilled_loss, known_loss, known_mask_loss, mask_loss, matching_loss, ms3_loss,
    parse_loss, parsed_seconds_loss, probability_loss, s4_loss,
};
pub use metrics::{
    Compared, FRAMES_A_BATCH, Five, Grid, LlpScores, LocalizeReport, MaskMeter, MaskScores,
    ParseReport, Parsed, Report, SegmentReport, avel_segments, batched_accuracy, frame_iou,
    llp_scores, segment_accuracy,
};
pub use objective::{avel_targets, masks, parse_targets};
pub use step_bench::{StepBench, clip_seconds};
pub use tag_scales::{TagScales, fit_tags};
pub use taught::{Before, agreement, before, filled};
pub use trainer::{Best, Epoch, Step, Trainer};
