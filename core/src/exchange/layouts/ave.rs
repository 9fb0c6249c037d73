//! AVE: `AVE/<id>.mp4`, `Category&VideoID&Quality&StartTime&EndTime`, a row for the longest event of each class.
//!
//! Lost: what is only heard or only seen, further events of a class, times below a second, scores, whose word it is, masks.

use std::collections::BTreeMap;

use super::{ExchangeError, LayoutWriter, Part, seconds, span_of, write};
use crate::base::{Label, Modality};
use crate::exchange::marks::{By, Mark, Sheet};
use crate::media::Clip;

pub(super) const ALL: &str = "Annotations.txt";
const LISTS: [&str; 3] = ["trainSet.txt", "valSet.txt", "testSet.txt"];

pub(super) fn add(
    writer: &mut LayoutWriter,
    clip: &Clip,
    sheet: &Sheet,
    id: &str,
    part: Part,
) -> Result<Sheet, ExchangeError> {
    writer.copy(clip, "AVE", id)?;
    let both = |mark: &&Mark| {
        mark.modality == Modality::AudioVisual && mark.by != (By::Person { yes: false })
    };
    let mut longest: BTreeMap<Label, Mark> = BTreeMap::new();
    for mark in sheet.marks.iter().filter(both) {
        let best = longest
            .entry(mark.label.clone())
            .or_insert_with(|| mark.clone());
        if mark.span.duration() > best.span.duration() {
            *best = mark.clone();
        }
    }
    let mut read = Sheet::of(&sheet.media);
    for (label, mark) in longest {
        let (start, end) = seconds(mark.span);
        // What parts the columns cannot stand in them.
        let name = label.replace(['&', '\n', '\r'], " ");
        writer.rows[0].push((part, format!("{name}&{id}&good&{start}&{end}\n")));
        read.marks.push(Mark {
            span: span_of((start, end)),
            by: By::Unsaid,
            ..mark
        });
    }
    Ok(read)
}

pub(super) fn finish(writer: &LayoutWriter) -> Result<(), ExchangeError> {
    let all = writer.listed(0, None);
    let head = "Category&VideoID&Quality&StartTime&EndTime";
    write(writer.dir.join(ALL), format!("{head}\n{all}"))?;
    for (part, name) in Part::ALL.into_iter().zip(LISTS) {
        write(writer.dir.join(name), writer.listed(0, Some(part)))?;
    }
    Ok(())
}
