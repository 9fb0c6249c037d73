//! What options are read from: models, sizes, tasks, thresholds.

use std::path::PathBuf;
use std::str::FromStr;

use mettle_core::base::{Task, Time, TimeSpan};
use mettle_core::engine::ModelChoice;

/// `demo`, or a folder.
pub(in crate::cli) fn model(text: &str) -> Result<ModelChoice, String> {
    match text {
        "" => Err("a model is `demo` or a folder".to_owned()),
        "demo" => Ok(ModelChoice::Demo),
        folder => PathBuf::from_str(folder)
            .map(ModelChoice::Folder)
            .map_err(|error| error.to_string()),
    }
}

/// Width and height.
pub(in crate::cli) fn mask_size(text: &str) -> Result<(u32, u32), String> {
    let sides = text.split_once('x');
    let sides = sides.and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    sides
        .filter(|(w, h): &(u32, u32)| (1..=8192).contains(w) && (1..=8192).contains(h))
        .ok_or_else(|| {
            "a size is two numbers up to 8192 with an x between, such as 224x224".to_owned()
        })
}

/// Bytes, with or without a unit.
pub(in crate::cli) fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let power = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" => 1,
        "M" | "MB" => 2,
        "G" | "GB" => 3,
        "T" | "TB" => 4,
        _ => return Err("a size is a number with KB, MB, GB or TB".to_owned()),
    };
    let number: f64 = digits
        .trim()
        .parse()
        .map_err(|_| "a size is a number, such as 20GB".to_owned())?;
    match number * 1e3_f64.powi(power) {
        bytes if (0.0..1e18).contains(&bytes) => Ok(bytes as u64),
        _ => Err("a size is between 0 and 1000000 TB".to_owned()),
    }
}

/// One task.
pub(in crate::cli) fn task(text: &str) -> Result<Task, String> {
    match text {
        "localize" => Ok(Task::Localize),
        "parse" => Ok(Task::Parse),
        "segment" => Ok(Task::Segment),
        _ => Err("the tasks are: localize, parse, segment".to_owned()),
    }
}

/// A stretch of time.
pub(in crate::cli) fn span(text: &str) -> Result<TimeSpan, String> {
    let ends = text.split_once('-');
    let ends =
        ends.and_then(|(from, to)| Some((from.parse::<f64>().ok()?, to.parse::<f64>().ok()?)));
    ends.filter(|(from, to)| (0.0..1e9).contains(from) && from < to && *to < 1e9)
        .map(|(from, to)| TimeSpan::new(Time::from_secs_f64(from), Time::from_secs_f64(to)))
        .ok_or_else(|| {
            "a stretch is two times in seconds with a - between, such as 10-40".to_owned()
        })
}
