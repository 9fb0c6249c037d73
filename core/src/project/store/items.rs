//! Items as rows of the file. The numbers here are what files hold: they never change their meaning, whatever the types in memory
//! become.

use std::sync::Arc;

use rusqlite::{CachedStatement, Connection, Row, ToSql, named_params};

use super::error::Trouble;
use crate::base::{EventId, LabelId, Modality, Time, TimeSpan};
use crate::project::{Class, Item, Key, RunLengths, Scope, Statement, ThresholdOf};

/// The columns, as they are read.
pub(super) const COLUMNS: &str = "kind, event, label, other_label, modality, start_us, end_us, said, number, color, height, width, runs, words";
/// The columns, as they are written.
pub(super) const WRITTEN: &str = "kind, key, event, label, other_label, modality, start_us, end_us, said, number, color, height, width, runs, words";
/// Their places, by name.
pub(super) const PLACES: &str = ":kind, :key, :event, :label, :other_label, :modality, :start_us, :end_us, :said, :number, :color, :height, :width, :runs, :words";

const STATEMENT: i64 = 1;
const MASK: i64 = 2;
const MASK_THRESHOLD: i64 = 3;
const FLAG: i64 = 4;
const REVIEWED: i64 = 5;
const THRESHOLD: i64 = 6;
const CLASS: i64 = 7;

/// An item as the file has it.
#[derive(Default)]
struct Columns {
    kind: i64,
    event: Option<[u8; 16]>,
    label: Option<[u8; 16]>,
    other_label: Option<[u8; 16]>,
    modality: Option<i64>,
    start_us: Option<i64>,
    end_us: Option<i64>,
    said: Option<bool>,
    number: Option<f64>,
    color: Option<i64>,
    height: Option<u32>,
    width: Option<u32>,
    runs: Option<Vec<u8>>,
    words: Option<String>,
}

/// A key as the file has it: its kind, and bytes that are different for different keys.
pub(super) fn disk_key(key: Key) -> (i64, Vec<u8>) {
    let span = |span: TimeSpan| {
        let mut bytes = span.start.micros().to_be_bytes().to_vec();
        bytes.extend(span.end.micros().to_be_bytes());
        bytes
    };
    match key {
        Key::Statement(event) => (STATEMENT, event.0.to_vec()),
        Key::Mask(at, label) => (MASK, [span(at), label.0.to_vec()].concat()),
        Key::MaskThreshold(at) => (MASK_THRESHOLD, at.map(span).unwrap_or_default()),
        Key::Flag(at) => (FLAG, span(at)),
        Key::Reviewed(at) => (REVIEWED, span(at)),
        Key::Threshold(of) => {
            let mut bytes = vec![of.modality.map_or(u8::MAX, |m| modality_number(m) as u8)];
            bytes.extend(of.label.iter().flat_map(|label| label.0));
            (THRESHOLD, bytes)
        }
        Key::Class(label) => (CLASS, label.0.to_vec()),
    }
}

/// Write an item with a prepared statement, which has other parameters besides.
pub(super) fn write(
    to: &mut CachedStatement<'_>,
    item: &Item,
    others: &[(&str, &dyn ToSql)],
) -> rusqlite::Result<usize> {
    let row = Columns::of(item);
    let key = disk_key(item.key()).1;
    let named: &[(&str, &dyn ToSql)] = named_params! {
        ":kind": row.kind, ":key": key, ":event": row.event, ":label": row.label,
        ":other_label": row.other_label, ":modality": row.modality, ":start_us": row.start_us,
        ":end_us": row.end_us, ":said": row.said, ":number": row.number, ":color": row.color,
        ":height": row.height, ":width": row.width, ":runs": row.runs, ":words": row.words,
    };
    to.execute(&[named, others].concat()[..])
}

/// Read an item whose columns begin at a place; none for a kind only a newer program knows.
pub(super) fn read(row: &Row<'_>, from: usize, of: Scope) -> Result<Option<Item>, Trouble> {
    let columns = Columns::read(row, from).map_err(|cause| Trouble::Odd(of, cause.to_string()))?;
    if columns.kind > CLASS {
        return Ok(None);
    }
    let kind = columns.kind;
    let odd = || {
        Trouble::Odd(
            of,
            format!("a row of kind {kind} lacks what it needs, or holds something else"),
        )
    };
    columns.item().map(Some).ok_or_else(odd)
}

/// Everything decided of a clip, by the number of its row.
pub(super) fn of_clip(connection: &Connection, clip: i64, of: Scope) -> Result<Vec<Item>, Trouble> {
    let sql = format!("SELECT {COLUMNS} FROM items WHERE clip = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([clip])?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.extend(read(row, 0, of)?);
    }
    Ok(items)
}

/// Make the file hold what an assignment says.
pub(super) fn assign(
    connection: &Connection,
    clip: i64,
    key: Key,
    item: Option<&Item>,
) -> rusqlite::Result<()> {
    let done = match item {
        Some(item) => {
            let sql =
                format!("INSERT OR REPLACE INTO items (clip, {WRITTEN}) VALUES (:clip, {PLACES})");
            let mut statement = connection.prepare_cached(&sql)?;
            write(&mut statement, item, named_params! { ":clip": clip })
        }
        None => {
            let (kind, key) = disk_key(key);
            let sql = "DELETE FROM items WHERE clip = ?1 AND kind = ?2 AND key = ?3";
            connection.prepare_cached(sql)?.execute((clip, kind, key))
        }
    };
    done.map(drop)
}

impl Columns {
    fn of(item: &Item) -> Self {
        let spanned = |kind: i64, span: Option<TimeSpan>| Self {
            kind,
            start_us: span.map(|span| span.start.micros()),
            end_us: span.map(|span| span.end.micros()),
            ..Self::default()
        };
        match item {
            Item::Statement(event, said) => Self {
                event: Some(event.0),
                label: Some(said.label.0),
                modality: Some(modality_number(said.modality)),
                said: Some(said.yes),
                ..spanned(STATEMENT, Some(said.span))
            },
            Item::Mask(span, label, mask) => Self {
                label: Some(label.0),
                height: Some(mask.height),
                width: Some(mask.width),
                runs: Some(packed(&mask.runs)),
                ..spanned(MASK, Some(*span))
            },
            Item::MaskThreshold(span, value) => Self {
                number: Some(f64::from(*value)),
                ..spanned(MASK_THRESHOLD, *span)
            },
            Item::Flag(span, note) => Self {
                words: Some(note.clone()),
                ..spanned(FLAG, Some(*span))
            },
            Item::Reviewed(span) => spanned(REVIEWED, Some(*span)),
            Item::Threshold(of, value) => Self {
                label: of.label.map(|label| label.0),
                modality: of.modality.map(modality_number),
                number: Some(f64::from(*value)),
                ..spanned(THRESHOLD, None)
            },
            Item::Class(label, class) => Self {
                label: Some(label.0),
                other_label: class.merged_into.map(|label| label.0),
                color: class.color.map(color_number),
                words: Some(class.name.clone()),
                ..spanned(CLASS, None)
            },
        }
    }

    fn read(row: &Row<'_>, from: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            kind: row.get(from)?,
            event: row.get(from + 1)?,
            label: row.get(from + 2)?,
            other_label: row.get(from + 3)?,
            modality: row.get(from + 4)?,
            start_us: row.get(from + 5)?,
            end_us: row.get(from + 6)?,
            said: row.get(from + 7)?,
            number: row.get(from + 8)?,
            color: row.get(from + 9)?,
            height: row.get(from + 10)?,
            width: row.get(from + 11)?,
            runs: row.get(from + 12)?,
            words: row.get(from + 13)?,
        })
    }

    /// None where something is missing or has no meaning.
    fn item(self) -> Option<Item> {
        let label = self.label.map(LabelId);
        let modality = self.modality.map(modality_of);
        let number = self.number.map(|number| number as f32);
        Some(match self.kind {
            STATEMENT => {
                let said = Statement {
                    label: label?,
                    modality: modality??,
                    span: self.span()?,
                    yes: self.said?,
                };
                Item::Statement(EventId(self.event?), said)
            }
            MASK => {
                let mask = RunLengths {
                    height: self.height?,
                    width: self.width?,
                    runs: unpacked(self.runs.as_deref()?)?,
                };
                let covered: u64 = mask.runs.iter().map(|run| u64::from(*run)).sum();
                if covered != u64::from(mask.height) * u64::from(mask.width) {
                    return None;
                }
                Item::Mask(self.span()?, label?, Arc::new(mask))
            }
            MASK_THRESHOLD if self.start_us.is_none() => Item::MaskThreshold(None, number?),
            MASK_THRESHOLD => Item::MaskThreshold(Some(self.span()?), number?),
            FLAG => Item::Flag(self.span()?, self.words?),
            REVIEWED => Item::Reviewed(self.span()?),
            THRESHOLD => {
                let modality = match modality {
                    Some(modality) => Some(modality?),
                    None => None,
                };
                Item::Threshold(ThresholdOf { label, modality }, number?)
            }
            CLASS => {
                let class = Class {
                    name: self.words?,
                    color: self.color.map(color_of),
                    merged_into: self.other_label.map(LabelId),
                };
                Item::Class(label?, class)
            }
            _ => return None,
        })
    }

    fn span(&self) -> Option<TimeSpan> {
        let (start, end) = (self.start_us?, self.end_us?);
        let time = Time::from_micros;
        (start < end).then(|| TimeSpan::new(time(start), time(end)))
    }
}

fn modality_number(modality: Modality) -> i64 {
    match modality {
        Modality::Audible => 0,
        Modality::Visible => 1,
        Modality::AudioVisual => 2,
    }
}

fn modality_of(number: i64) -> Option<Modality> {
    match number {
        0 => Some(Modality::Audible),
        1 => Some(Modality::Visible),
        2 => Some(Modality::AudioVisual),
        _ => None,
    }
}

fn color_number([red, green, blue]: [u8; 3]) -> i64 {
    i64::from(u32::from_be_bytes([0, red, green, blue]))
}

fn color_of(number: i64) -> [u8; 3] {
    let [.., red, green, blue] = number.to_be_bytes();
    [red, green, blue]
}

/// Run lengths as a blob: seven bits a byte, the lowest first, the eighth bit says that more follow.
fn packed(runs: &[u32]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(runs.len() * 2);
    for &run in runs {
        let mut rest = run;
        while rest >= 0x80 {
            bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        bytes.push(rest as u8);
    }
    bytes
}

/// From that blob; none where it ends within a number, or a number is too large.
fn unpacked(bytes: &[u8]) -> Option<Vec<u32>> {
    let mut runs = Vec::new();
    let (mut run, mut shift) = (0_u64, 0);
    for &byte in bytes {
        run |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            runs.push(u32::try_from(run).ok()?);
            (run, shift) = (0, 0);
        } else if shift > 28 {
            return None;
        }
    }
    (shift == 0).then_some(runs)
}
