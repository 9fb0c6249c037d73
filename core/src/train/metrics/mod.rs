//! The tasks' published metrics, exactly as their authors compute them, and where that differs, as one would expect.

mod ave;
mod avsbench;
mod llp;
mod report;

pub use ave::{avel_segments, avel_segments_weighed, batched_accuracy, segment_accuracy};
pub use avsbench::{FRAMES_A_BATCH, MaskMeter, MaskScores, frame_iou};
pub use llp::{Five, Grid, LlpScores, Parsed, llp_scores};
pub use report::{Compared, LocalizeReport, ParseReport, Report, SegmentReport};
