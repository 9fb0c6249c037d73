//! A table of marks, as RFC 4180 has it: `clip,modality,class,start_s,end_s,score,source,threshold`. What a person denies has the
//! score 0.
//!
//! Lost: masks, scores of seconds, which model it was.

use super::rfc4180::records;
use super::text::{modality, seconds, time, word};
use super::{By, Mark, Sheet, Wrong};
use crate::base::{Label, Modality, TimeSpan};
use crate::exchange::csv::quoted;

const COLUMNS: [&str; 8] = [
    "clip",
    "modality",
    "class",
    "start_s",
    "end_s",
    "score",
    "source",
    "threshold",
];

pub(super) fn write(sheet: &Sheet) -> String {
    let mut table = COLUMNS.join(",") + "\n";
    for mark in &sheet.marks {
        let number = |number: Option<f32>| number.map(|n| n.to_string()).unwrap_or_default();
        let (source, score, threshold) = match mark.by {
            By::Model { score, threshold } => ("model", score, threshold),
            By::Person { yes } => ("human", Some(if yes { 1.0 } else { 0.0 }), None),
            By::Unsaid => ("", None, None),
        };
        let row = [
            quoted(&sheet.media.name),
            word(mark.modality).to_owned(),
            quoted(&mark.label),
            seconds(mark.span.start),
            seconds(mark.span.end),
            number(score),
            source.to_owned(),
            number(threshold),
        ];
        table.push_str(&row.join(","));
        table.push('\n');
    }
    table
}

/// Which column holds what.
struct Columns {
    clip: Option<usize>,
    modality: Option<usize>,
    class: usize,
    start: (usize, f64),
    end: (usize, f64),
    score: Option<usize>,
    source: Option<usize>,
    threshold: Option<usize>,
}

impl Columns {
    /// By their names, of which other programs have several.
    fn of(names: &[String]) -> Result<Self, Wrong> {
        let found = |wanted: &[&str]| {
            let alike = |name: &String| wanted.contains(&&*name.trim().to_lowercase());
            names.iter().position(alike)
        };
        let timed = |seconds: &[&str], ms: &[&str]| {
            let in_seconds = found(seconds).map(|column| (column, 1.0));
            in_seconds.or_else(|| found(ms).map(|column| (column, 1e-3)))
        };
        let start = timed(
            &["start_s", "start", "onset", "begin", "starttime"],
            &["start_ms"],
        );
        let end = timed(&["end_s", "end", "offset", "stop", "endtime"], &["end_ms"]);
        let class = found(&[
            "class",
            "label",
            "event",
            "event_label",
            "event_labels",
            "category",
        ]);
        let (Some(start), Some(end), Some(class)) = (start, end, class) else {
            return Err(Wrong::new(
                "its first line does not name the columns class, start_s and end_s",
            ));
        };
        Ok(Self {
            clip: found(&["clip", "filename", "file"]),
            modality: found(&["modality"]),
            class,
            start,
            end,
            score: found(&["score"]),
            source: found(&["source"]),
            threshold: found(&["threshold"]),
        })
    }
}

pub(super) fn read(text: &str, mut sheet: Sheet, usual: Modality) -> Result<Sheet, Wrong> {
    let first = text.lines().next().unwrap_or_default();
    let delimiter = ['\t', ';'].into_iter().find(|c| first.contains(*c));
    let mut rows = records(text, delimiter.unwrap_or(','))?.into_iter();
    let names = rows.next().unwrap_or_default();
    let columns = Columns::of(&names.fields)?;
    let mut others = 0;
    for row in rows {
        let field = |column: usize| row.fields.get(column).map(String::as_str);
        let cell = |column: Option<usize>| column.and_then(field).unwrap_or_default();
        let clip = cell(columns.clip);
        if !clip.is_empty() && !is_named(clip, &sheet.media.name) {
            others += 1;
            continue;
        }
        let line = row.line;
        let at = |(column, unit): (usize, f64)| {
            let found = time(cell(Some(column)));
            let found = found.ok_or_else(|| {
                Wrong::new(format!("line {line}: {} is no time", cell(Some(column))))
            })?;
            Ok::<_, Wrong>(match unit {
                1.0 => found,
                unit => crate::base::Time::from_secs_f64(found.as_secs_f64() * unit),
            })
        };
        let number = |column| cell(column).trim().parse::<f32>().ok();
        let score = number(columns.score);
        let by = match cell(columns.source) {
            "human" => By::Person {
                yes: score != Some(0.0),
            },
            "model" => By::Model {
                score,
                threshold: number(columns.threshold),
            },
            _ => score.map_or(By::Unsaid, |score| By::model(Some(score))),
        };
        sheet.marks.push(Mark {
            span: TimeSpan::new(at(columns.start)?, at(columns.end)?),
            modality: modality(cell(columns.modality)).unwrap_or(usual),
            label: Label::from(cell(Some(columns.class))),
            by,
        });
    }
    match others > 0 && sheet.marks.is_empty() {
        true => Err(Wrong::new(format!(
            "none of its {others} rows is about {}",
            sheet.media.name
        ))),
        false => Ok(sheet),
    }
}

/// Whether a row's file is the clip: with folders and an ending or without.
fn is_named(row: &str, name: &str) -> bool {
    let file = row.rsplit(['/', '\\']).next().unwrap_or(row);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    file == name || file == stem
}
