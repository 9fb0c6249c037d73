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
    start: Timed,
    end: End,
    score: Option<usize>,
    source: Option<usize>,
    threshold: Option<usize>,
}

/// A column of times, and how many seconds one of it is.
type Timed = (usize, f64);

/// Where events end.
enum End {
    At(Timed),
    /// So long after they start.
    After(Timed),
}

impl Columns {
    /// By their names, of which other programs have several. Frames are counted from 0, and an event ends before its end's frame.
    fn of(names: &[String], fps: f64) -> Result<Self, Wrong> {
        let found = |wanted: &[&str]| {
            let alike = |name: &String| wanted.contains(&&*name.trim().to_lowercase());
            names.iter().position(alike)
        };
        let timed = |seconds: &[&str], ms: &[&str], frames: &[&str]| -> Option<Timed> {
            let in_seconds = found(seconds).map(|column| (column, 1.0));
            let in_ms = || found(ms).map(|column| (column, 1e-3));
            let in_frames = || found(frames).map(|column| (column, 1.0 / fps));
            in_seconds.or_else(in_ms).or_else(in_frames)
        };
        let start = timed(
            &["start_s", "start", "onset", "begin", "starttime"],
            &["start_ms", "begin_ms", "onset_ms"],
            &["start_frame", "begin_frame", "frame_start"],
        );
        let end = timed(
            &["end_s", "end", "offset", "stop", "endtime"],
            &["end_ms", "stop_ms", "offset_ms"],
            &["end_frame", "stop_frame", "frame_end"],
        );
        let long = timed(&["duration_s", "duration"], &["duration_ms"], &[]);
        let end = end.map(End::At).or(long.map(End::After));
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
        let counted = |(_, unit): &Timed| unit.is_finite();
        let (End::At(other) | End::After(other)) = &end;
        if !counted(&start) || !counted(other) {
            return Err(Wrong::new(
                "it counts frames, and this clip has none: write seconds, start_s and end_s",
            ));
        }
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
    // Of a clip without pictures, frames are no time.
    let pictures = sheet.media.size.0 > 0;
    let fps = if pictures { sheet.media.fps } else { 0.0 };
    let columns = Columns::of(&names.fields, fps)?;
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
        let at = |(column, unit): Timed| {
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
        let start = at(columns.start)?;
        let end = match columns.end {
            End::At(end) => at(end)?,
            End::After(long) => start + at(long)?,
        };
        sheet.marks.push(Mark {
            span: TimeSpan::new(start, end),
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
