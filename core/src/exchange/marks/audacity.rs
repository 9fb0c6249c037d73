//! Audacity's labels: a line a mark, `start⇥end⇥audible/Dog`, seconds to the microsecond.
//!
//! Lost: who says it and how surely, what is said not to happen, masks, scores of seconds; line ends and tabs in names.

use std::borrow::Cow;

use super::rows::{renamed, unsaid};
use super::text::{label_of, lane, one_line, six_decimals, time, word};
use super::{By, Mark, Sheet, Wrong};
use crate::base::{Modality, TimeSpan};

pub(super) fn write(sheet: &Sheet) -> String {
    let marks = unsaid(renamed(sheet.happening()));
    let line = |mark: &Mark| {
        let (start, end) = (six_decimals(mark.span.start), six_decimals(mark.span.end));
        let (word, label) = (word(mark.modality), one_line(&mark.label));
        format!("{start}\t{end}\t{word}/{label}\n")
    };
    marks.iter().map(line).collect()
}

pub(super) fn read(text: &str, mut sheet: Sheet, usual: Modality) -> Result<Sheet, Wrong> {
    for (place, line) in text.lines().enumerate() {
        // A second line of a label holds the frequencies of its selection.
        if line.trim().is_empty() || line.starts_with('\\') {
            continue;
        }
        let mut parts = line.splitn(3, '\t');
        let start = parts.next().and_then(time);
        let end = parts.next().and_then(time);
        let (Some(start), Some(end)) = (start, end) else {
            let line = place + 1;
            return Err(Wrong::new(format!(
                "line {line} is no label: start, end and name have tabs between"
            )));
        };
        let name = unquoted(parts.next().unwrap_or_default());
        let (modality, label) = lane(&name);
        sheet.marks.push(Mark {
            span: TimeSpan::new(start, end),
            modality: modality.unwrap_or(usual),
            label: label_of(label),
            by: By::Unsaid,
        });
    }
    Ok(sheet)
}

/// A name that a program for tables put in quotes, as it was. Audacity itself writes none.
fn unquoted(name: &str) -> Cow<'_, str> {
    let inside = name
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let doubled = |inside: &&str| {
        let rest = inside.replace("\"\"", "");
        rest.len() < inside.len() && !rest.contains('"')
    };
    match inside.filter(doubled) {
        Some(inside) => Cow::Owned(inside.replace("\"\"", "\"")),
        None => Cow::Borrowed(name),
    }
}
