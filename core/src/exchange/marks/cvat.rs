//! CVAT for video 1.1: masks as tracks, a track for each class and stretch, frames from 0.
//!
//! Lost: events, times below a frame, scores, empty masks; line ends in names.

use std::collections::BTreeSet;
use std::fmt::Write;

use roxmltree::Node;

use super::coco_file::second_of;
use super::cvat_runs::Boxed;
use super::frames::{begin, count, nearest};
use super::rows::joined;
use super::text::{label_of, one_line};
use super::xml::{children, need, number, parsed};
use super::{By, MaskMark, Sheet, Wrong, cvat_images, polygons, xml};
use crate::base::{Modality, TimeSpan};

/// What begins both kinds of file.
pub(super) fn head(
    sheet: &Sheet,
    mode: &str,
    labels: &BTreeSet<String>,
    attributes: &str,
) -> String {
    let (name, frames) = (xml::escaped(&sheet.media.name), count(&sheet.media));
    let (last, fps) = ((frames - 1).max(0), sheet.media.fps);
    let (width, height) = sheet.media.size;
    let label = |label: &String| {
        let label = xml::escaped(label);
        format!(
            "      <label><name>{label}</name><type>any</type><attributes>{attributes}</attributes></label>\n"
        )
    };
    let labels: String = labels.iter().map(label).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<annotations>\n  <version>1.1</version>\n  <meta>\n    <task><name>{name}</name><size>{frames}</size><mode>{mode}</mode><start_frame>0</start_frame><stop_frame>{last}</stop_frame><frame_filter></frame_filter>\n    <labels>\n{labels}    </labels>\n    <original_size><width>{width}</width><height>{height}</height></original_size></task>\n    <!-- {fps} frames a second; frames count from 0 -->\n  </meta>\n"
    )
}

/// The shape element of a mask, with attributes of its own before those of the mask.
pub(super) fn mask_element(own: &str, mask: &Boxed) -> String {
    let Boxed {
        rle,
        left,
        top,
        width,
        height,
    } = mask;
    format!(
        "<mask {own} occluded=\"0\" rle=\"{rle}\" left=\"{left}\" top=\"{top}\" width=\"{width}\" height=\"{height}\" z_order=\"0\"></mask>\n"
    )
}

/// Who drew a shape, in CVAT's words.
pub(super) fn source(by: By) -> &'static str {
    match by {
        By::Model { .. } => "auto",
        By::Person { .. } => "manual",
        By::Unsaid => "file",
    }
}

/// The same read.
pub(super) fn speaker(node: Node<'_, '_>) -> By {
    match node.attribute("source") {
        Some("auto" | "semi-auto") => By::model(None),
        Some("manual") => By::Person { yes: true },
        _ => By::Unsaid,
    }
}

/// The masks of an element: painted ones, and polygons.
pub(super) fn shapes<'a, 'input>(node: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children()
        .filter(|shape| shape.has_tag_name("mask") || shape.has_tag_name("polygon"))
}

/// The mask of an element in a picture.
pub(super) fn mask_of(
    node: Node<'_, '_>,
    size: (u32, u32),
) -> Result<crate::project::RunLengths, Wrong> {
    if node.has_tag_name("polygon") {
        return polygon_of(node, size);
    }
    let boxed = Boxed {
        rle: need(node, "rle")?.to_owned(),
        left: number(node, "left")?,
        top: number(node, "top")?,
        width: number(node, "width")?,
        height: number(node, "height")?,
    };
    boxed.mask(size)
}

/// `x,y;x,y;…`
fn polygon_of(node: Node<'_, '_>, size: (u32, u32)) -> Result<crate::project::RunLengths, Wrong> {
    let points = need(node, "points")?;
    let numbers = points.split([',', ';']).map(|number| number.trim().parse());
    let numbers: Result<Vec<f32>, _> = numbers.collect();
    let mask = numbers
        .ok()
        .and_then(|numbers| polygons::inside(size, &[numbers]));
    mask.ok_or_else(|| Wrong::new(format!("the points of a polygon are none: {points}")))
}

pub(super) fn write(sheet: &Sheet) -> String {
    let masks: Vec<&MaskMark> = sheet
        .masks
        .iter()
        .filter(|mask| mask.mask.area() > 0)
        .collect();
    let label = |mask: &MaskMark| one_line(&mask.label).into_owned();
    let labels: BTreeSet<String> = masks.iter().map(|mask| label(mask)).collect();
    let mut out = head(sheet, "interpolation", &labels, "");
    let frames = |mask: &MaskMark| {
        let start = nearest(&sheet.media, mask.span.start);
        (start, nearest(&sheet.media, mask.span.end).max(start + 1))
    };
    let mut order: Vec<(i64, i64, String, &MaskMark)> = Vec::new();
    for mask in masks {
        let (start, end) = frames(mask);
        order.push((start, end, label(mask), mask));
    }
    order.sort_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
    for (id, (start, end, label, mark)) in order.iter().enumerate() {
        let (label, source) = (xml::escaped(label), source(mark.by));
        let boxed = Boxed::of(&mark.mask);
        let _ = writeln!(
            out,
            "  <track id=\"{id}\" label=\"{label}\" source=\"{source}\">"
        );
        for (frame, outside) in [(start, 0), (end, 1)] {
            let own = format!("frame=\"{frame}\" outside=\"{outside}\" keyframe=\"1\"");
            out.push_str("    ");
            out.push_str(&mask_element(&own, &boxed));
        }
        out.push_str("  </track>\n");
    }
    out + "</annotations>\n"
}

/// Either kind of file: tracks of a video, or pictures.
pub(super) fn read(text: &str, mut sheet: Sheet, usual: Modality) -> Result<Sheet, Wrong> {
    let document = parsed(text)?;
    let root = document.root_element();
    if !root.has_tag_name("annotations") {
        return Err(Wrong::new("its outermost element is not annotations"));
    }
    let original = root
        .descendants()
        .find(|node| node.has_tag_name("original_size"));
    let side = |name| {
        let node = original.and_then(|size| children(size, name).next());
        node.and_then(|node| node.text()?.trim().parse::<u32>().ok())
    };
    let size = side("width")
        .zip(side("height"))
        .unwrap_or(sheet.media.size);
    for track in children(root, "track") {
        read_track(track, size, &mut sheet)?;
    }
    for image in children(root, "image") {
        cvat_images::read_image(image, usual, &mut sheet)?;
    }
    Ok(joined(sheet))
}

/// A mask holds until the next frame that says otherwise.
fn read_track(track: Node<'_, '_>, size: (u32, u32), sheet: &mut Sheet) -> Result<(), Wrong> {
    let label = label_of(need(track, "label")?);
    let masks: Vec<Node<'_, '_>> = shapes(track).collect();
    for (place, mask) in masks.iter().enumerate() {
        if mask.attribute("outside") == Some("1") {
            continue;
        }
        let start = begin(sheet.media.fps, number(*mask, "frame")?);
        let span = match masks.get(place + 1) {
            Some(next) => TimeSpan::new(start, begin(sheet.media.fps, number(*next, "frame")?)),
            None => TimeSpan::new(start, second_of(start).end),
        };
        sheet.masks.push(MaskMark {
            span,
            label: label.clone(),
            mask: mask_of(*mask, size)?,
            by: speaker(track),
        });
    }
    Ok(())
}
