//! Where corrections are kept: one SQLite file. What is decided stands in `items`, how it came about in an append-only log; each
//! edit is one transaction over both, on the disk when it is answered, so that nothing acknowledged is lost however the program
//! ends. Several windows may have the file open: each sees what the others write, and none writes over it.

mod clips;
mod edits;
mod error;
mod items;
mod migrate;
mod rows;
mod schema;
mod since;
mod states;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{Scope, Seq};

pub use clips::ClipFacts;
pub use edits::Kept;
pub use error::{ReadOnly, StoreError};
pub use since::KeptSince;

/// The open file. One thread has it.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
    read_only: Option<ReadOnly>,
    /// Its own name, in the rows it writes.
    session: rows::Session,
    /// The last row of the log it knows.
    seen: Seq,
    /// SQLite's count of what others wrote, at the last look.
    data_version: Option<i64>,
    states: states::States,
    /// What others wrote, not told yet.
    news: Vec<Kept>,
    /// Where clips lie, to be written with their first edit.
    facts: BTreeMap<Scope, ClipFacts>,
}

impl Store {
    /// Open the file, or make it. A file of a newer program, or one that cannot be written, is open to be read.
    ///
    /// # Errors
    /// It cannot be made, or is no such file.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        if let Err(cause) = folder {
            let path = path.to_owned();
            return Err(StoreError::Folder { path, cause });
        }
        let (connection, read_only) = schema::open(path)?;
        let mut store = Self {
            connection,
            path: path.to_owned(),
            read_only,
            session: rand::random(),
            seen: 0,
            data_version: None,
            states: states::States::default(),
            news: Vec::new(),
            facts: BTreeMap::new(),
        };
        store.seen = store.last_seq()?;
        Ok(store)
    }

    /// Why it can only be read, if so.
    pub fn read_only(&self) -> Option<&ReadOnly> {
        self.read_only.as_ref()
    }

    /// Remember where a clip lies; written with its first edit.
    pub fn know(&mut self, facts: ClipFacts) {
        self.facts.insert(Scope::Clip(facts.id), facts);
    }

    /// Every clip that is known, with where it lay last.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn clips(&self) -> Result<Vec<ClipFacts>, StoreError> {
        let found = clips::all(&self.connection);
        found.map_err(|cause| error::Trouble::from(cause).of(&self.path))
    }

    /// Put a copy of the whole file elsewhere, whole or not at all; a file that is there stays.
    ///
    /// # Errors
    /// Something is there, or it cannot be written.
    pub fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        let here = || path.to_owned();
        if path.exists() {
            return Err(StoreError::There { path: here() });
        }
        let mut beside = path.as_os_str().to_owned();
        beside.push(".part");
        let beside = PathBuf::from(beside);
        // What an earlier copy left that was interrupted.
        let _ = std::fs::remove_file(&beside);
        let sql = "VACUUM INTO ?1";
        let name = beside.to_string_lossy();
        let copied = self.connection.execute(sql, [&*name]);
        copied.map_err(|cause| StoreError::File {
            path: here(),
            cause,
        })?;
        std::fs::rename(&beside, path).map_err(|cause| StoreError::Folder {
            path: here(),
            cause,
        })
    }

    /// The last row of the log.
    fn last_seq(&self) -> Result<Seq, StoreError> {
        let sql = "SELECT COALESCE(MAX(seq), 0) FROM edits";
        let found = self.connection.query_row(sql, [], |row| row.get(0));
        found.map_err(|cause| error::Trouble::from(cause).of(&self.path))
    }
}
