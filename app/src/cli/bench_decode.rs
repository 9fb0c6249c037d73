//! `mettle bench decode`: what the backbones are given of a clip, without backbones: a picture a second, and the sound.

use std::path::Path;
use std::time::{Duration, Instant};

use mettle_core::base::TimeSpan;
use mettle_core::media::{Clip, LocalFiles, SegmentReader};
use serde_json::json;

use super::args::DecodeArgs;
use super::{Failure, output};

/// Measure and print.
pub fn run(args: &DecodeArgs) -> Result<(), Failure> {
    let clip = Clip::open(&args.clip)?;
    // The first finds the file in the system's memory.
    decode(&clip, args.rate)?;
    let rounds = 0..args.rounds.max(1);
    let times: Result<Vec<Duration>, Failure> = rounds.map(|_| decode(&clip, args.rate)).collect();
    let ms: Vec<f64> = times?.iter().map(|time| time.as_secs_f64() * 1e3).collect();
    if args.json {
        return output::say(&format!("{}\n", json!({"ms": ms})));
    }
    let each: Vec<String> = ms.iter().map(|ms| format!("{ms:.0} ms")).collect();
    output::say(&format!(
        "a picture a second and the sound of {}: {}\n",
        name(&args.clip),
        each.join(", ")
    ))
}

/// From opening the file to the last second's picture, in RGB at full size, and sound.
fn decode(clip: &Clip, rate: u32) -> Result<Duration, Failure> {
    let begin = Instant::now();
    let spans = TimeSpan::seconds_of(clip.duration);
    for segment in SegmentReader::open(&LocalFiles, clip, spans, rate)? {
        segment?;
    }
    Ok(begin.elapsed())
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}
