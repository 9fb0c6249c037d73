//! Comma-separated values, as RFC 4180 has them: a line a second, each of which says of which clip it is.
//!
//! Lost: tracks, masks, tags, familiarity, thresholds, and which model and device it was.

use std::collections::BTreeMap;

use super::{ClassScore, Document, Second};

/// How the line above all others begins.
pub(super) const FIRST: &str = "clip,clip_id,start_s,end_s,label,score";

/// Scores of a second.
type Scores = fn(&Second) -> &[ClassScore];

/// The seconds, a line each: tables of several clips can be put together, of which the first alone needs the `header`, the names
/// of the columns. Classes are columns, in the order of their names.
pub fn csv(document: &Document, header: bool) -> String {
    let columns = columns(document);
    let mut csv = String::new();
    if header {
        csv.push_str(FIRST);
        for (kind, _, class) in &columns {
            csv.push(',');
            csv.push_str(&quoted(&format!("{kind}{class}")));
        }
        csv.push('\n');
    }
    let clip = quoted(&document.clip.path.to_string_lossy());
    let id = document.clip.id.short();
    for second in &document.seconds {
        let (start, end) = (
            second.span.start.as_secs_f64(),
            second.span.end.as_secs_f64(),
        );
        let (label, score) = (quoted(&second.label), second.score);
        csv.push_str(&format!("{clip},{id},{start},{end},{label},{score}"));
        for (_, of, class) in &columns {
            let mut scores = of(second).iter();
            let score = scores.find(|(label, _)| **label == **class);
            csv.push_str(&format!(",{}", score.map_or(0.0, |(_, score)| *score)));
        }
        csv.push('\n');
    }
    csv
}

/// Every class, both heard and seen, and each by itself where parsing was asked for: what stands before its name, and whose
/// scores.
fn columns(document: &Document) -> Vec<(&'static str, Scores, &str)> {
    let first = document.seconds.first();
    let kinds = [
        ("", scores as Scores),
        ("audible ", |second| &second.audible[..]),
        ("visible ", |second| &second.visible[..]),
    ];
    kinds
        .into_iter()
        .flat_map(|(kind, of)| {
            let classes = first.map(of).into_iter().flat_map(by_name);
            classes.map(move |(class, _)| (kind, of, class))
        })
        .collect()
}

fn scores(second: &Second) -> &[ClassScore] {
    &second.scores
}

fn by_name(scores: &[ClassScore]) -> BTreeMap<&str, f32> {
    let scores = scores.iter();
    scores.map(|(label, score)| (&**label, *score)).collect()
}

/// A field as RFC 4180 wants it.
pub(super) fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}
