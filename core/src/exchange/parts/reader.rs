//! Reading parts: any stretch of rows of a table, without what lies before and after it.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;

use super::manifest::Manifest;
use super::place::PartPlace;
use super::rows::{ClipRow, Row, ScoreRow};
use super::{PartError, PartFormat};

/// Rows decoded at a time.
const BATCH: usize = 8192;

/// A part that can be read.
#[derive(Clone, Debug)]
pub struct PartReader {
    /// What it is.
    pub manifest: Manifest,
    place: PartPlace,
}

/// Where the scores of a clip lie in its part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScoresAt {
    /// The first row.
    pub row: u64,
    /// How many rows.
    pub rows: u64,
    /// Where the first begins, in a part of lines.
    pub byte: u64,
}

impl PartReader {
    /// Open a part by the file that names its tables; reads no table.
    ///
    /// # Errors
    /// It is not there, or is none of this schema.
    pub fn open(manifest: &Path) -> Result<Self, PartError> {
        let folder = manifest.parent().map(PathBuf::from).unwrap_or_default();
        let manifest = Manifest::read(manifest)?;
        let place = PartPlace {
            folder,
            part: manifest.part,
            of: manifest.of,
            format: manifest.format,
        };
        Ok(Self { manifest, place })
    }

    /// Every row of a table.
    ///
    /// # Errors
    /// The file is not there, or is damaged.
    pub fn all<R: Row>(&self) -> Result<Vec<R>, PartError> {
        let path = self.place.table::<R>();
        match self.place.format {
            PartFormat::Parquet => columns(&path, 0..u64::MAX),
            PartFormat::Jsonl => lines(&path, 0, usize::MAX),
        }
    }

    /// Every clip, each with where its scores lie.
    ///
    /// # Errors
    /// The file is not there, or is damaged.
    pub fn clips(&self) -> Result<Vec<(ClipRow, ScoresAt)>, PartError> {
        let mut at = ScoresAt::default();
        let mut bytes = 0;
        let with_place = |clip: ClipRow| {
            at = ScoresAt {
                row: at.row + at.rows,
                rows: clip.scores,
                byte: bytes,
            };
            bytes += clip.score_bytes.unwrap_or(0);
            (clip, at)
        };
        Ok(self.all::<ClipRow>()?.into_iter().map(with_place).collect())
    }

    /// The scores of one clip.
    ///
    /// # Errors
    /// The file is not there, or is damaged.
    pub fn scores(&self, at: ScoresAt) -> Result<Vec<ScoreRow>, PartError> {
        let path = self.place.scores();
        match self.place.format {
            PartFormat::Parquet => columns(&path, at.row..at.row + at.rows),
            PartFormat::Jsonl => lines(&path, at.byte, at.rows as usize),
        }
    }
}

fn lines<R: Row>(path: &Path, from: u64, count: usize) -> Result<Vec<R>, PartError> {
    let disk = |error| PartError::disk(path, error);
    let mut file = File::open(path).map_err(disk)?;
    file.seek(SeekFrom::Start(from)).map_err(disk)?;
    let lines = BufReader::new(file).lines().take(count);
    let read = lines.map(|line| {
        let row = serde_json::from_str(&line.map_err(disk)?);
        row.map_err(|error| damaged(path, format!("holds a line that is no row: {error}")))
    });
    read.collect()
}

/// Of the groups of rows that a file is made of, only those with wanted rows are decoded.
fn columns<R: Row>(path: &Path, wanted: Range<u64>) -> Result<Vec<R>, PartError> {
    let failed = |error: ParquetError| PartError::Columns {
        path: path.to_owned(),
        error,
    };
    let file = File::open(path).map_err(|error| PartError::disk(path, error))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(failed)?;
    let (mut groups, mut skipped, mut first) = (Vec::new(), None, 0);
    for (group, about) in builder.metadata().row_groups().iter().enumerate() {
        let end = first + about.num_rows().max(0) as u64;
        if first < wanted.end && wanted.start < end {
            groups.push(group);
            skipped.get_or_insert(first);
        }
        first = end;
    }
    let Some(skipped) = skipped else {
        return Ok(Vec::new());
    };
    // Only the columns this kind of row has are read.
    let schema = R::schema(1);
    let names = schema.fields().iter().map(|field| field.name().as_str());
    let mask = ProjectionMask::columns(builder.parquet_schema(), names);
    let count = (wanted.end - wanted.start).min(first);
    let batches = builder
        .with_row_groups(groups)
        .with_projection(mask)
        .with_offset((wanted.start.saturating_sub(skipped)) as usize)
        .with_limit(count as usize)
        .with_batch_size(BATCH)
        .build()
        .map_err(failed)?;
    let mut rows = Vec::new();
    for batch in batches {
        let batch = batch.map_err(|error| failed(error.into()))?;
        for row in 0..batch.num_rows() {
            let read = R::of(&batch, row);
            let other = || damaged(path, "holds other columns than it should".to_owned());
            rows.push(read.ok_or_else(other)?);
        }
    }
    Ok(rows)
}

fn damaged(path: &Path, what: String) -> PartError {
    PartError::Damaged {
        path: path.to_owned(),
        what,
    }
}
