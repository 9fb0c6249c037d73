//! VIA-3 project files: one attribute whose options are `audible/Dog` and so on; a lane for each.
//!
//! Lost: who says it and how surely, what is said not to happen, masks, scores of seconds; line ends in names.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::rows::{renamed, unsaid};
use super::text::{label_of, lane, word};
use super::{By, Mark, Sheet, Wrong};
use crate::base::{Modality, Time, TimeSpan};
use crate::exchange::ExchangeError;

/// Kinds in VIA's numbers: one of several options; a video.
const SELECT: u8 = 4;
const VIDEO: u8 = 4;
/// The user names the file anew.
const FROM_DISK: u8 = 1;

pub(super) fn write(sheet: &Sheet) -> Result<String, ExchangeError> {
    let marks = unsaid(renamed(sheet.happening()));
    let lanes: BTreeSet<String> = marks.iter().map(name).collect();
    let ids = ids(&lanes);
    let options: Map<String, Value> = lanes
        .iter()
        .map(|lane| (ids[lane].clone(), json!(lane)))
        .collect();
    let metadata = marks.iter().enumerate().map(|(place, mark)| {
        let span = [mark.span.start.as_secs_f64(), mark.span.end.as_secs_f64()];
        let option = &ids[&name(mark)];
        let entry = json!({"vid": "1", "flg": 0, "z": span, "xy": [], "av": {"1": option}});
        (format!("1_{}", letters(place)), entry)
    });
    let file = json!({
        "project": {
            "pid": "__VIA_PROJECT_ID__", "rev": "__VIA_PROJECT_REV_ID__",
            "rev_timestamp": "__VIA_PROJECT_REV_TIMESTAMP__", "pname": sheet.media.name,
            "data_format_version": "3.1.1", "creator": "mettle", "created": 0, "vid_list": ["1"],
        },
        "config": {
            "file": {"loc_prefix": {"1": "", "2": "", "3": "", "4": ""}},
            "ui": {
                "file_content_align": "center", "file_metadata_editor_visible": true,
                "spatial_metadata_editor_visible": true, "spatial_region_label_attribute_id": "",
                "gtimeline_visible_row_count": "4",
            },
        },
        "attribute": {"1": {
            "aname": "event", "anchor_id": "FILE1_Z2_XY0", "type": SELECT,
            "desc": "what is heard and what is seen", "options": options, "default_option_id": "",
        }},
        "file": {"1": {"fid": "1", "fname": sheet.media.name, "type": VIDEO, "loc": FROM_DISK, "src": ""}},
        "view": {"1": {"fid_list": ["1"]}},
        "metadata": metadata.collect::<Map<String, Value>>(),
    });
    Ok(serde_json::to_string_pretty(&file)? + "\n")
}

pub(super) fn read(value: &Value, mut sheet: Sheet, usual: Modality) -> Result<Sheet, Wrong> {
    let metadata = value["metadata"].as_object();
    let metadata =
        metadata.ok_or_else(|| Wrong::new("it has no metadata, as VIA 3 writes them"))?;
    for (id, entry) in metadata {
        let wrong = || Wrong::new(format!("the times of {id} are no numbers"));
        let times: Option<Vec<f64>> = match &entry["z"] {
            Value::Array(times) => times.iter().map(Value::as_f64).collect(),
            _ => None,
        };
        let times = times.ok_or_else(wrong)?;
        // One time is a region of a picture, none a word about the whole file.
        let [start, end] = times[..] else {
            continue;
        };
        let Some(option) = option(value, &entry["av"]) else {
            continue;
        };
        let (modality, label) = lane(&option);
        sheet.marks.push(Mark {
            span: TimeSpan::new(Time::from_secs_f64(start), Time::from_secs_f64(end)),
            modality: modality.unwrap_or(usual),
            label: label_of(label),
            by: By::Unsaid,
        });
    }
    Ok(sheet)
}

/// What the first attribute with an option says, in words; or what was typed.
fn option(file: &Value, chosen: &Value) -> Option<String> {
    chosen.as_object()?.iter().find_map(|(attribute, chosen)| {
        let chosen = chosen.as_str().filter(|chosen| !chosen.is_empty())?;
        let words = file["attribute"][attribute]["options"][chosen].as_str();
        Some(words.unwrap_or(chosen).to_owned())
    })
}

fn name(mark: &Mark) -> String {
    format!("{}/{}", word(mark.modality), mark.label)
}

/// A readable name for each lane, `a_dog`: VIA's tables show those.
fn ids(lanes: &BTreeSet<String>) -> BTreeMap<String, String> {
    let mut taken = BTreeSet::new();
    let mut ids = BTreeMap::new();
    for lane in lanes {
        let (word, label) = lane.split_once('/').unwrap_or(("", lane));
        let begin = match word {
            "audible" => "a",
            "visible" => "v",
            _ => "av",
        };
        let letters = label.to_lowercase();
        let letters = letters.replace(|c: char| !c.is_alphanumeric(), "_");
        let plain = format!("{begin}_{letters}");
        let numbered = (2..).map(|number| format!("{plain}_{number}"));
        let mut names = std::iter::once(plain.clone()).chain(numbered);
        // There are names without end.
        let free = names.find(|name| taken.insert(name.clone()));
        ids.insert(lane.clone(), free.unwrap_or(plain));
    }
    ids
}

/// Eight letters that count.
fn letters(mut number: usize) -> String {
    let mut letters = [b'A'; 8];
    for letter in letters.iter_mut().rev() {
        *letter = b'A' + (number % 26) as u8;
        number /= 26;
    }
    letters.iter().copied().map(char::from).collect()
}
