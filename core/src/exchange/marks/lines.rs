//! JSON lines: an object a second with every score, and with the marks and masks that begin in it. Nothing is lost.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::rows::joined;
use super::text::{modality, word};
use super::{By, Mark, MaskMark, SecondScores, Sheet, Wrong};
use crate::base::{Label, Modality, Time, TimeSpan};
use crate::exchange::coco::CocoPart;
use crate::exchange::{ClassScore, ExchangeError};
use crate::project::RunLengths;

type Scores = BTreeMap<String, f32>;

/// One second.
#[derive(Serialize, Deserialize)]
struct Line {
    clip: String,
    /// Its start and its length, in seconds.
    t: f64,
    dur: f64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    audio: Scores,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    visual: Scores,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    both: Scores,
    /// What holds for most of the second: `A` heard, `V` seen, `AV` both.
    #[serde(default)]
    label: BTreeMap<String, String>,
    /// Whose word the labels are.
    #[serde(default)]
    source: String,
    #[serde(default)]
    model: String,
    /// None in files of programs that know only seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    marks: Option<Vec<MarkPart>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    masks: Vec<MaskPart>,
}

#[derive(Serialize, Deserialize)]
struct MarkPart {
    class: String,
    modality: String,
    start_us: i64,
    end_us: i64,
    #[serde(flatten)]
    by: ByPart,
}

#[derive(Serialize, Deserialize)]
struct MaskPart {
    class: String,
    start_us: i64,
    end_us: i64,
    segmentation: CocoPart,
    #[serde(flatten)]
    by: ByPart,
}

/// Who says so; of a person, whether it happens.
#[derive(Default, Serialize, Deserialize)]
struct ByPart {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    said: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    score: Option<f32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    threshold: Option<f32>,
}

pub(super) fn write(sheet: &Sheet) -> Result<String, ExchangeError> {
    let mut spans: Vec<TimeSpan> = sheet.seconds.iter().map(|second| second.span).collect();
    if spans.is_empty() {
        spans = TimeSpan::seconds_of(sheet.media.duration);
    }
    // What begins beyond the last second stands there.
    let last = spans.len().saturating_sub(1);
    let home = |span: TimeSpan| {
        spans
            .partition_point(|second| second.end <= span.start)
            .min(last)
    };
    let mut out = String::new();
    for (place, span) in spans.iter().enumerate() {
        let marks = sheet.marks.iter().filter(|mark| home(mark.span) == place);
        let masks = sheet.masks.iter().filter(|mask| home(mask.span) == place);
        let scores = sheet.seconds.get(place);
        let of = |pick: fn(&SecondScores) -> &Vec<ClassScore>| {
            scores
                .map(|second| by_class(pick(second)))
                .unwrap_or_default()
        };
        let (label, source) = labels(sheet, *span);
        let line = Line {
            clip: sheet.media.name.clone(),
            t: span.start.as_secs_f64(),
            dur: span.duration().as_secs_f64(),
            audio: of(|second| &second.audible),
            visual: of(|second| &second.visible),
            both: of(|second| &second.both),
            label,
            source: source.to_owned(),
            model: sheet.model.clone(),
            marks: Some(marks.map(MarkPart::from).collect()),
            masks: masks.map(MaskPart::from).collect(),
        };
        out.push_str(&serde_json::to_string(&line)?);
        out.push('\n');
    }
    Ok(out)
}

/// What happens for at least half of a second, and whose word that is: a person's, where one spoke of it.
fn labels(sheet: &Sheet, second: TimeSpan) -> (BTreeMap<String, String>, &'static str) {
    let mut heard_seen: BTreeMap<&str, (bool, bool)> = BTreeMap::new();
    let mut human = false;
    for mark in &sheet.marks {
        let shared = mark.span.intersection(second).map(TimeSpan::duration);
        if shared.is_none_or(|shared| shared.micros() * 2 < second.duration().micros()) {
            continue;
        }
        human |= mark.by.is_person();
        if mark.by == (By::Person { yes: false }) {
            continue;
        }
        let (heard, seen) = heard_seen.entry(&mark.label).or_default();
        *heard |= mark.modality != Modality::Visible;
        *seen |= mark.modality != Modality::Audible;
    }
    let named = heard_seen.into_iter().map(|(class, halves)| {
        let letters = match halves {
            (true, true) => "AV",
            (true, false) => "A",
            _ => "V",
        };
        (class.to_owned(), letters.to_owned())
    });
    (named.collect(), if human { "human" } else { "model" })
}

pub(super) fn read(text: &str, mut sheet: Sheet) -> Result<Sheet, Wrong> {
    let mut seconds_only = false;
    for (place, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let line: Line = serde_json::from_str(line).map_err(|error| {
            let number = place + 1;
            Wrong::new(format!("line {number} is no second: {error}"))
        })?;
        seconds_only |= line.marks.is_none();
        take(line, &mut sheet)?;
    }
    Ok(if seconds_only { joined(sheet) } else { sheet })
}

fn take(line: Line, sheet: &mut Sheet) -> Result<(), Wrong> {
    let start = Time::from_secs_f64(line.t);
    let span = TimeSpan::new(start, start + Time::from_secs_f64(line.dur));
    let human = line.source == "human";
    for mark in line.marks.iter().flatten() {
        sheet.marks.push(mark.mark()?);
    }
    if line.marks.is_none() {
        // Of a program that knows only seconds.
        for (class, letters) in &line.label {
            sheet.marks.push(Mark {
                span,
                modality: match letters.as_str() {
                    "A" => Modality::Audible,
                    "V" => Modality::Visible,
                    _ => Modality::AudioVisual,
                },
                label: Label::from(class.as_str()),
                by: if human {
                    By::Person { yes: true }
                } else {
                    By::model(None)
                },
            });
        }
    }
    for mask in &line.masks {
        sheet.masks.push(mask.mask()?);
    }
    if !line.model.is_empty() {
        sheet.model = line.model;
    }
    let scores = SecondScores {
        span,
        audible: of_map(line.audio),
        visible: of_map(line.visual),
        both: of_map(line.both),
    };
    sheet.seconds.push(scores);
    Ok(())
}

fn by_class(scores: &[ClassScore]) -> Scores {
    let scores = scores.iter();
    scores
        .map(|(label, score)| (label.to_string(), *score))
        .collect()
}

fn of_map(scores: Scores) -> Vec<ClassScore> {
    let scores = scores.into_iter();
    scores
        .map(|(label, score)| (Label::from(label), score))
        .collect()
}

impl From<&Mark> for MarkPart {
    fn from(mark: &Mark) -> Self {
        Self {
            class: mark.label.to_string(),
            modality: word(mark.modality).to_owned(),
            start_us: mark.span.start.micros(),
            end_us: mark.span.end.micros(),
            by: ByPart::from(mark.by),
        }
    }
}

impl MarkPart {
    fn mark(&self) -> Result<Mark, Wrong> {
        let modality = modality(&self.modality);
        Ok(Mark {
            span: span(self.start_us, self.end_us),
            modality: modality
                .ok_or_else(|| Wrong::new(format!("{} is no modality", self.modality)))?,
            label: Label::from(self.class.as_str()),
            by: self.by.by(),
        })
    }
}

impl From<&MaskMark> for MaskPart {
    fn from(mask: &MaskMark) -> Self {
        Self {
            class: mask.label.to_string(),
            start_us: mask.span.start.micros(),
            end_us: mask.span.end.micros(),
            segmentation: CocoPart {
                size: [mask.mask.height, mask.mask.width],
                counts: mask.mask.text(),
            },
            by: ByPart::from(mask.by),
        }
    }
}

impl MaskPart {
    fn mask(&self) -> Result<MaskMark, Wrong> {
        let [height, width] = self.segmentation.size;
        let mask = RunLengths::from_text(&self.segmentation.counts, width, height);
        Ok(MaskMark {
            span: span(self.start_us, self.end_us),
            label: Label::from(self.class.as_str()),
            mask: mask.map_err(Wrong::new)?,
            by: self.by.by(),
        })
    }
}

impl From<By> for ByPart {
    fn from(by: By) -> Self {
        match by {
            By::Model { score, threshold } => Self {
                source: Some("model".to_owned()),
                score,
                threshold,
                said: None,
            },
            By::Person { yes } => Self {
                source: Some("human".to_owned()),
                said: Some(yes),
                ..Self::default()
            },
            By::Unsaid => Self::default(),
        }
    }
}

impl ByPart {
    fn by(&self) -> By {
        match self.source.as_deref() {
            Some("model") => By::Model {
                score: self.score,
                threshold: self.threshold,
            },
            Some("human") => By::Person {
                yes: self.said != Some(false),
            },
            _ => By::Unsaid,
        }
    }
}

fn span(start: i64, end: i64) -> TimeSpan {
    TimeSpan::new(Time::from_micros(start), Time::from_micros(end))
}
