//! The datasets' own metrics on numbers made elsewhere, so that anyone can check ours or score another program: `mettle metrics`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::train::{
    FRAMES_A_BATCH, Five, Grid, MaskMeter, Parsed, avel_segments, batched_accuracy, llp_scores,
    segment_accuracy,
};

/// A file of numbers that cannot be measured.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct MetricsError {
    path: PathBuf,
    reason: String,
}

/// Numbers that do not fit together: which, in words.
struct Misfit(String);

/// What a model said, and what is true.
#[derive(Deserialize)]
#[serde(tag = "task", rename_all = "lowercase", deny_unknown_fields)]
enum Numbers {
    /// A row a clip: logits of its classes, of every second's being an event, and the true class of every second, of which the
    /// one after the last is the background.
    Localize {
        event: Vec<Vec<f32>>,
        is_event: Vec<Vec<f32>>,
        truth: Vec<Vec<usize>>,
        batch: Option<usize>,
    },
    Parse {
        clips: Vec<ParsedClip>,
    },
    /// A row a frame, of `height * width` pixels.
    Segment {
        logits: Vec<Vec<f32>>,
        truth: Vec<Vec<f32>>,
        height: usize,
        width: usize,
        batch: Option<usize>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ParsedClip {
    predicted: Tracks,
    truth: Tracks,
}

/// By class number, a `0` or `1` a second.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tracks {
    #[serde(default)]
    audible: BTreeMap<String, String>,
    #[serde(default)]
    visible: BTreeMap<String, String>,
}

/// What was measured, 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "task", rename_all = "lowercase")]
pub enum MetricFigures {
    /// AVE's segment accuracy.
    Localize {
        /// Over all segments.
        accuracy: f64,
        /// The mean of the batches', as the baselines print it.
        accuracy_batched: f64,
    },
    /// LLP's ten F-scores and their mean.
    Parse {
        /// By segments.
        segment: Five,
        /// By events.
        event: Five,
        /// The mean of all ten.
        average: f64,
    },
    /// AVSBench's.
    Segment {
        /// The mean of the batches' mean IoUs, as AVSBench prints it.
        miou_batched: f64,
        /// Over all frames.
        miou: f64,
        /// The mean over batches of each batch's best F, as AVSBench prints it.
        f_batched: f64,
        /// Of all frames at their best threshold.
        f: f64,
    },
}

/// Measure the numbers in a JSON file.
///
/// # Errors
/// It cannot be read, is no such JSON, or its numbers do not fit together: which, in words.
pub fn metrics_of_file(path: &Path) -> Result<MetricFigures, MetricsError> {
    let failed = |reason: String| MetricsError {
        path: path.to_owned(),
        reason,
    };
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let numbers = serde_json::from_str(&text).map_err(|error| {
        failed(format!(
            "not the numbers of a task ({error}); `mettle metrics --help` shows what is expected"
        ))
    })?;
    measure(numbers).map_err(|Misfit(reason)| failed(reason))
}

fn measure(numbers: Numbers) -> Result<MetricFigures, Misfit> {
    match numbers {
        Numbers::Localize {
            event,
            is_event,
            truth,
            batch,
        } => localize(&event, &is_event, &truth, batch.unwrap_or(16)),
        Numbers::Parse { clips } => parse(&clips),
        Numbers::Segment {
            logits,
            truth,
            height,
            width,
            batch,
        } => {
            let batch = batch.unwrap_or(FRAMES_A_BATCH);
            segment(&logits, &truth, height.saturating_mul(width), batch)
        }
    }
}

fn same(what: &str, count: usize, as_what: &str, expected: usize) -> Result<(), Misfit> {
    match count == expected {
        true => Ok(()),
        false => Err(Misfit(format!("{count} {what}, but {expected} {as_what}"))),
    }
}

fn localize(
    event: &[Vec<f32>],
    is_event: &[Vec<f32>],
    truth: &[Vec<usize>],
    batch: usize,
) -> Result<MetricFigures, Misfit> {
    same("clips in `event`", event.len(), "in `truth`", truth.len())?;
    same(
        "clips in `is_event`",
        is_event.len(),
        "in `truth`",
        truth.len(),
    )?;
    let (classes, seconds) = (
        event.first().map_or(0, Vec::len),
        truth.first().map_or(0, Vec::len),
    );
    let (mut predicted, mut expected) = (Vec::new(), Vec::new());
    for (i, ((event, is_event), truth)) in event.iter().zip(is_event).zip(truth).enumerate() {
        let of = |what: &str| format!("{what} of clip {i}");
        same(&of("classes"), event.len(), "of the first", classes)?;
        same(
            &of("seconds in `is_event`"),
            is_event.len(),
            "in `truth`",
            truth.len(),
        )?;
        same(&of("seconds"), truth.len(), "of the first", seconds)?;
        if let Some(class) = truth.iter().find(|class| **class > classes) {
            return Err(Misfit(format!(
                "class {class} is true in clip {i}, but {classes} is the background"
            )));
        }
        predicted.extend(avel_segments(is_event, event, classes));
        expected.extend_from_slice(truth);
    }
    Ok(MetricFigures::Localize {
        accuracy: segment_accuracy(&predicted, &expected),
        accuracy_batched: batched_accuracy(&predicted, &expected, seconds, batch),
    })
}

fn parse(clips: &[ParsedClip]) -> Result<MetricFigures, Misfit> {
    let all = clips.iter().flat_map(|clip| [&clip.predicted, &clip.truth]);
    let maps = all.flat_map(|tracks| [&tracks.audible, &tracks.visible]);
    let mut classes = 0;
    for name in maps.flat_map(BTreeMap::keys) {
        classes = classes.max(class(name)?.saturating_add(1));
    }
    if classes > 100_000 {
        return Err(Misfit(format!(
            "class {} is more than anyone tells apart",
            classes - 1
        )));
    }
    let (mut predicted, mut truth) = (Vec::new(), Vec::new());
    for clip in clips {
        let all = [&clip.predicted, &clip.truth];
        let texts = all
            .iter()
            .flat_map(|t| t.audible.values().chain(t.visible.values()));
        let seconds = texts.map(String::len).max().unwrap_or(0);
        let parsed = |tracks: &Tracks| -> Result<Parsed, Misfit> {
            Ok(Parsed {
                audible: grid(&tracks.audible, classes, seconds)?,
                visible: grid(&tracks.visible, classes, seconds)?,
            })
        };
        predicted.push(parsed(&clip.predicted)?);
        truth.push(parsed(&clip.truth)?);
    }
    let scores = llp_scores(&predicted, &truth);
    Ok(MetricFigures::Parse {
        segment: scores.segment,
        event: scores.event,
        average: scores.average(),
    })
}

fn class(name: &str) -> Result<usize, Misfit> {
    let number = name.parse();
    number.map_err(|_| Misfit(format!("“{name}” is no class's number")))
}

fn grid(rows: &BTreeMap<String, String>, classes: usize, seconds: usize) -> Result<Grid, Misfit> {
    let mut grid = Grid::new(classes, seconds);
    for (name, row) in rows {
        let class = class(name)?;
        same(
            "seconds in a row",
            row.len(),
            "in the clip's longest",
            seconds,
        )?;
        for (second, cell) in row.chars().enumerate() {
            match cell {
                '0' => {}
                '1' => grid.set(class, second, second + 1),
                _ => return Err(Misfit(format!("“{row}” is no row of 0 and 1"))),
            }
        }
    }
    Ok(grid)
}

fn segment(
    logits: &[Vec<f32>],
    truth: &[Vec<f32>],
    pixels: usize,
    batch: usize,
) -> Result<MetricFigures, Misfit> {
    same(
        "frames in `logits`",
        logits.len(),
        "in `truth`",
        truth.len(),
    )?;
    let mut meter = MaskMeter::new(batch);
    for (i, (logits, truth)) in logits.iter().zip(truth).enumerate() {
        let of = |what: &str| format!("{what} of frame {i}");
        same(
            &of("logits"),
            logits.len(),
            "pixels by height and width",
            pixels,
        )?;
        same(
            &of("true pixels"),
            truth.len(),
            "pixels by height and width",
            pixels,
        )?;
        let probabilities: Vec<f32> = logits.iter().map(|x| 1.0 / (1.0 + (-x).exp())).collect();
        let sounding: Vec<bool> = truth.iter().map(|t| *t > 0.5).collect();
        meter.add(&probabilities, &sounding);
    }
    let scores = meter.scores();
    Ok(MetricFigures::Segment {
        miou_batched: scores.miou_batched,
        miou: scores.miou,
        f_batched: scores.f_batched,
        f: scores.f_whole,
    })
}
