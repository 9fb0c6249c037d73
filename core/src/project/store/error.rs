//! Why corrections cannot be kept, or read again, and what to do about it.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

use super::schema::VERSION;
use crate::project::Scope;

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
    #[error("{path}: the corrections cannot be read or written: {cause}. {}", advice(.cause))]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: rusqlite::Error,
    },
    /// A file that is not to be written over.
    #[error("{path}: is there already, and stays. Choose another name")]
    There {
        /// The file.
        path: PathBuf,
    },
    /// There is nothing to open.
    #[error("{path}: there is no such project")]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A database, but of another program.
    #[error(
        "{path}: a database of another program. It is left as it is; move it away, or set METTLE_DATA to another folder"
    )]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// It can be read only.
    #[error(transparent)]
    ReadOnly(#[from] ReadOnly),
    /// What it holds of a clip is not what this program writes.
    #[error("{path}: the corrections of {} cannot be read: {cause}. They are left as they are", whose(.of))]
    Row {
        /// The file.
        path: PathBuf,
        /// Whose.
        of: Scope,
        /// Why.
        cause: String,
    },
}

/// Why a file can be read and not written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReadOnly {
    /// A newer program wrote it.
    #[error(
        "{path}: written by a newer Mettle Studio (version {found} of the file, this program knows {VERSION}). What it holds is shown; to change it, use that one"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
    },
    /// The file or its folder cannot be written.
    #[error(
        "{path}: the file or its folder cannot be written. What it holds is shown; to change it, allow writing there, or set METTLE_DATA to another folder"
    )]
    Place {
        /// The file.
        path: PathBuf,
    },
}

/// What can be done about SQLite's refusal.
fn advice(cause: &rusqlite::Error) -> &'static str {
    match cause.sqlite_error_code() {
        Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure) => {
            "Is the disk full? Make room there; what is shown as kept is kept"
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "Another program holds the file. Close it, or try again"
        }
        Some(ErrorCode::NotADatabase) => {
            "It is not a file of this program: move it away, or set METTLE_DATA to another folder"
        }
        Some(ErrorCode::DatabaseCorrupt) => {
            "The file is damaged. It is left as it is: move it away, and take a copy of yours"
        }
        _ => "Is the disk full, or the file not one of this program?",
    }
}

fn whose(of: &Scope) -> String {
    match of {
        Scope::Project => "the project".to_owned(),
        Scope::Clip(clip) => format!("clip {}", clip.0),
    }
}

/// What SQLite or a row refused, before it is known of which file.
#[derive(Debug)]
pub(super) enum Trouble {
    Sqlite(rusqlite::Error),
    Odd(Scope, String),
    ReadOnly(ReadOnly),
}

impl From<rusqlite::Error> for Trouble {
    fn from(cause: rusqlite::Error) -> Self {
        Self::Sqlite(cause)
    }
}

impl Trouble {
    pub(super) fn of(self, path: &Path) -> StoreError {
        let path = path.to_owned();
        match self {
            Self::Sqlite(cause) => StoreError::File { path, cause },
            Self::Odd(of, cause) => StoreError::Row { path, of, cause },
            Self::ReadOnly(why) => StoreError::ReadOnly(why),
        }
    }
}
