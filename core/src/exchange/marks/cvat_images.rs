//! CVAT for images 1.1: the middle picture of each second, with its masks as shapes and its events as tags.
//!
//! Lost: times below a second, scores, what is said not to happen, empty masks; line ends in names.

use std::collections::BTreeSet;
use std::fmt::Write;

use roxmltree::Node;

use super::coco_file::second_of;
use super::cvat::{head, mask_element, mask_of, shapes, source, speaker};
use super::cvat_runs::Boxed;
use super::frames::{begin, on_screen};
use super::rows::renamed;
use super::text::{label_of, modality, one_line, word};
use super::xml::{children, escaped, need, number, words};
use super::{Mark, MaskMark, Sheet, Wrong};
use crate::base::{Modality, Time, TimeSpan};

/// What a tag says beside its class.
const ATTRIBUTES: &str = "<attribute><name>modality</name><mutable>False</mutable><input_type>select</input_type><default_value>audio-visual</default_value><values>audible\nvisible\naudio-visual</values></attribute>";

pub(super) fn write(sheet: &Sheet) -> String {
    let clip = TimeSpan::new(Time::ZERO, sheet.media.duration);
    let within = |mark: Mark| {
        let span = mark.span.intersection(clip)?;
        Some(Mark { span, ..mark })
    };
    let marks: Vec<Mark> = renamed(sheet.happening())
        .into_iter()
        .filter_map(within)
        .collect();
    let masks: Vec<&MaskMark> = sheet
        .masks
        .iter()
        .filter(|mask| mask.mask.area() > 0 && clip.contains(mask.span.middle()))
        .collect();
    let mut labels: BTreeSet<String> = marks.iter().map(|mark| mark.label.to_string()).collect();
    labels.extend(masks.iter().map(|mask| one_line(&mask.label).into_owned()));
    let mut out = head(sheet, "annotation", &labels, ATTRIBUTES);
    let (width, height) = sheet.media.size;
    for (second, span) in seconds(sheet.media.duration).into_iter().enumerate() {
        let frame = on_screen(&sheet.media, span.middle());
        let tags: BTreeSet<String> = marks
            .iter()
            .filter(|mark| falls_into(mark.span, span))
            .map(tag)
            .collect();
        let here = masks
            .iter()
            .filter(|mask| span.contains(mask.span.middle()));
        let mut shapes: Vec<String> = here.map(|mask| shape(mask)).collect();
        shapes.sort();
        if tags.is_empty() && shapes.is_empty() {
            continue;
        }
        let _ = writeln!(
            out,
            "  <image id=\"{second}\" name=\"frame_{frame:06}.png\" width=\"{width}\" height=\"{height}\">"
        );
        for line in shapes.iter().chain(&tags) {
            out.push_str("    ");
            out.push_str(line);
        }
        out.push_str("  </image>\n");
    }
    out + "</annotations>\n"
}

/// The clip's seconds, the last one up to its end: what happens there must not be lost.
fn seconds(duration: Time) -> Vec<TimeSpan> {
    let mut seconds = TimeSpan::seconds_of(duration);
    if let Some(last) = seconds.last_mut() {
        last.end = last.end.max(duration);
    }
    seconds
}

/// Whether a mark is told of a second: it lasts for half of it, or has its middle there.
fn falls_into(mark: TimeSpan, second: TimeSpan) -> bool {
    let shared = mark.intersection(second).map(TimeSpan::duration);
    let half = shared.is_some_and(|shared| shared.micros() * 2 >= second.duration().micros());
    half || second.contains(mark.middle())
}

fn tag(mark: &Mark) -> String {
    let (label, source, word) = (escaped(&mark.label), source(mark.by), word(mark.modality));
    format!(
        "<tag label=\"{label}\" source=\"{source}\"><attribute name=\"modality\">{word}</attribute></tag>\n"
    )
}

fn shape(mask: &MaskMark) -> String {
    let (label, source) = (escaped(&one_line(&mask.label)), source(mask.by));
    let own = format!("label=\"{label}\" source=\"{source}\"");
    mask_element(&own, &Boxed::of(&mask.mask))
}

/// The tags and masks of one picture. Its name ends with the number of its frame, its own number may be another.
pub(super) fn read_image(
    image: Node<'_, '_>,
    usual: Modality,
    sheet: &mut Sheet,
) -> Result<(), Wrong> {
    let frame = match frame_of(need(image, "name")?) {
        Some(frame) => frame,
        None => number(image, "id")?,
    };
    let at = begin(sheet.media.fps, frame) + Time::from_micros(1000);
    let mut seconds = seconds(sheet.media.duration).into_iter();
    let span = seconds.find(|second| second.contains(at));
    let span = span.unwrap_or_else(|| second_of(at));
    for tag in children(image, "tag") {
        let named = |node: &Node<'_, '_>| node.attribute("name") == Some("modality");
        let own = children(tag, "attribute").find(named);
        sheet.marks.push(Mark {
            span,
            modality: own.and_then(|node| modality(&words(node))).unwrap_or(usual),
            label: label_of(need(tag, "label")?),
            by: speaker(tag),
        });
    }
    for mask in shapes(image) {
        let size = (number(image, "width")?, number(image, "height")?);
        sheet.masks.push(MaskMark {
            span,
            label: label_of(need(mask, "label")?),
            mask: mask_of(mask, size)?,
            by: speaker(mask),
        });
    }
    Ok(())
}

/// The digits at the end of a picture's name.
fn frame_of(name: &str) -> Option<i64> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let digits = stem.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    stem[digits..].parse().ok()
}
