//! Praat's TextGrid, long text: a tier for each class and modality, whose intervals cover the clip without gap or overlap.
//!
//! Lost: who says it, what is said not to happen, masks, scores of seconds; line ends in names. A model's score stands behind the
//! name, with six decimals.

use std::fmt::Write;

use super::rows::{Row, renamed, rows};
use super::text::{seconds, word};
use super::{By, Mark, Sheet};
use crate::base::{Time, TimeSpan};

/// Decimals of a score behind a name.
const DECIMALS: usize = 6;

pub(super) fn write(sheet: &Sheet) -> String {
    let mut marks = renamed(sheet.happening());
    for mark in &mut marks {
        // The file does not tell a person from a model without score.
        mark.by = match mark.by.score() {
            Some(score) => By::model(Some(score)),
            None => By::Unsaid,
        };
        let whole = TimeSpan::new(Time::ZERO, sheet.media.duration);
        mark.span = mark.span.intersection(whole).unwrap_or_default();
    }
    marks.retain(|mark| mark.span.start < mark.span.end);
    marks.sort_by(Mark::order);
    let rows = rows(&marks);
    let end = seconds(sheet.media.duration);
    let mut out = format!(
        "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\nxmin = 0\nxmax = {end}\n"
    );
    let count = rows.len();
    if count == 0 {
        out.push_str("tiers? <absent>\n");
        return out;
    }
    let _ = write!(out, "tiers? <exists>\nsize = {count}\nitem []:\n");
    for (place, row) in rows.iter().enumerate() {
        tier(&mut out, place + 1, row, sheet.media.duration);
    }
    out
}

fn tier(out: &mut String, place: usize, row: &Row, duration: Time) {
    let name = name(row);
    let intervals = intervals(row, duration);
    let (end, count) = (seconds(duration), intervals.len());
    let _ = write!(
        out,
        "    item [{place}]:\n        class = \"IntervalTier\"\n        name = {}\n        xmin = 0\n        xmax = {end}\n        intervals: size = {count}\n",
        quoted(&name)
    );
    for (place, (span, text)) in intervals.iter().enumerate() {
        let (place, start, end) = (place + 1, seconds(span.start), seconds(span.end));
        let text = quoted(text);
        let _ = write!(
            out,
            "        intervals [{place}]:\n            xmin = {start}\n            xmax = {end}\n            text = {text}\n"
        );
    }
}

/// What a row is called, the same in every format with tiers.
pub(super) fn name(row: &Row) -> String {
    let (word, label) = (word(row.modality), &row.label);
    match row.number {
        1 => format!("{word}/{label}"),
        number => format!("{word}/{label} #{number}"),
    }
}

/// The row's marks with what lies between them, which says nothing.
fn intervals(row: &Row, duration: Time) -> Vec<(TimeSpan, String)> {
    let mut all = Vec::new();
    let mut at = Time::ZERO;
    for mark in &row.marks {
        if at < mark.span.start {
            all.push((TimeSpan::new(at, mark.span.start), String::new()));
        }
        all.push((mark.span, text(mark)));
        at = mark.span.end;
    }
    if at < duration || all.is_empty() {
        all.push((TimeSpan::new(at, duration), String::new()));
    }
    all
}

/// The class, and a model's score behind it. A class that ends like a score gets one, so that its end is not taken for it.
fn text(mark: &Mark) -> String {
    let score = mark.by.score();
    let alike = scored(&mark.label).1.is_some();
    match score.or(alike.then_some(1.0)) {
        Some(score) => format!("{} {score:.DECIMALS$}", mark.label),
        None => mark.label.to_string(),
    }
}

/// A text as a class and a score, where it ends with one.
pub(super) fn scored(text: &str) -> (&str, Option<f32>) {
    let parts = text.rsplit_once(' ');
    let score = parts.and_then(|(label, end)| {
        let (whole, decimals) = end.split_once('.')?;
        let shape = matches!(whole, "0" | "1") && decimals.len() == DECIMALS;
        let score: f32 = end.parse().ok().filter(|_| shape)?;
        (score <= 1.0 && !label.is_empty()).then_some((label, score))
    });
    match score {
        Some((label, score)) => (label, Some(score)),
        None => (text, None),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
