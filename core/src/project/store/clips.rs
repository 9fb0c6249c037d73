//! Clips in the file: by the hash of their content, with where they lay last.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, params};

use super::error::Trouble;
use crate::base::{ClipId, ContentHash, Time};
use crate::project::Scope;

/// The row of the project itself.
pub(super) const PROJECT: i64 = 0;

/// What is known of a clip beside its content.
#[derive(Clone, Debug, PartialEq)]
pub struct ClipFacts {
    /// Its content.
    pub id: ClipId,
    /// Where it lies.
    pub path: PathBuf,
    /// How long it is.
    pub duration: Time,
}

/// Every clip that is known, in the order in which they came; of a clip whose place or length was never written, nothing.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<ClipFacts>> {
    let sql = "SELECT hash, path, duration_us FROM clips
        WHERE id <> 0 AND path IS NOT NULL AND duration_us IS NOT NULL ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let facts = |row: &rusqlite::Row<'_>| {
        Ok(ClipFacts {
            id: ClipId(ContentHash(row.get(0)?)),
            path: PathBuf::from(row.get::<_, String>(1)?),
            duration: Time::from_micros(row.get(2)?),
        })
    };
    statement.query_map([], facts)?.collect()
}

/// The number of a clip's row, if it has one.
pub(super) fn row_of(connection: &Connection, of: Scope) -> rusqlite::Result<Option<i64>> {
    let Scope::Clip(clip) = of else {
        return Ok(Some(PROJECT));
    };
    let sql = "SELECT id FROM clips WHERE hash = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_row([clip.0.0], |row| row.get(0)).optional()
}

/// The number of a clip's row, made where there was none, with where the clip lies now.
pub(super) fn row_for(
    connection: &Connection,
    of: Scope,
    facts: Option<&ClipFacts>,
) -> rusqlite::Result<i64> {
    let Scope::Clip(clip) = of else {
        return Ok(PROJECT);
    };
    let path = facts.and_then(|facts| facts.path.to_str());
    let duration = facts.map(|facts| facts.duration.micros());
    let known = row_of(connection, of)?;
    if let (Some(known), None) = (known, facts) {
        return Ok(known);
    }
    let sql = "INSERT INTO clips (hash, path, duration_us) VALUES (?1, ?2, ?3) ON CONFLICT (hash) DO UPDATE
        SET path = COALESCE(?2, path), duration_us = COALESCE(?3, duration_us) RETURNING id";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_row(params![clip.0.0, path, duration], |row| row.get(0))
}

/// Why what an earlier program kept of a clip could not be carried over.
pub(super) fn refuse_trouble(connection: &Connection, row: i64, of: Scope) -> Result<(), Trouble> {
    let sql = "SELECT trouble FROM clips WHERE id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let trouble: Option<Option<String>> =
        statement.query_row([row], |row| row.get(0)).optional()?;
    match trouble.flatten() {
        Some(why) => Err(Trouble::Odd(of, why)),
        None => Ok(()),
    }
}

/// Whose row it is.
pub(super) fn scope_of(hash: Option<[u8; 32]>) -> Scope {
    match hash {
        Some(hash) => Scope::Clip(ClipId(ContentHash(hash))),
        None => Scope::Project,
    }
}
