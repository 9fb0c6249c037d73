//! One table of a part, written row by row: Parquet, or a JSON object a line. Memory holds a piece of it, however long it is.

use std::io::Write;
use std::path::{Path, PathBuf};

use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::beside::{Beside, FileFacts, Finished};
use super::rows::Row;
use super::{PartError, PartFormat};

/// Rows turned into columns at a time.
const PIECE: usize = 4096;
/// Rows whose columns lie together in a file: what a reader of one clip looks through.
const GROUP: usize = 1 << 17;
/// The same in bytes, which bounds the memory of tables with long cells.
const GROUP_BYTES: usize = 32 << 20;

/// A table being written beside its place.
pub struct TableWriter<R: Row> {
    path: PathBuf,
    format: PartFormat,
    /// Until there are columns: how wide lists are shows in the first row.
    beside: Option<Beside>,
    columns: Option<Box<ArrowWriter<Beside>>>,
    width: i32,
    piece: Vec<R>,
    rows: u64,
}

impl<R: Row> TableWriter<R> {
    /// For a file at `path`.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn start(path: &Path, format: PartFormat) -> Result<Self, PartError> {
        let beside = Beside::of(path).map_err(|error| PartError::disk(path, error))?;
        Ok(Self {
            path: path.to_owned(),
            format,
            beside: Some(beside),
            columns: None,
            width: 1,
            piece: Vec::new(),
            rows: 0,
        })
    }

    /// The next rows. Gives their bytes where they are lines.
    ///
    /// # Errors
    /// The disk is full.
    pub fn add(&mut self, rows: Vec<R>) -> Result<Option<u64>, PartError> {
        self.rows += rows.len() as u64;
        match self.format {
            PartFormat::Jsonl => self.lines(&rows).map(Some),
            PartFormat::Parquet => {
                self.piece.extend(rows);
                if self.piece.len() >= PIECE {
                    self.hand_on()?;
                }
                Ok(None)
            }
        }
    }

    /// Ends the table, which is not in its place yet.
    ///
    /// # Errors
    /// The disk is full.
    pub fn finish(mut self) -> Result<(FileFacts, Finished), PartError> {
        if self.format == PartFormat::Parquet {
            self.hand_on()?;
            self.open()?;
        }
        let columns = self.columns.take().map(|columns| columns.into_inner());
        let beside = match (columns, self.beside.take()) {
            (Some(written), _) => written.map_err(|error| self.failed(error))?,
            (None, Some(beside)) => beside,
            (None, None) => return Err(self.failed(ParquetError::EOF(String::new()))),
        };
        let finished = beside.finish(&self.path, self.rows);
        finished.map_err(|error| PartError::disk(&self.path, error))
    }

    fn lines(&mut self, rows: &[R]) -> Result<u64, PartError> {
        let mut text = Vec::new();
        for row in rows {
            serde_json::to_writer(&mut text, row)?;
            text.push(b'\n');
        }
        if let Some(beside) = &mut self.beside {
            let written = beside.write_all(&text);
            written.map_err(|error| PartError::disk(&self.path, error))?;
        }
        Ok(text.len() as u64)
    }

    /// Turns what has gathered into columns.
    fn hand_on(&mut self) -> Result<(), PartError> {
        let Some(first) = self.piece.first() else {
            return Ok(());
        };
        if self.columns.is_none() {
            self.width = first.width().max(1);
            self.open()?;
        }
        let piece = std::mem::take(&mut self.piece);
        let batch = R::batch(&piece, self.width).map_err(ParquetError::from);
        let written = match &mut self.columns {
            Some(columns) => batch.and_then(|batch| columns.write(&batch)),
            None => Ok(()),
        };
        written.map_err(|error| self.failed(error))
    }

    fn open(&mut self) -> Result<(), PartError> {
        let Some(beside) = self.beside.take() else {
            return Ok(());
        };
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(GROUP))
            .set_max_row_group_bytes(Some(GROUP_BYTES))
            .build();
        let opened = ArrowWriter::try_new(beside, R::schema(self.width), Some(properties));
        self.columns = Some(Box::new(opened.map_err(|error| self.failed(error))?));
        Ok(())
    }

    fn failed(&self, error: ParquetError) -> PartError {
        PartError::Columns {
            path: self.path.clone(),
            error,
        }
    }
}
