//! Masks in a file of COCO's form, as pycocotools load it: a picture for each masked stretch, run lengths, classes as categories.
//! The times stand in fields of their own, which COCO's tools pass over.
//!
//! Lost: events, scores of seconds, empty masks.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::frames::{begin, count, on_screen, rate};
use super::{By, MaskMark, Sheet, Wrong, polygons};
use crate::base::{Label, Time, TimeSpan};
use crate::exchange::ExchangeError;
use crate::project::RunLengths;

pub(super) fn write(sheet: &Sheet) -> Result<String, ExchangeError> {
    let media = &sheet.media;
    let masks: Vec<&MaskMark> = sheet
        .masks
        .iter()
        .filter(|mask| mask.mask.area() > 0)
        .collect();
    let classes: BTreeSet<&Label> = masks.iter().map(|mask| &mask.label).collect();
    let classes: Vec<&Label> = classes.into_iter().collect();
    let spans: BTreeSet<TimeSpan> = masks.iter().map(|mask| mask.span).collect();
    let spans: Vec<TimeSpan> = spans.into_iter().collect();
    let categories = classes.iter().enumerate().map(|(place, label)| {
        json!({"id": place + 1, "name": &***label, "supercategory": "sounding object"})
    });
    let images = spans.iter().enumerate().map(|(place, span)| {
        let frame = on_screen(media, span.middle());
        let size = masks.iter().find(|mask| mask.span == *span).map(|m| (m.mask.width, m.mask.height));
        let (width, height) = size.unwrap_or(media.size);
        json!({
            "id": place + 1, "file_name": format!("{}/frame_{frame:06}.png", media.name), "width": width, "height": height,
            "video_id": 1, "frame_id": frame, "timestamp_ms": span.middle().micros() / 1000,
            "start_us": span.start.micros(), "end_us": span.end.micros(),
        })
    });
    let place_of = |span| spans.binary_search(span).map_or(0, |place| place + 1);
    let class_of = |label| classes.binary_search(&label).map_or(0, |place| place + 1);
    let annotations = masks.iter().enumerate().map(|(place, mark)| {
        let (mask, bounds) = (&mark.mask, mark.mask.bounds());
        let mut annotation = json!({
            "id": place + 1, "image_id": place_of(&mark.span), "category_id": class_of(&mark.label), "iscrowd": 0,
            "segmentation": {"size": [mask.height, mask.width], "counts": mask.text()}, "area": mask.area(),
            "bbox": [bounds.x, bounds.y, bounds.width, bounds.height],
            "source": match mark.by { By::Person { .. } => "human", By::Model { .. } => "model", By::Unsaid => "" },
        });
        if let Some(score) = mark.by.score() {
            annotation["score"] = json!((f64::from(score) * 1e6).round() / 1e6);
        }
        annotation
    });
    let file = json!({
        "info": {"description": "mettle export", "version": "1"},
        "videos": [{
            "id": 1, "file_name": media.name, "width": media.size.0, "height": media.size.1, "fps": media.fps,
            "length": count(media),
        }],
        "images": images.collect::<Vec<_>>(),
        "categories": categories.collect::<Vec<_>>(),
        "annotations": annotations.collect::<Vec<_>>(),
    });
    Ok(serde_json::to_string_pretty(&file)? + "\n")
}

pub(super) fn read(value: &Value, mut sheet: Sheet) -> Result<Sheet, Wrong> {
    let list = |name: &str| value[name].as_array().into_iter().flatten();
    let fps = rate(
        list("videos")
            .find_map(|v| v["fps"].as_f64())
            .unwrap_or(sheet.media.fps),
    )?;
    for annotation in list("annotations") {
        let by_id = |name: &str, field: &str| {
            let found = list(name).find(|one| one["id"] == annotation[field]);
            found.ok_or_else(|| {
                Wrong::new(format!(
                    "annotation {} names no {name} that is there",
                    annotation["id"]
                ))
            })
        };
        let image = by_id("images", "image_id")?;
        let label = by_id("categories", "category_id")?["name"]
            .as_str()
            .unwrap_or_default();
        let score = annotation["score"].as_f64().map(|score| score as f32);
        let by = match annotation["source"].as_str() {
            Some("human") => By::Person { yes: true },
            Some("model") => By::model(score),
            _ => score.map_or(By::Unsaid, |score| By::model(Some(score))),
        };
        sheet.masks.push(MaskMark {
            span: span(image, fps)?,
            label: Label::from(label),
            mask: mask(annotation, image)?,
            by,
        });
    }
    Ok(sheet)
}

/// When a picture is: as it says, or the second of its frame.
fn span(image: &Value, fps: f64) -> Result<TimeSpan, Wrong> {
    let ends = image["start_us"].as_i64().zip(image["end_us"].as_i64());
    if let Some((start, end)) = ends {
        return Ok(TimeSpan::new(
            Time::from_micros(start),
            Time::from_micros(end),
        ));
    }
    let ms = image["timestamp_ms"]
        .as_i64()
        .map(|ms| Time::from_micros(ms.saturating_mul(1000)));
    let at = ms.or_else(|| Some(begin(fps, image["frame_id"].as_i64()?)));
    let at = at.ok_or_else(|| {
        Wrong::new(format!(
            "image {} has neither a time nor a frame",
            image["id"]
        ))
    })?;
    Ok(second_of(at))
}

/// The second a moment lies in.
pub(super) fn second_of(at: Time) -> TimeSpan {
    let second = TimeSpan::new(at, at).second();
    TimeSpan::of_second(u32::try_from(second).unwrap_or(0))
}

/// Run lengths, as a string or as numbers; or polygons.
fn mask(annotation: &Value, image: &Value) -> Result<RunLengths, Wrong> {
    let id = &annotation["id"];
    let segmentation = &annotation["segmentation"];
    if let Some(polygons) = segmentation.as_array() {
        return within(polygons, image)
            .ok_or_else(|| Wrong::new(format!("the polygons of annotation {id} are none")));
    }
    let side = |place: usize| u32::try_from(segmentation["size"][place].as_u64()?).ok();
    let (Some(height), Some(width)) = (side(0), side(1)) else {
        return Err(Wrong::new(format!(
            "annotation {id} has neither run lengths nor polygons"
        )));
    };
    if let Some(text) = segmentation["counts"].as_str() {
        return RunLengths::from_text(text, width, height).map_err(Wrong::new);
    }
    let runs = segmentation["counts"].as_array();
    let runs = runs.map(|runs| {
        runs.iter()
            .map(|run| u32::try_from(run.as_u64()?).ok())
            .collect()
    });
    let runs: Option<Vec<u32>> = runs.flatten();
    let runs = runs.ok_or_else(|| Wrong::new(format!("annotation {id} has no counts")))?;
    let covered: u64 = runs.iter().map(|run| u64::from(*run)).sum();
    match covered == u64::from(width) * u64::from(height) {
        true => Ok(RunLengths {
            height,
            width,
            runs,
        }),
        false => Err(Wrong::new(format!(
            "the runs of annotation {id} do not cover its picture"
        ))),
    }
}

/// What lies inside polygons, each `[x, y, x, y, …]`.
fn within(polygons: &[Value], image: &Value) -> Option<RunLengths> {
    let side = |name: &str| u32::try_from(image[name].as_u64()?).ok();
    let numbers = |polygon: &Value| {
        let numbers = polygon.as_array()?.iter();
        numbers
            .map(|number| Some(number.as_f64()? as f32))
            .collect::<Option<Vec<f32>>>()
    };
    let polygons: Option<Vec<Vec<f32>>> = polygons.iter().map(numbers).collect();
    polygons::inside((side("width")?, side("height")?), &polygons?)
}
