//! The log of edits and where undo stands in it. Pure. Nothing is ever taken out of the log or changed in it: taking an edit back
//! and doing it again are rows of their own, and each row says where undo and redo stand after it. So the newest row of a clip is
//! its undo pointer, finding the way back costs the same after ten thousand edits as after one, and a window that reads the rows
//! behind the last one it knows has seen everything another window did.

/// A row's place in the log: later rows have higher ones, over all clips.
pub type Seq = i64;

/// What a row records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An edit.
    Do,
    /// One taken back.
    Undo,
    /// One done again.
    Redo,
    /// What was found in a file of an earlier program, and cannot be taken back.
    Found,
}

/// Where undo and redo stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pointer {
    /// The edit that undo takes back.
    pub done: Option<Seq>,
    /// The undoing that redo takes back.
    pub undone: Option<Seq>,
}

/// A row, without what it changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogRow {
    /// Its place.
    pub seq: Seq,
    /// What it records.
    pub kind: Kind,
    /// The edit that is taken back or done again.
    pub of: Option<Seq>,
    /// Of an edit: what undo takes back after it. Of an undoing: what redo takes back after it.
    pub under: Option<Seq>,
    /// Where things stand after it.
    pub pointer: Pointer,
}

impl LogRow {
    /// What was found.
    pub fn found(seq: Seq, before: Pointer) -> Self {
        Self {
            seq,
            kind: Kind::Found,
            of: None,
            under: None,
            pointer: before,
        }
    }

    /// An edit: from here nothing can be done again.
    pub fn edit(seq: Seq, before: Pointer) -> Self {
        Self {
            seq,
            kind: Kind::Do,
            of: None,
            under: before.done,
            pointer: Pointer {
                done: Some(seq),
                undone: None,
            },
        }
    }

    /// An edit that goes on with the last one: undo takes both back at once.
    pub fn joined(seq: Seq, last: &LogRow) -> Self {
        Self {
            under: last.under,
            ..Self::edit(seq, last.pointer)
        }
    }

    /// An edit taken back.
    pub fn undo(seq: Seq, before: Pointer, edit: &LogRow) -> Self {
        Self {
            seq,
            kind: Kind::Undo,
            of: Some(edit.seq),
            under: before.undone,
            pointer: Pointer {
                done: edit.under,
                undone: Some(seq),
            },
        }
    }

    /// An edit done again, whose undoing this was.
    pub fn redo(seq: Seq, undoing: &LogRow) -> Self {
        Self {
            seq,
            kind: Kind::Redo,
            of: undoing.of,
            under: None,
            pointer: Pointer {
                done: undoing.of,
                undone: undoing.under,
            },
        }
    }
}
