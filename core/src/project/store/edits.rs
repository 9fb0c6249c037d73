//! Edits, one transaction each, and what other windows wrote meanwhile.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::Store;
use super::clips::{self, ClipFacts};
use super::error::{StoreError, Trouble};
use super::items;
use super::rows::{self, Changed, Session, Side};
use super::states::States;
use crate::project::{Assignment, Change, Corrections, Edit, Kind, LogRow, Pointer, Scope, Seq};

/// A row of the log that is on the disk, with what it set.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Its place in the log.
    pub seq: Seq,
    /// Whose decisions it changed.
    pub of: Scope,
    /// An edit, or one taken back or done again.
    pub kind: Kind,
    /// Each key it changed, as it is from then on.
    pub set: Vec<Assignment>,
    /// Whether this store wrote it.
    pub own: bool,
}

/// What is asked of the log.
enum Asked<'a> {
    Edit(&'a Edit, bool),
    Undo,
    Redo,
}

/// What is written for it.
struct Written {
    row: LogRow,
    /// What the row itself records: of undoing and doing again nothing, their edit says it.
    changed: Vec<Changed>,
    set: Vec<Assignment>,
}

impl Store {
    /// What is decided, as it stands now; nothing, for a clip never corrected.
    ///
    /// # Errors
    /// The file cannot be read, or holds something else there.
    pub fn read(&mut self, of: Scope) -> Result<Corrections, StoreError> {
        let found = self.look(Some(of));
        found
            .map(Option::unwrap_or_default)
            .map_err(|trouble| trouble.of(&self.path))
    }

    /// Every clip of the project of which something is said or drawn, with that, as it stands now. What cannot be read of a clip
    /// is left out, and the log says so: it is learned by nobody.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn corrected(&mut self) -> Result<Vec<(ClipFacts, Corrections)>, StoreError> {
        let clips = self.clips()?.into_iter();
        let read = clips.filter_map(|facts| {
            let said = self.read(Scope::Clip(facts.id));
            let said = said.inspect_err(|error| log::warn!("{error}")).ok()?;
            let spoken_of = !said.statements.is_empty() || !said.masks.is_empty();
            spoken_of.then_some((facts, said))
        });
        Ok(read.collect())
    }

    /// Carry an edit out and keep it. With `joins`, it goes on with this store's last edit of the same things: both are taken back
    /// as one. When this returns it is on the disk. Gives what others wrote meanwhile and then the edit itself, which is missing
    /// where it changed nothing.
    ///
    /// # Errors
    /// It is not kept: the file cannot be written, or what it holds of the clip cannot be read.
    pub fn edit(&mut self, edit: &Edit, joins: bool) -> Result<Vec<Kept>, StoreError> {
        self.append(edit.of, &Asked::Edit(edit, joins))
    }

    /// Take the last edit back, whichever window made it.
    ///
    /// # Errors
    /// As [`Self::edit`].
    pub fn undo(&mut self, of: Scope) -> Result<Vec<Kept>, StoreError> {
        self.append(of, &Asked::Undo)
    }

    /// Do the edit again that was taken back last.
    ///
    /// # Errors
    /// As [`Self::edit`].
    pub fn redo(&mut self, of: Scope) -> Result<Vec<Kept>, StoreError> {
        self.append(of, &Asked::Redo)
    }

    /// What other windows wrote since the last look. Costs next to nothing where nobody wrote.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn news(&mut self) -> Result<Vec<Kept>, StoreError> {
        match self.look_if_changed() {
            Ok(()) => Ok(std::mem::take(&mut self.news)),
            Err(trouble) => Err(trouble.of(&self.path)),
        }
    }

    fn look_if_changed(&mut self) -> Result<(), Trouble> {
        let sql = "PRAGMA data_version";
        let version: i64 = self.connection.query_row(sql, [], |row| row.get(0))?;
        if self.data_version != Some(version) {
            self.look(None)?;
            self.data_version = Some(version);
        }
        Ok(())
    }

    /// Take in what others wrote, and read a clip if asked: one look at the file, so that both belong together.
    fn look(&mut self, of: Option<Scope>) -> Result<Option<Corrections>, Trouble> {
        let transaction = self.connection.transaction()?;
        catch_up(
            &transaction,
            &mut self.states,
            &mut self.seen,
            self.session,
            &mut self.news,
        )?;
        let read = of.map(|of| self.states.of(&transaction, of).map(|state| state.clone()));
        read.transpose()
    }

    fn append(&mut self, of: Scope, asked: &Asked<'_>) -> Result<Vec<Kept>, StoreError> {
        let done = self.transact(of, asked);
        if done.is_err() {
            // What is held in memory may be ahead of the file now.
            self.states.forget_all();
        }
        done.map_err(|trouble| trouble.of(&self.path))
    }

    fn transact(&mut self, of: Scope, asked: &Asked<'_>) -> Result<Vec<Kept>, Trouble> {
        if let Some(why) = &self.read_only {
            return Err(Trouble::ReadOnly(why.clone()));
        }
        // Nobody else writes from here on: what is read now is what the edit changes.
        let behavior = TransactionBehavior::Immediate;
        let transaction = self.connection.transaction_with_behavior(behavior)?;
        let (mut seen, mut news) = (self.seen, Vec::new());
        catch_up(
            &transaction,
            &mut self.states,
            &mut seen,
            self.session,
            &mut news,
        )?;
        let facts = self.facts.get(&of);
        let clip = clips::row_for(&transaction, of, facts)?;
        let state = self.states.of(&transaction, of)?;
        let newest = rows::newest(&transaction, clip, of)?;
        if let Some(written) = prepare(&transaction, asked, of, state, newest, self.session)? {
            rows::append(
                &transaction,
                clip,
                &written.row,
                self.session,
                &written.changed,
            )?;
            for (key, item) in &written.set {
                items::assign(&transaction, clip, *key, item.as_ref())?;
            }
            seen = written.row.seq;
            news.push(Kept {
                seq: seen,
                of,
                kind: written.row.kind,
                set: written.set,
                own: true,
            });
        }
        transaction.commit()?;
        self.facts.remove(&of);
        self.seen = seen;
        self.news.append(&mut news);
        Ok(std::mem::take(&mut self.news))
    }
}

/// Carry out what is asked on the state in memory; gives what is to be written, if anything changes.
fn prepare(
    connection: &Transaction<'_>,
    asked: &Asked<'_>,
    of: Scope,
    state: &mut Corrections,
    newest: Option<(LogRow, Session)>,
    session: Session,
) -> Result<Option<Written>, Trouble> {
    let seq = rows::next_seq(connection)?;
    let pointer = newest.map_or_else(Pointer::default, |(row, _)| row.pointer);
    match asked {
        Asked::Edit(edit, joins) => {
            let Change::Set(before) = edit.apply(state).change else {
                return Ok(None);
            };
            if before.is_empty() {
                return Ok(None);
            }
            let after = |key| state.item(key);
            let changed: Vec<Changed> = before
                .into_iter()
                .map(|(key, before)| Changed {
                    key,
                    before,
                    after: after(key),
                })
                .collect();
            let set = rows::side(&changed, Side::After);
            let last =
                newest.filter(|(row, who)| *joins && row.kind == Kind::Do && *who == session);
            let joined = match last {
                Some((last, _)) => {
                    joined(connection, of, &last, changed.as_slice())?.map(|c| (last, c))
                }
                None => None,
            };
            Ok(Some(match joined {
                Some((last, changed)) => Written {
                    row: LogRow::joined(seq, &last),
                    changed,
                    set,
                },
                None => Written {
                    row: LogRow::edit(seq, pointer),
                    changed,
                    set,
                },
            }))
        }
        Asked::Undo => {
            let Some(edit) = pointer.done else {
                return Ok(None);
            };
            let edit = rows::row(connection, edit, of)?;
            let row = LogRow::undo(seq, pointer, &edit);
            again(connection, of, state, row).map(Some)
        }
        Asked::Redo => {
            let Some(undoing) = pointer.undone else {
                return Ok(None);
            };
            let undoing = rows::row(connection, undoing, of)?;
            let row = LogRow::redo(seq, &undoing);
            again(connection, of, state, row).map(Some)
        }
    }
}

/// Taking back or doing again: what the edit recorded is set.
fn again(
    connection: &Connection,
    of: Scope,
    state: &mut Corrections,
    row: LogRow,
) -> Result<Written, Trouble> {
    let (edit, side) = rows::sets(&row);
    let set = rows::side(&rows::changes(connection, edit, of)?, side);
    let change = Change::Set(set.clone());
    Edit { of, change }.apply(state);
    let changed = Vec::new();
    Ok(Written { row, changed, set })
}

/// An edit that goes on with the last one: as things were before that one. None where it changes other things.
fn joined(
    connection: &Connection,
    of: Scope,
    last: &LogRow,
    changed: &[Changed],
) -> Result<Option<Vec<Changed>>, Trouble> {
    let earlier = rows::changes(connection, last.seq, of)?;
    let same =
        earlier.len() == changed.len() && earlier.iter().zip(changed).all(|(a, b)| a.key == b.key);
    let both = earlier
        .into_iter()
        .zip(changed)
        .map(|(earlier, later)| Changed {
            after: later.after.clone(),
            ..earlier
        });
    Ok(same.then(|| both.collect()))
}

/// Take in the rows that others appended since the last look.
fn catch_up(
    connection: &Connection,
    states: &mut States,
    seen: &mut Seq,
    session: Session,
    news: &mut Vec<Kept>,
) -> Result<(), Trouble> {
    for behind in rows::behind(connection, *seen)? {
        let of = clips::scope_of(behind.of);
        let known = behind.clip == clips::PROJECT || behind.of.is_some();
        let theirs = behind.row.filter(|_| known && behind.session != session);
        if let Some(row) = theirs {
            match taken_in(connection, states, of, &row) {
                Ok(kept) => news.push(kept),
                // What cannot be read is said where its clip is opened; the others go on.
                Err(Trouble::Odd(..)) => states.forget(of),
                Err(other) => return Err(other),
            }
        }
        *seen = behind.seq;
    }
    Ok(())
}

fn taken_in(
    connection: &Connection,
    states: &mut States,
    of: Scope,
    row: &LogRow,
) -> Result<Kept, Trouble> {
    let (edit, side) = rows::sets(row);
    let set = rows::side(&rows::changes(connection, edit, of)?, side);
    if let Some(state) = states.held(of) {
        let change = Change::Set(set.clone());
        Edit { of, change }.apply(state);
    }
    Ok(Kept {
        seq: row.seq,
        of,
        kind: row.kind,
        set,
        own: false,
    })
}
