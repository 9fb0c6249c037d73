//! The tables of a part, a kind of row each. `assets/scale/README.md` explains every column; a change of any is a new
//! [`super::SCHEMA`].

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, Schema, SchemaRef};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::cells::{Cell, Halves};
use crate::base::Label;

/// A row of a table.
pub trait Row: Serialize + DeserializeOwned {
    /// The folder inside the results in which this table's parts lie; the scores lie in the results themselves.
    const FOLDER: &'static str;

    /// How long its lists are, where it has one.
    fn width(&self) -> i32 {
        0
    }

    /// The columns.
    fn schema(width: i32) -> SchemaRef;

    /// Rows as columns.
    ///
    /// # Errors
    /// A list is not as long as the others.
    fn batch(rows: &[Self], width: i32) -> Result<RecordBatch, ArrowError>;

    /// A row of columns; `None` where these are not the columns of this table.
    fn of(batch: &RecordBatch, row: usize) -> Option<Self>;
}

macro_rules! table {
    ($(#[$about:meta])* $name:ident in $folder:literal $(wide as $wide:ident)? {
        $($(#[$what:meta])* $column:ident: $kind:ty,)*
    }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub struct $name {
            $($(#[$what])* pub $column: $kind,)*
        }

        impl Row for $name {
            const FOLDER: &'static str = $folder;

            $(fn width(&self) -> i32 {
                i32::try_from(self.$wide.0.len()).unwrap_or(0)
            })?

            fn schema(width: i32) -> SchemaRef {
                let fields = vec![$(<$kind as Cell>::field(stringify!($column), width),)*];
                Arc::new(Schema::new(fields))
            }

            fn batch(rows: &[Self], width: i32) -> Result<RecordBatch, ArrowError> {
                let columns: Vec<ArrayRef> = vec![
                    $(<$kind as Cell>::column(rows.iter().map(|row| &row.$column), width)?,)*
                ];
                RecordBatch::try_new(Self::schema(width), columns)
            }

            fn of(batch: &RecordBatch, row: usize) -> Option<Self> {
                Some(Self {
                    $($column: <$kind as Cell>::of(
                        batch.column_by_name(stringify!($column))?,
                        row,
                    )?,)*
                })
            }
        }
    };
}

table! {
    /// What a head said of a class in a second, in a modality.
    ScoreRow in "" {
        /// The clip's path, as it was listed.
        clip: Label,
        /// The hash of its bytes.
        clip_id: Label,
        /// Which second, from 0.
        second: u32,
        /// Its start, in seconds.
        start_s: f64,
        /// Its end, in seconds.
        end_s: f64,
        /// `localize`, `parse` or `segment`.
        task: Label,
        /// The class.
        label: Label,
        /// `audible`, `visible` or `audio-visual`.
        modality: Label,
        /// The probability, 0 to 1, before any threshold.
        score: f32,
        /// Towards 0 where the second is unlike what the model was trained on.
        familiarity: Option<f32>,
        /// The head that said so.
        head: Label,
        /// The hash of the model's files.
        model: Label,
        /// The numbers the backbones were in.
        precision: Label,
        /// The program's version.
        program: Label,
    }
}

table! {
    /// A clip: what was found in it, or why nothing was.
    ClipRow in "clips" {
        /// The clip's path, as it was listed.
        clip: Label,
        /// The hash of its bytes; none where it could not be opened.
        clip_id: Option<Label>,
        /// From its start to the end of the longer stream.
        duration_s: Option<f64>,
        /// How many events there are at the thresholds asked for.
        events: u32,
        /// The class with the highest score of any second, by the first of the tasks.
        label: Option<Label>,
        /// That score.
        score: Option<f32>,
        /// Why it failed; none where it did not.
        failure: Option<Label>,
        /// Rows of it among the scores.
        scores: u64,
        /// Bytes of these where a part is lines of JSON.
        score_bytes: Option<u64>,
        /// The program's version.
        program: Label,
    }
}

table! {
    /// An event: a run of seconds in which a class reaches its threshold.
    EventRow in "events" {
        /// The clip's path, as it was listed.
        clip: Label,
        /// The hash of its bytes.
        clip_id: Label,
        /// `localize`, `parse` or `segment`.
        task: Label,
        /// The class.
        label: Label,
        /// `audible`, `visible` or `audio-visual`.
        modality: Label,
        /// Its start, in seconds.
        start_s: f64,
        /// Its end, in seconds.
        end_s: f64,
        /// The mean of its seconds.
        score: f32,
        /// The head that said so.
        head: Label,
    }
}

table! {
    /// The columns of an event that say whose it is: read by themselves, they are a fraction of the table.
    EventLabel in "events" {
        /// The clip's path, as it was listed.
        clip: Label,
        /// The class.
        label: Label,
    }
}

table! {
    /// Where the picture of a second sounds: COCO's run lengths, as pycocotools reads them.
    MaskRow in "masks" {
        /// The clip's path, as it was listed.
        clip: Label,
        /// The hash of its bytes.
        clip_id: Label,
        /// Which second, from 0.
        second: u32,
        /// Its start, in seconds.
        start_s: f64,
        /// Its end, in seconds.
        end_s: f64,
        /// What sounds, as far as the model tells.
        label: Label,
        /// Rows of the mask.
        height: u32,
        /// Columns of the mask.
        width: u32,
        /// The run lengths, column by column, in pycocotools' string form.
        counts: Label,
        /// Pixels inside.
        area: u64,
        /// Mean probability inside.
        score: f32,
        /// Above which probability a place is inside.
        threshold: f32,
        /// The head that said so.
        head: Label,
    }
}

table! {
    /// The meta-tokens of a second: what the head distilled from the picture's layers, then from the sound's.
    EmbeddingRow in "embeddings" wide as embedding {
        /// The clip's path, as it was listed.
        clip: Label,
        /// The hash of its bytes.
        clip_id: Label,
        /// Which second, from 0.
        second: u32,
        /// Its start, in seconds.
        start_s: f64,
        /// Its end, in seconds.
        end_s: f64,
        /// `localize` or `parse`: whose meta-tokens.
        task: Label,
        /// The head that distilled them.
        head: Label,
        /// The numbers.
        embedding: Halves,
    }
}
