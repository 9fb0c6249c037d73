//! LLP: `video/<id>.mp4`, the classes of every clip, and of validation and test what is heard and what is seen when.
//!
//! Lost: times of clips for training, times below a second, scores, whose word it is, what is denied, masks.

use std::collections::BTreeSet;

use super::{ExchangeError, LayoutWriter, Part, seconds, span_of, write};
use crate::base::{Modality, Time};
use crate::exchange::marks::{By, Mark, Sheet};
use crate::media::Clip;

pub(super) const ALL: &str = "AVVP_dataset_full.csv";
const LISTS: [&str; 3] = ["AVVP_train.csv", "AVVP_val_pd.csv", "AVVP_test_pd.csv"];
const DENSE: [&str; 2] = ["AVVP_eval_audio.csv", "AVVP_eval_visual.csv"];

pub(super) fn add(
    writer: &mut LayoutWriter,
    clip: &Clip,
    sheet: &Sheet,
    id: &str,
    part: Part,
) -> Result<Sheet, ExchangeError> {
    writer.copy(clip, "video", id)?;
    let length = sheet.media.duration.micros() / Time::SECOND.micros();
    let file = format!("{id}_0_{}", length.max(1));
    let happens = |mark: &&Mark| mark.by != (By::Person { yes: false });
    let marks: Vec<&Mark> = sheet.marks.iter().filter(happens).collect();
    let word = |mark: &Mark| mark.label.replace(['\t', '\n', '\r', ','], " ");
    let classes: BTreeSet<String> = marks.iter().map(|mark| word(mark)).collect();
    let classes: Vec<String> = classes.into_iter().collect();
    writer.rows[0].push((part, format!("{file}\t{}\n", classes.join(","))));
    let mut read = Sheet::of(&sheet.media);
    let mut written = BTreeSet::new();
    for mark in marks.into_iter().filter(|_| part != Part::Train) {
        let (start, end) = seconds(mark.span);
        for (kind, alone) in [(1, Modality::Audible), (2, Modality::Visible)] {
            if mark.modality == alone || mark.modality == Modality::AudioVisual {
                let row = format!("{file}\t{start}\t{end}\t{}\n", word(mark));
                // Both at once follows from the two: it is not said twice.
                if written.insert((kind, row.clone())) {
                    writer.rows[kind].push((part, row));
                }
            }
        }
        read.marks.push(Mark {
            span: span_of((start, end)),
            by: By::Unsaid,
            ..mark.clone()
        });
    }
    Ok(read)
}

pub(super) fn finish(writer: &LayoutWriter) -> Result<(), ExchangeError> {
    let weak = |part| format!("filename\tevent_labels\n{}", writer.listed(0, part));
    write(writer.dir.join(ALL), weak(None))?;
    for (part, name) in Part::ALL.into_iter().zip(LISTS) {
        write(writer.dir.join(name), weak(Some(part)))?;
    }
    for (kind, name) in DENSE.into_iter().enumerate() {
        let rows = writer.listed(kind + 1, None);
        let head = "filename\tonset\toffset\tevent_labels";
        write(writer.dir.join(name), format!("{head}\n{rows}"))?;
    }
    Ok(())
}
