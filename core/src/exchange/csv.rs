//! Comma-separated values, as RFC 4180 has them: a line a second.
//!
//! Lost: tracks, masks, tags, familiarity, thresholds, and which clip, model and device it was.

use std::collections::BTreeMap;

use super::{ClassScore, Document, Second};

/// The seconds, one line each after a header. Classes are columns, in the order of their names.
pub fn csv(document: &Document) -> String {
    let first = document.seconds.first();
    let kinds = [
        ("", scores as fn(&Second) -> &[ClassScore]),
        ("audible ", |second| &second.audible[..]),
        ("visible ", |second| &second.visible[..]),
    ];
    let columns: Vec<_> = kinds
        .into_iter()
        .flat_map(|(kind, of)| {
            let classes = first.map(of).into_iter().flat_map(by_name);
            classes.map(move |(class, _)| (kind, of, class))
        })
        .collect();
    let mut csv = String::from("start_s,end_s,label,score");
    for (kind, _, class) in &columns {
        csv.push(',');
        csv.push_str(&quoted(&format!("{kind}{class}")));
    }
    csv.push('\n');
    for second in &document.seconds {
        let (start, end) = (
            second.span.start.as_secs_f64(),
            second.span.end.as_secs_f64(),
        );
        let (label, score) = (quoted(&second.label), second.score);
        csv.push_str(&format!("{start},{end},{label},{score}"));
        for (_, of, class) in &columns {
            let mut scores = of(second).iter();
            let score = scores.find(|(label, _)| **label == **class);
            csv.push_str(&format!(",{}", score.map_or(0.0, |(_, score)| *score)));
        }
        csv.push('\n');
    }
    csv
}

fn scores(second: &Second) -> &[ClassScore] {
    &second.scores
}

fn by_name(scores: &[ClassScore]) -> BTreeMap<&str, f32> {
    let scores = scores.iter();
    scores.map(|(label, score)| (&**label, *score)).collect()
}

/// A field as RFC 4180 wants it.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}
