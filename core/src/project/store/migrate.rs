//! Carrying over what earlier programs kept. Version 1 had one row a clip: its corrections and both ways through its history as JSON,
//! seconds by their place. Each step becomes a row of the log, so undo and redo go on where they stood.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, params};
use serde::Deserialize;

use super::error::Trouble;
use super::rows::{self, Changed};
use super::{clips, items};
use crate::base::{ClipId, ContentHash, TimeSpan};
use crate::project::{Corrections, LogRow, MaskThresholds, Pointer, Scope, Seq};

/// Nobody's: no edit joins one that was carried over.
const EARLIER: rows::Session = [0; 16];

/// A clip's corrections, as version 1 wrote them.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct CorrectionsV1 {
    masks: MasksV1,
}

#[derive(Clone, Deserialize)]
#[serde(default)]
struct MasksV1 {
    clip: f32,
    seconds: BTreeMap<u32, f32>,
}

impl Default for MasksV1 {
    fn default() -> Self {
        Self {
            clip: MaskThresholds::USUAL,
            seconds: BTreeMap::new(),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum EditV1 {
    #[serde(rename = "mask-threshold")]
    Clip(f32),
    #[serde(rename = "mask-threshold-of")]
    Second { second: u32, value: Option<f32> },
    #[serde(rename = "mask-thresholds")]
    All(MasksV1),
}

impl EditV1 {
    /// Carry it out; gives the one that takes it back.
    fn apply(self, to: &mut MasksV1) -> Self {
        match self {
            Self::Clip(value) => Self::Clip(std::mem::replace(&mut to.clip, value)),
            Self::Second { second, value } => {
                let value = match value {
                    Some(value) => to.seconds.insert(second, value),
                    None => to.seconds.remove(&second),
                };
                Self::Second { second, value }
            }
            Self::All(all) => Self::All(std::mem::replace(to, all)),
        }
    }
}

/// How a clip's corrections stood, step by step.
struct History {
    states: Vec<Corrections>,
    /// Which of them holds now.
    now: usize,
}

/// Carry over every row. What cannot be read stays in `work_v1`, where all rows stay, and the clip says so when it is opened.
pub(super) fn from_v1(connection: &Connection) -> Result<(), Trouble> {
    connection.execute_batch("ALTER TABLE work RENAME TO work_v1")?;
    let sql = "SELECT clip, corrections, done, undone FROM work_v1 ORDER BY clip";
    let mut statement = connection.prepare(sql)?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        let name: String = row.get(0)?;
        let Ok(hash) = ContentHash::try_from(name) else {
            continue;
        };
        let of = Scope::Clip(ClipId(hash));
        let clip = clips::row_for(connection, of, None)?;
        let texts: [String; 3] = [row.get(1)?, row.get(2)?, row.get(3)?];
        match history(&texts) {
            Ok(history) => write(connection, clip, &history)?,
            Err(why) => {
                let sql = "UPDATE clips SET trouble = ?1 WHERE id = ?2";
                connection.execute(sql, params![why.to_string(), clip])?;
            }
        }
    }
    Ok(())
}

fn history([corrections, done, undone]: &[String; 3]) -> serde_json::Result<History> {
    let now: CorrectionsV1 = serde_json::from_str(corrections)?;
    let done: Vec<EditV1> = serde_json::from_str(done)?;
    let undone: Vec<EditV1> = serde_json::from_str(undone)?;
    let mut masks = now.masks.clone();
    let mut states = vec![carried(&masks)];
    for back in done.into_iter().rev() {
        back.apply(&mut masks);
        states.push(carried(&masks));
    }
    states.reverse();
    let steps = states.len() - 1;
    let mut masks = now.masks;
    for again in undone.into_iter().rev() {
        again.apply(&mut masks);
        states.push(carried(&masks));
    }
    Ok(History { states, now: steps })
}

fn carried(masks: &MasksV1) -> Corrections {
    let seconds = masks.seconds.iter();
    let spans = seconds.map(|(second, value)| (TimeSpan::of_second(*second), *value));
    Corrections {
        mask_thresholds: MaskThresholds {
            clip: masks.clip,
            spans: spans.collect(),
        },
        ..Corrections::default()
    }
}

/// What is different in one state from another.
fn changed(from: &Corrections, to: &Corrections) -> Vec<Changed> {
    let keys: BTreeSet<_> = from.items().chain(to.items()).map(|i| i.key()).collect();
    let changes = keys.into_iter().map(|key| Changed {
        key,
        before: from.item(key),
        after: to.item(key),
    });
    changes.filter(|c| c.before != c.after).collect()
}

/// A clip's rows being appended.
struct Rows<'a> {
    connection: &'a Connection,
    clip: i64,
    pointer: Pointer,
}

impl Rows<'_> {
    fn append(
        &mut self,
        row: impl FnOnce(Seq, Pointer) -> LogRow,
        changed: &[Changed],
    ) -> rusqlite::Result<LogRow> {
        let row = row(rows::next_seq(self.connection)?, self.pointer);
        self.pointer = row.pointer;
        rows::append(self.connection, self.clip, &row, EARLIER, changed)?;
        Ok(row)
    }
}

/// First what there was before the oldest step known, then every step, then the taking back of those that were taken back.
fn write(connection: &Connection, clip: i64, history: &History) -> Result<(), Trouble> {
    let mut rows = Rows {
        connection,
        clip,
        pointer: Pointer::default(),
    };
    let first = changed(&Corrections::default(), &history.states[0]);
    if !first.is_empty() {
        rows.append(LogRow::found, &first)?;
    }
    let mut taken_back = Vec::new();
    for (step, pair) in history.states.windows(2).enumerate() {
        let changed = changed(&pair[0], &pair[1]);
        if changed.is_empty() {
            continue;
        }
        let edit = rows.append(LogRow::edit, &changed)?;
        if step >= history.now {
            taken_back.push(edit);
        }
    }
    for edit in taken_back.iter().rev() {
        rows.append(|seq, pointer| LogRow::undo(seq, pointer, edit), &[])?;
    }
    for item in history.states[history.now].items() {
        items::assign(connection, clip, item.key(), Some(&item))?;
    }
    Ok(())
}
