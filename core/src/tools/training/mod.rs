//! Heads from data sets' folders: `mettle train`, and how well one does there: `mettle eval --head`.

mod config;
mod error;
mod figures;
mod head;
mod material;
mod measure;
mod recipe;
mod request;
mod run;
mod tags;

pub use config::HeadKind;
pub use error::TrainingError;
pub use figures::{
    ClipLanes, ClipStrips, Figure, FigureRequest, Lane, Panel, Point, Strip, figure,
};
pub use measure::{HeadReport, MeasureRequest, measure_head};
pub use recipe::DatasetRecipe;
pub use request::{OnClips, TrainNews, TrainRequest, Trained};
pub use run::{ablation_rows, train_head};
pub use tags::{TagsReport, calibrate_tags};
