//! Label Studio's tasks with timeline labels: frames from 1, the last one inside. What a model says is a prediction, all else an
//! annotation. The labelling configuration lies beside it.
//!
//! Lost: times below a frame, what is said not to happen, masks, scores of seconds; line ends in names.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::frames::{begin, next, on_screen, rate};
use super::rows::renamed;
use super::text::{label_of, modality, one_line, word};
use super::xml::escaped;
use super::{By, Mark, Sheet, Wrong};
use crate::base::{Modality, TimeSpan};
use crate::exchange::ExchangeError;

/// The kind of a region.
const KIND: &str = "timelinelabels";
const MODALITIES: [Modality; 3] = [Modality::Audible, Modality::Visible, Modality::AudioVisual];

/// A mark as a region: numbered from `a1`, `b1`.
struct Region(Mark, i64, i64);

pub(super) fn write(sheet: &Sheet) -> Result<String, ExchangeError> {
    let mut regions: Vec<Region> = renamed(sheet.happening())
        .into_iter()
        .map(|mut mark| {
            let (media, span) = (&sheet.media, mark.span);
            let start = on_screen(media, span.start) + 1;
            let end = next(media, span.end).max(start);
            mark.span = TimeSpan::new(begin(media.fps, start - 1), begin(media.fps, end));
            Region(mark, start, end)
        })
        .collect();
    regions.sort_by(|a, b| a.0.order(&b.0));
    let results = |letter: &str, by_model: bool| -> Vec<Value> {
        let chosen = regions
            .iter()
            .filter(|region| region.0.by.is_model() == by_model);
        let numbered = chosen.enumerate();
        numbered
            .map(|(place, region)| result(&format!("{letter}{}", place + 1), region))
            .collect()
    };
    let (predicted, annotated) = (results("p", true), results("a", false));
    let mut task = json!({"data": {"video": sheet.media.name, "fps": sheet.media.fps}});
    if !annotated.is_empty() {
        task["annotations"] = json!([{"result": annotated}]);
    }
    if !predicted.is_empty() {
        task["predictions"] = json!([{"model_version": sheet.model, "result": predicted}]);
    }
    Ok(serde_json::to_string_pretty(&json!([task]))? + "\n")
}

fn result(id: &str, Region(mark, start, end): &Region) -> Value {
    let mut result = json!({
        "id": id, "from_name": word(mark.modality), "to_name": "video", "type": KIND,
        "value": {"ranges": [{"start": start, "end": end}], KIND: [&*mark.label]},
    });
    if let Some(score) = mark.by.score() {
        // The decimal is the number: six decimals at most.
        result["score"] = json!((f64::from(score) * 1e6).round() / 1e6);
    }
    result
}

/// The labelling configuration that goes with the file.
pub(super) fn configuration(sheet: &Sheet) -> String {
    let classes: BTreeSet<String> = sheet
        .marks
        .iter()
        .map(|mark| one_line(&mark.label).into_owned())
        .collect();
    let labels = classes
        .iter()
        .map(|class| format!("    <Label value=\"{}\"/>\n", escaped(class)));
    let labels: String = labels.collect();
    let mut out =
        "<View>\n  <Video name=\"video\" value=\"$video\" frameRate=\"$fps\"/>\n".to_owned();
    for modality in MODALITIES {
        let name = word(modality);
        out.push_str(&format!(
            "  <TimelineLabels name=\"{name}\" toName=\"video\">\n{labels}  </TimelineLabels>\n"
        ));
    }
    out + "</View>\n"
}

pub(super) fn read(value: &Value, mut sheet: Sheet, usual: Modality) -> Result<Sheet, Wrong> {
    let task = task_of(value, &sheet.media.name)?;
    let fps = task["data"]["fps"].as_f64();
    let fps = rate(fps.unwrap_or(sheet.media.fps))?;
    let parts = |name: &str| task[name].as_array().cloned().unwrap_or_default();
    for (part, by_model) in [("predictions", true), ("annotations", false)] {
        for said in parts(part) {
            if let (true, Some(model)) = (by_model, said["model_version"].as_str()) {
                sheet.model = model.to_owned();
            }
            for result in said["result"].as_array().into_iter().flatten() {
                if result["type"] == KIND {
                    marks(result, by_model, fps, usual, &mut sheet)?;
                }
            }
        }
    }
    Ok(sheet)
}

/// The task of a clip: the one that names its file, or the only one.
fn task_of<'a>(value: &'a Value, name: &str) -> Result<&'a Value, Wrong> {
    let tasks = value.as_array();
    let tasks = tasks.ok_or_else(|| Wrong::new("it is no list of tasks"))?;
    let named = |task: &&Value| {
        let data = task["data"].as_object();
        data.is_some_and(|data| {
            data.values()
                .any(|v| v.as_str().is_some_and(|v| v.ends_with(name)))
        })
    };
    match (tasks.iter().find(named), &tasks[..]) {
        (Some(task), _) => Ok(task),
        (None, [only]) => Ok(only),
        (None, _) => {
            let count = tasks.len();
            Err(Wrong::new(format!(
                "none of its {count} tasks is about {name}"
            )))
        }
    }
}

fn marks(
    result: &Value,
    by_model: bool,
    fps: f64,
    usual: Modality,
    sheet: &mut Sheet,
) -> Result<(), Wrong> {
    let modality = result["from_name"]
        .as_str()
        .and_then(modality)
        .unwrap_or(usual);
    let score = result["score"].as_f64().map(|score| score as f32);
    let by = match by_model {
        true => By::model(score),
        false => By::Person { yes: true },
    };
    let ranges = result["value"]["ranges"].as_array();
    let labels = result["value"][KIND].as_array();
    for range in ranges.into_iter().flatten() {
        let ends = range["start"].as_i64().zip(range["end"].as_i64());
        let (start, end) =
            ends.ok_or_else(|| Wrong::new(format!("a range without frames: {range}")))?;
        for label in labels.into_iter().flatten().filter_map(Value::as_str) {
            sheet.marks.push(Mark {
                span: TimeSpan::new(begin(fps, start - 1), begin(fps, end)),
                modality,
                label: label_of(label),
                by,
            });
        }
    }
    Ok(())
}
