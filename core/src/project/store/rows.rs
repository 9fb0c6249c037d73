//! Rows of the log, as SQL: appended and read, never anything else.

use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::error::Trouble;
use super::items::{self, COLUMNS, PLACES, WRITTEN};
use crate::project::{Assignment, Item, Key, Kind, LogRow, Pointer, Scope, Seq};

/// One key as it was and as it became.
pub(super) struct Changed {
    pub(super) key: Key,
    pub(super) before: Option<Item>,
    pub(super) after: Option<Item>,
}

/// Who wrote a row: a name every open store gives itself, so that it knows its own rows again.
pub(super) type Session = [u8; 16];

/// Which side of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    After,
}

const ROW: &str = "seq, kind, of, under, done, undone, session";

/// The newest row of a clip, and who wrote it.
pub(super) fn newest(
    connection: &Connection,
    clip: i64,
    of: Scope,
) -> Result<Option<(LogRow, Session)>, Trouble> {
    let sql = format!("SELECT {ROW} FROM edits WHERE clip = ?1 ORDER BY seq DESC LIMIT 1");
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_row([clip], read).optional()?;
    found.map(|found| known(found, of)).transpose()
}

/// A row by its place.
pub(super) fn row(connection: &Connection, seq: Seq, of: Scope) -> Result<LogRow, Trouble> {
    let sql = format!("SELECT {ROW} FROM edits WHERE seq = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_row([seq], read)?;
    Ok(known(found, of)?.0)
}

type Read = (Option<LogRow>, Session);

fn read(row: &Row<'_>) -> rusqlite::Result<Read> {
    let kind = kind_of(row.get(1)?);
    let pointer = Pointer {
        done: row.get(4)?,
        undone: row.get(5)?,
    };
    let log_row = LogRow {
        seq: row.get(0)?,
        kind: kind.unwrap_or(Kind::Found),
        of: row.get(2)?,
        under: row.get(3)?,
        pointer,
    };
    Ok((kind.map(|_| log_row), row.get(6)?))
}

fn known((row, session): Read, of: Scope) -> Result<(LogRow, Session), Trouble> {
    let odd = || Trouble::Odd(of, "a row of the log is of an unknown kind".to_owned());
    Ok((row.ok_or_else(odd)?, session))
}

/// The place of the next row. Only within a transaction that writes.
pub(super) fn next_seq(connection: &Connection) -> rusqlite::Result<Seq> {
    let sql = "SELECT COALESCE(MAX(seq), 0) + 1 FROM edits";
    connection
        .prepare_cached(sql)?
        .query_row([], |row| row.get(0))
}

/// Append a row with what it changed; an undoing and a doing again change what their edit says.
pub(super) fn append(
    connection: &Connection,
    clip: i64,
    row: &LogRow,
    session: Session,
    changed: &[Changed],
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO edits (seq, clip, kind, of, under, done, undone, session, at_ms)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let Pointer { done, undone } = row.pointer;
    connection.prepare_cached(sql)?.execute(params![
        row.seq,
        clip,
        kind_number(row.kind),
        row.of,
        row.under,
        done,
        undone,
        session,
        now_ms()
    ])?;
    let sql = format!(
        "INSERT INTO changes (edit, place, side, {WRITTEN}) VALUES (:edit, :place, :side, {PLACES})"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    for (place, changed) in changed.iter().enumerate() {
        for (side, item) in [&changed.before, &changed.after].into_iter().enumerate() {
            let Some(item) = item else { continue };
            let others = named_params! {
                ":edit": row.seq, ":place": place as i64, ":side": side as i64,
            };
            items::write(&mut statement, item, others)?;
        }
    }
    Ok(())
}

/// What an edit changed.
pub(super) fn changes(
    connection: &Connection,
    edit: Seq,
    of: Scope,
) -> Result<Vec<Changed>, Trouble> {
    let sql =
        format!("SELECT place, side, {COLUMNS} FROM changes WHERE edit = ?1 ORDER BY place, side");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([edit])?;
    let mut found: Vec<(i64, Changed)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (place, side): (i64, i64) = (row.get(0)?, row.get(1)?);
        let Some(item) = items::read(row, 2, of)? else {
            continue;
        };
        if found.last().is_none_or(|(last, _)| *last != place) {
            let key = item.key();
            let (before, after) = (None, None);
            found.push((place, Changed { key, before, after }));
        }
        if let Some((_, changed)) = found.last_mut() {
            match side {
                0 => changed.before = Some(item),
                _ => changed.after = Some(item),
            }
        }
    }
    Ok(found.into_iter().map(|(_, changed)| changed).collect())
}

/// One side of changes, to be set.
pub(super) fn side(changed: &[Changed], side: Side) -> Vec<Assignment> {
    let item = |changed: &Changed| match side {
        Side::Before => changed.before.clone(),
        Side::After => changed.after.clone(),
    };
    let assignments = changed.iter().map(|changed| (changed.key, item(changed)));
    assignments.collect()
}

/// What a row of the log set: which edit's changes, and which side of them.
pub(super) fn sets(row: &LogRow) -> (Seq, Side) {
    match row.kind {
        Kind::Undo => (row.of.unwrap_or(row.seq), Side::Before),
        Kind::Redo => (row.of.unwrap_or(row.seq), Side::After),
        Kind::Do | Kind::Found => (row.seq, Side::After),
    }
}

/// Rows behind a place, with whose they are, oldest first.
pub(super) struct Behind {
    pub(super) row: Option<LogRow>,
    pub(super) session: Session,
    pub(super) of: Option<[u8; 32]>,
    pub(super) clip: i64,
    pub(super) seq: Seq,
}

/// The rows behind a place, oldest first.
pub(super) fn behind(connection: &Connection, seen: Seq) -> rusqlite::Result<Vec<Behind>> {
    let sql = "SELECT e.seq, e.kind, e.of, e.under, e.done, e.undone, e.session, e.clip, c.hash
        FROM edits e LEFT JOIN clips c ON c.id = e.clip WHERE e.seq > ?1 ORDER BY e.seq";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([seen], |row| {
        let (log_row, session) = read(row)?;
        Ok(Behind {
            row: log_row,
            session,
            of: row.get(8)?,
            clip: row.get(7)?,
            seq: row.get(0)?,
        })
    })?;
    rows.collect()
}

fn kind_number(kind: Kind) -> i64 {
    match kind {
        Kind::Do => 0,
        Kind::Undo => 1,
        Kind::Redo => 2,
        Kind::Found => 3,
    }
}

fn kind_of(number: i64) -> Option<Kind> {
    [Kind::Do, Kind::Undo, Kind::Redo, Kind::Found]
        .into_iter()
        .find(|kind| kind_number(*kind) == number)
}

/// Milliseconds since 1970, for people; nothing is ordered by it.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}
