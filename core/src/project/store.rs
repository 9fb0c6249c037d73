//! Where corrections are kept: one SQLite file, each edit a transaction, so that nothing is lost however the program ends.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::Work;
use crate::base::ClipId;

/// What the file holds; a newer program may hold more.
const VERSION: i64 = 1;
/// How long another window may hold the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// Corrections cannot be kept, or read again.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Its folder cannot be made.
    #[error(
        "{path}: the folder of the corrections cannot be made: {cause}. Set METTLE_DATA to a folder that can be written"
    )]
    Folder {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// SQLite refuses.
    #[error(
        "{path}: the corrections cannot be read or written: {cause}. Is the disk full, or the file not one of this program?"
    )]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: rusqlite::Error,
    },
    /// A newer program wrote it.
    #[error(
        "{path}: written by a newer Mettle Studio (version {found} of the file, this program knows {VERSION}). Use that one"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
    },
    /// What it holds of a clip is not what this program writes.
    #[error("{path}: the corrections of clip {} cannot be read: {cause}. They are left as they are", .clip.0)]
    Row {
        /// The file.
        path: PathBuf,
        /// The clip.
        clip: ClipId,
        /// Why.
        cause: serde_json::Error,
    },
}

/// The open file.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
}

impl Store {
    /// Open the file, or make it.
    ///
    /// # Errors
    /// It cannot be made, is no such file, or was written by a newer program.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|cause| StoreError::Folder {
                path: path.to_owned(),
                cause,
            })?;
        }
        let (connection, found) = prepare(path).map_err(|cause| StoreError::File {
            path: path.to_owned(),
            cause,
        })?;
        match found > VERSION {
            true => Err(StoreError::Newer {
                path: path.to_owned(),
                found,
            }),
            false => Ok(Self {
                connection,
                path: path.to_owned(),
            }),
        }
    }

    /// What was decided about a clip; nothing, for one never corrected.
    ///
    /// # Errors
    /// The file cannot be read, or holds something else there.
    pub fn work(&self, clip: ClipId) -> Result<Work, StoreError> {
        let sql = "SELECT corrections, done, undone FROM work WHERE clip = ?1";
        let row = self.connection.query_row(sql, [clip.0.to_string()], |row| {
            Ok([row.get::<_, String>(0)?, row.get(1)?, row.get(2)?])
        });
        let Some(row) = row.optional().map_err(|cause| self.failed(cause))? else {
            return Ok(Work::default());
        };
        Ok(Work {
            corrections: self.read(clip, &row[0])?,
            done: self.read(clip, &row[1])?,
            undone: self.read(clip, &row[2])?,
        })
    }

    /// Keep what was decided about a clip, and how to take it back, in one transaction.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep(&mut self, clip: ClipId, work: &Work) -> Result<(), StoreError> {
        let sql = "INSERT INTO work (clip, corrections, done, undone) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (clip) DO UPDATE SET corrections = ?2, done = ?3, undone = ?4";
        let row = params![
            clip.0.to_string(),
            self.write(clip, &work.corrections)?,
            self.write(clip, &work.done)?,
            self.write(clip, &work.undone)?,
        ];
        let done = self.connection.execute(sql, row);
        done.map(drop).map_err(|cause| self.failed(cause))
    }

    fn read<T: DeserializeOwned>(&self, clip: ClipId, text: &str) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|cause| self.odd(clip, cause))
    }

    fn write(&self, clip: ClipId, what: &impl Serialize) -> Result<String, StoreError> {
        serde_json::to_string(what).map_err(|cause| self.odd(clip, cause))
    }

    fn odd(&self, clip: ClipId, cause: serde_json::Error) -> StoreError {
        StoreError::Row {
            path: self.path.clone(),
            clip,
            cause,
        }
    }

    fn failed(&self, cause: rusqlite::Error) -> StoreError {
        StoreError::File {
            path: self.path.clone(),
            cause,
        }
    }
}

/// Open the file as one that survives a crash at any moment, with its table; gives the version it has.
fn prepare(path: &Path) -> rusqlite::Result<(Connection, i64)> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    let found = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > VERSION {
        return Ok((connection, found));
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS work (
            clip TEXT PRIMARY KEY, corrections TEXT NOT NULL, done TEXT NOT NULL, undone TEXT NOT NULL
        ) STRICT;
        PRAGMA user_version = 1;",
    )?;
    Ok((connection, found))
}
