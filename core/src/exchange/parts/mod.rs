//! What many machines leave of many clips: parts of one result, each a few tables that any tool for data reads.
//!
//! A part is whole or not there: its tables are written beside their places, then put there, the scores last, once the small file
//! that names all of them is in its place. `assets/scale/README.md` explains every column.
//!
//! Lost: what the backbones' own classifiers hear and see; probabilities of masks, where they are not the mask; streams and codecs.

mod answers;
mod beside;
mod cells;
mod error;
mod manifest;
mod place;
mod reader;
mod rows;
mod table;
mod taken;
mod writer;

use serde::{Deserialize, Serialize};

pub use answers::predictions_of;
pub use beside::FileFacts;
pub use cells::Halves;
pub use error::PartError;
pub use manifest::{Asked, HeadAsked, Manifest, Standing, ThresholdsAsked};
pub use place::PartPlace;
pub use reader::{PartReader, ScoresAt};
pub use rows::{ClipRow, EmbeddingRow, EventLabel, EventRow, MaskRow, Row, ScoreRow};
pub use table::TableWriter;
pub use taken::{ClipTaken, Embeddings};
pub use writer::PartWriter;

/// The name and version of the tables and of the file that names them.
pub const SCHEMA: &str = "mettle.part/1";

/// The form of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PartFormat {
    /// Apache Parquet.
    Parquet,
    /// A JSON object a line.
    Jsonl,
}

impl PartFormat {
    /// How its files end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Jsonl => "jsonl",
        }
    }
}
