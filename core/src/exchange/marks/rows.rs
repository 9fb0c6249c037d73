//! Marks in rows whose marks do not overlap, as tiers must be.

use super::{By, Mark, Sheet};
use crate::base::{Label, Modality, Time, TimeSpan};

/// One row: of one class, modality and speaker.
#[derive(Debug)]
pub(super) struct Row {
    pub modality: Modality,
    pub label: Label,
    pub by_person: bool,
    /// From 1: marks that overlap those of the first row are in the second.
    pub number: usize,
    /// In order, without overlap.
    pub marks: Vec<Mark>,
}

/// The rows of marks that are in order: by modality, class, speaker.
pub(super) fn rows(marks: &[Mark]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for mark in marks {
        let same = |row: &Row| {
            row.modality == mark.modality
                && row.label == mark.label
                && row.by_person == mark.by.is_person()
        };
        let fits = |row: &Row| {
            row.marks
                .last()
                .is_none_or(|m| m.span.end <= mark.span.start)
        };
        let number = rows.iter().filter(|row| same(row)).count() + 1;
        match rows.iter_mut().find(|row| same(row) && fits(row)) {
            Some(row) => row.marks.push(mark.clone()),
            None => rows.push(Row {
                modality: mark.modality,
                label: mark.label.clone(),
                by_person: mark.by.is_person(),
                number,
                marks: vec![mark.clone()],
            }),
        }
    }
    let place = |row: &Row| (row.modality, row.label.clone(), !row.by_person, row.number);
    rows.sort_by_key(place);
    rows
}

/// Times rounded to a tick, each mark at least one long, in order again.
pub(super) fn rounded(marks: Vec<Mark>, tick: Time) -> Vec<Mark> {
    let tick = tick.micros();
    let round = |time: Time| (time.micros() + tick / 2).div_euclid(tick) * tick;
    let mut marks = marks;
    for mark in &mut marks {
        let (start, end) = (round(mark.span.start), round(mark.span.end));
        let end = end.max(start + tick);
        mark.span = TimeSpan::new(Time::from_micros(start), Time::from_micros(end));
    }
    marks.sort_by(Mark::order);
    marks
}

/// The same marks under names on one line, in order again.
pub(super) fn renamed(mut marks: Vec<Mark>) -> Vec<Mark> {
    for mark in &mut marks {
        mark.label = super::text::label_of(&mark.label);
    }
    marks.sort_by(Mark::order);
    marks
}

/// The same marks, of which nobody knows who said them, in order again.
pub(super) fn unsaid(mut marks: Vec<Mark>) -> Vec<Mark> {
    for mark in &mut marks {
        mark.by = By::Unsaid;
    }
    marks.sort_by(Mark::order);
    marks
}

/// Neighbouring seconds that say the same are one mark.
pub(super) fn joined(mut sheet: Sheet) -> Sheet {
    let same = |a: &Mark, b: &Mark| (a.modality, &a.label, a.by) == (b.modality, &b.label, b.by);
    let mut joined: Vec<Mark> = Vec::new();
    let mut marks = std::mem::take(&mut sheet.marks);
    marks.sort_by(Mark::order);
    for mark in marks {
        let next = |last: &&mut Mark| last.span.end == mark.span.start && same(last, &mark);
        match joined.iter_mut().find(next) {
            Some(last) => last.span.end = mark.span.end,
            None => joined.push(mark),
        }
    }
    sheet.marks = joined;
    sheet
}
