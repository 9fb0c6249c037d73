//! Layer 7: what the terminal asks for and waits for. Each of these works through to its end; the window has jobs instead.

mod backbone_file;
mod counts;
mod eval;
mod file_features;
mod material;
mod metrics;
mod shard;
mod speed;
mod tag;
mod tagger;
mod train_cost;
mod training;
mod verify;

pub use backbone_file::backbone_file;
pub use counts::{ModelCount, full_size_counts};
pub use eval::evaluate;
pub use file_features::features_of_file;
pub use material::{ClassHits, MaterialReport, MaterialRequest, Strangers, evaluate_material};
pub use metrics::{MetricFigures, MetricsError, metrics_of_file};
pub use shard::{Listed, Shard, hash_of, in_order};
pub use speed::{
    SpeedBench, SpeedModel, check_vectors, multiplies_bf16, speed_models, threads, vectors,
    vectors_there, versions,
};
pub use tag::{TagReport, TagRequest, tag_clip};
pub use train_cost::{CostSteps, TrainCost};
pub use training::{
    ClipLanes, ClipStrips, DatasetRecipe, Figure, FigureRequest, HeadKind, HeadReport, Lane,
    MeasureRequest, OnClips, Panel, Point, Strip, TagsReport, TrainNews, TrainRequest, Trained,
    TrainingError, ablation_rows, calibrate_tags, figure, measure_head, train_head,
};
pub use verify::verify;
