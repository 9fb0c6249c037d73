//! ELAN's EAF 3.0: a tier for each class, modality and speaker; a model's scores in tiers under them.
//!
//! Lost: times below a millisecond, what is said not to happen, masks, scores of seconds.

use std::fmt::Write;

use super::rows::{Row, rounded, rows};
use super::text::{one_line, word};
use super::xml::escaped;
use super::{Mark, Sheet};
use crate::base::Time;

/// ELAN counts in these.
pub(super) const MILLISECOND: Time = Time::from_micros(1000);
/// What a tier's annotator is called where it is a person, and where a file that does not tell was read.
pub(super) const PERSON: &str = "person";
pub(super) const UNSAID: &str = "";
/// Begins the name of a model as annotator.
pub(super) const MODEL: &str = "model";

const BEGIN: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="mettle" DATE="1970-01-01T00:00:00+00:00" FORMAT="3.0" VERSION="3.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd">
<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">
"#;
const END: &str = r#"<LINGUISTIC_TYPE GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="event" TIME_ALIGNABLE="true"/>
<LINGUISTIC_TYPE CONSTRAINTS="Symbolic_Association" GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="score" TIME_ALIGNABLE="false"/>
<CONSTRAINT DESCRIPTION="1-1 association with a parent annotation" STEREOTYPE="Symbolic_Association"/>
</ANNOTATION_DOCUMENT>
"#;

pub(super) fn write(sheet: &Sheet) -> String {
    let rows = rows(&rounded(sheet.happening(), MILLISECOND));
    let mut out = BEGIN.to_owned();
    let below = if sheet.media.from_here.starts_with("../") {
        ""
    } else {
        "./"
    };
    let way = below.to_owned() + &escaped(&encoded(&sheet.media.from_here));
    let count: usize = rows
        .iter()
        .map(|row| row.marks.len() + scores(row).count())
        .sum();
    let _ = write!(
        out,
        "<MEDIA_DESCRIPTOR MEDIA_URL=\"{way}\" MIME_TYPE=\"video/*\" RELATIVE_MEDIA_URL=\"{way}\"/>\n<PROPERTY NAME=\"lastUsedAnnotationId\">{count}</PROPERTY>\n</HEADER>\n"
    );
    let slots = Slots::of(&rows);
    slots.write(&mut out);
    let mut written = Tiers::default();
    for (place, row) in rows.iter().enumerate() {
        written.tier(&mut out, row, &slots.of_rows[place], &sheet.model);
    }
    out + END
}

/// The marks that have a score.
fn scores(row: &Row) -> impl Iterator<Item = (usize, f32)> {
    let marks = row.marks.iter().enumerate();
    marks.filter_map(|(place, mark)| Some((place, mark.by.score()?)))
}

/// Two time slots for each mark, its own, numbered by time.
struct Slots {
    /// Row, mark: the numbers of its start and its end.
    of_rows: Vec<Vec<(usize, usize)>>,
    /// Milliseconds, in the order of the numbers.
    times: Vec<i64>,
}

impl Slots {
    fn of(rows: &[Row]) -> Self {
        let mut all: Vec<(i64, usize, usize, bool)> = Vec::new();
        for (r, row) in rows.iter().enumerate() {
            for (m, mark) in row.marks.iter().enumerate() {
                all.push((mark.span.start.micros() / 1000, r, m, false));
                all.push((mark.span.end.micros() / 1000, r, m, true));
            }
        }
        all.sort_unstable();
        let empty = |row: &Row| vec![(0, 0); row.marks.len()];
        let mut of_rows: Vec<Vec<(usize, usize)>> = rows.iter().map(empty).collect();
        for (place, (_, row, mark, end)) in all.iter().enumerate() {
            let slot = &mut of_rows[*row][*mark];
            match end {
                true => slot.1 = place + 1,
                false => slot.0 = place + 1,
            }
        }
        let times = all.into_iter().map(|(time, ..)| time).collect();
        Self { of_rows, times }
    }

    fn write(&self, out: &mut String) {
        out.push_str("<TIME_ORDER>\n");
        for (place, time) in self.times.iter().enumerate() {
            let number = place + 1;
            let _ = writeln!(
                out,
                "<TIME_SLOT TIME_SLOT_ID=\"ts{number}\" TIME_VALUE=\"{time}\"/>"
            );
        }
        out.push_str("</TIME_ORDER>\n");
    }
}

/// Annotations and names of tiers written so far.
#[derive(Default)]
struct Tiers {
    annotations: usize,
    names: std::collections::BTreeSet<String>,
}

impl Tiers {
    fn tier(&mut self, out: &mut String, row: &Row, slots: &[(usize, usize)], model: &str) {
        let name = self.name(row);
        let who = match row.marks.first().map(|mark| mark.by) {
            Some(by) if by.is_person() => PERSON.to_owned(),
            Some(by) if by.is_model() => format!("{MODEL} {model}").trim_end().to_owned(),
            _ => UNSAID.to_owned(),
        };
        let who = escaped(&who);
        let _ = writeln!(
            out,
            "<TIER ANNOTATOR=\"{who}\" LINGUISTIC_TYPE_REF=\"event\" TIER_ID=\"{name}\">"
        );
        let first = self.annotations + 1;
        for (mark, (from, to)) in row.marks.iter().zip(slots) {
            self.annotations += 1;
            let (number, value) = (self.annotations, value(mark));
            let _ = writeln!(
                out,
                "<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID=\"a{number}\" TIME_SLOT_REF1=\"ts{from}\" TIME_SLOT_REF2=\"ts{to}\"><ANNOTATION_VALUE>{value}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"
            );
        }
        out.push_str("</TIER>\n");
        if scores(row).next().is_some() {
            self.scores(out, row, first, (&name, &who));
        }
    }

    fn scores(&mut self, out: &mut String, row: &Row, first: usize, (name, who): (&str, &str)) {
        let _ = writeln!(
            out,
            "<TIER ANNOTATOR=\"{who}\" LINGUISTIC_TYPE_REF=\"score\" PARENT_REF=\"{name}\" TIER_ID=\"score of {name}\">"
        );
        for (place, score) in scores(row) {
            self.annotations += 1;
            let (number, of) = (self.annotations, first + place);
            let _ = writeln!(
                out,
                "<ANNOTATION><REF_ANNOTATION ANNOTATION_ID=\"a{number}\" ANNOTATION_REF=\"a{of}\"><ANNOTATION_VALUE>{score}</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>"
            );
        }
        out.push_str("</TIER>\n");
    }

    /// `audible/Dog`; where another tier has that name, with a number.
    fn name(&mut self, row: &Row) -> String {
        let plain = format!("{}/{}", word(row.modality), one_line(&row.label));
        let plain = escaped(&plain);
        let numbered = (2..).map(|number| format!("{plain} #{number}"));
        let mut names = std::iter::once(plain.clone()).chain(numbered);
        // There are names without end.
        names
            .find(|name| self.names.insert(name.clone()))
            .unwrap_or(plain)
    }
}

fn value(mark: &Mark) -> String {
    escaped(&mark.label)
}

/// A file's name as part of a URL.
fn encoded(name: &str) -> String {
    let mut encoded = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            other => {
                let _ = write!(encoded, "%{other:02X}");
            }
        }
    }
    encoded
}
