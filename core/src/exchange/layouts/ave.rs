//! AVE: `AVE/<id>.mp4`, `Category&VideoID&Quality&StartTime&EndTime`, a row for the longest stretch of each class.
//!
//! Lost: what is only heard or only seen, further events of a class, times below a second, scores, whose word it is, masks.

use std::collections::BTreeMap;

use super::{ExchangeError, LayoutWriter, Part, seconds, span_of, write};
use crate::base::{Label, Modality, TimeSpan};
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
    let mut events: BTreeMap<Label, Vec<&Mark>> = BTreeMap::new();
    for mark in sheet.marks.iter().filter(both) {
        events.entry(mark.label.clone()).or_default().push(mark);
    }
    let mut read = Sheet::of(&sheet.media);
    for (label, marks) in events {
        let (whole, parts) = longest(marks);
        let (start, end) = seconds(whole);
        // What parts the columns cannot stand in them.
        let name = label.replace(['&', '\n', '\r'], " ");
        writer.rows[0].push((part, format!("{name}&{id}&good&{start}&{end}\n")));
        read.marks.extend(parts.into_iter().map(|mark| Mark {
            span: written(mark.span, whole),
            by: By::Unsaid,
            ..mark.clone()
        }));
    }
    Ok(read)
}

/// The longest stretch without a gap of a class's events, and the events in it: who said which of its seconds makes no difference.
fn longest(mut marks: Vec<&Mark>) -> (TimeSpan, Vec<&Mark>) {
    marks.sort_by_key(|mark| (mark.span.start, mark.span.end));
    let mut runs: Vec<(TimeSpan, Vec<&Mark>)> = Vec::new();
    for mark in marks {
        match runs
            .last_mut()
            .filter(|(whole, _)| mark.span.start <= whole.end)
        {
            Some((whole, parts)) => {
                whole.end = whole.end.max(mark.span.end);
                parts.push(mark);
            }
            None => runs.push((mark.span, vec![mark])),
        }
    }
    // The first of those that are equally long.
    let place = (0..runs.len())
        .rev()
        .max_by_key(|place| runs[*place].0.duration());
    place.map_or_else(Default::default, |place| runs.swap_remove(place))
}

/// An event's edges as the row has them: those inside the stretch stay.
fn written(span: TimeSpan, whole: TimeSpan) -> TimeSpan {
    let edges = span_of(seconds(whole));
    let start = if span.start == whole.start {
        edges.start
    } else {
        span.start
    };
    let end = if span.end == whole.end {
        edges.end
    } else {
        span.end
    };
    TimeSpan::new(start, end)
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
