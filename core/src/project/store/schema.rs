//! The file's tables, and opening it so that it survives a crash at any moment.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::error::{ReadOnly, StoreError, Trouble};
use super::migrate;

/// What the file holds; a newer program may hold more. Later versions add tables, columns and kinds of items, and leave the meaning
/// of those here alone, so that this program can still show what it knows of them.
pub(super) const VERSION: i64 = 2;
/// "METT": whose file it is.
const APPLICATION: i64 = 0x4d45_5454;
/// How long another window may hold the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// Columns of an item, in `items` as it stands and in `changes` as it was and became; which are used depends on its kind.
const ITEM: &str = "kind INTEGER NOT NULL, key BLOB NOT NULL,
    event BLOB, label BLOB, other_label BLOB, modality INTEGER, start_us INTEGER, end_us INTEGER,
    said INTEGER, number REAL, color INTEGER, height INTEGER, width INTEGER, runs BLOB, words TEXT";

/// The tables. Clip 0 is the project itself. Of an edit, `changes` holds each key as it was (side 0) and as it became (side 1); a
/// side without a row is nothing. Triggers keep the log from being changed, whoever opens the file.
fn tables() -> String {
    format!(
        "CREATE TABLE clips (
            id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
            path TEXT, duration_us INTEGER, trouble TEXT
        ) STRICT;
        CREATE TABLE heads (
            id BLOB PRIMARY KEY CHECK (length(id) = 32), task TEXT NOT NULL, name TEXT NOT NULL, parent BLOB
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE items (clip INTEGER NOT NULL, {ITEM}, PRIMARY KEY (clip, kind, key)) STRICT, WITHOUT ROWID;
        CREATE INDEX items_of_class ON items (label, clip) WHERE label IS NOT NULL;
        CREATE TABLE edits (
            seq INTEGER PRIMARY KEY, clip INTEGER NOT NULL, kind INTEGER NOT NULL, of INTEGER, under INTEGER,
            done INTEGER, undone INTEGER, session BLOB NOT NULL, at_ms INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX edits_of_clip ON edits (clip, seq);
        CREATE TABLE changes (
            edit INTEGER NOT NULL, place INTEGER NOT NULL, side INTEGER NOT NULL, {ITEM}, PRIMARY KEY (edit, place, side)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER edits_stay BEFORE DELETE ON edits BEGIN SELECT RAISE (ABORT, 'the log stays as it is'); END;
        CREATE TRIGGER edits_hold BEFORE UPDATE ON edits BEGIN SELECT RAISE (ABORT, 'the log stays as it is'); END;
        CREATE TRIGGER changes_stay BEFORE DELETE ON changes BEGIN SELECT RAISE (ABORT, 'the log stays as it is'); END;
        CREATE TRIGGER changes_hold BEFORE UPDATE ON changes BEGIN SELECT RAISE (ABORT, 'the log stays as it is'); END;"
    )
}

/// An open connection, and why it can only be read.
pub(super) type Opened = (Connection, Option<ReadOnly>);

/// Open the file to write, or make it; where that cannot be, to read.
pub(super) fn open(path: &Path) -> Result<Opened, StoreError> {
    match to_write(path) {
        Err(Trouble::Sqlite(cause)) if cannot_write(&cause) && path.exists() => {
            let connection = to_read(path).map_err(|trouble| trouble.of(path))?;
            let path = path.to_owned();
            Ok((connection, Some(ReadOnly::Place { path })))
        }
        other => other
            .map_err(|trouble| trouble.of(path))?
            .ok_or(StoreError::NotOurs {
                path: path.to_owned(),
            }),
    }
}

/// None where it is a database of another program.
fn to_write(path: &Path) -> Result<Option<Opened>, Trouble> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    let found = version(&connection)?;
    if !is_ours(&connection, found)? {
        return Ok(None);
    }
    if found > VERSION {
        connection.pragma_update(None, "query_only", true)?;
        let path = path.to_owned();
        return Ok(Some((connection, Some(ReadOnly::Newer { path, found }))));
    }
    if connection.is_readonly("main")? {
        return Ok(Some((
            connection,
            Some(ReadOnly::Place {
                path: path.to_owned(),
            }),
        )));
    }
    durable(&connection)?;
    if found < VERSION {
        prepare(&mut connection)?;
    }
    Ok(Some((connection, None)))
}

/// Every commit is on the disk when it returns: a write-ahead log survives a killed program at any moment, and FULL makes each
/// commit wait for the disk, so that a power failure takes no acknowledged edit either (NORMAL would lose the last ones, though
/// not damage the file). macOS needs its own call to reach the disk itself.
fn durable(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)
}

/// Make the tables, and carry over what an earlier program kept: all of it or nothing, once, even when two windows begin at once.
fn prepare(connection: &mut Connection) -> Result<(), Trouble> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    if found < VERSION {
        transaction.execute_batch(&tables())?;
        if found == 1 {
            migrate::from_v1(&transaction)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    Ok(transaction.commit()?)
}

/// Open a file that cannot be written. Where the folder cannot be written either, SQLite needs to be told that nobody writes.
fn to_read(path: &Path) -> Result<Connection, Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    if version(&connection).is_ok() {
        return Ok(connection);
    }
    let log = std::fs::metadata(format!("{}-wal", path.display()));
    if log.is_ok_and(|log| log.len() > 0) {
        // What was written last lies in the log beside it, which cannot be read without writing.
        version(&connection)?;
    }
    let uri = format!("file:{}?immutable=1", escaped(path));
    let connection = Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?;
    version(&connection)?;
    Ok(connection)
}

/// A path as the part of a URI: what means something there is written by its number.
fn escaped(path: &Path) -> String {
    let mut escaped = String::new();
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(byte));
            }
            other => escaped.push_str(&format!("%{other:02X}")),
        }
    }
    escaped
}

fn cannot_write(cause: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{CannotOpen, PermissionDenied, ReadOnly};
    matches!(
        cause.sqlite_error_code(),
        Some(CannotOpen | PermissionDenied | ReadOnly)
    )
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Whether it is empty, or a project of this program or of a newer one.
fn is_ours(connection: &Connection, found: i64) -> rusqlite::Result<bool> {
    let sql = match found {
        0 => "SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)".to_owned(),
        1 => "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'work')".to_owned(),
        _ => format!("SELECT application_id = {APPLICATION} FROM pragma_application_id"),
    };
    connection.query_row(&sql, [], |row| row.get(0))
}
