//! `mettle bench decode`: what the backbones are given of a clip, without backbones: a picture a second, and the sound.

use std::path::Path;
use std::time::{Duration, Instant};

use mettle_core::base::TimeSpan;
use mettle_core::media::{Clip, LocalFiles, SegmentReader};
use serde_json::json;

use super::args::DecodeArgs;
use super::memory::cpu_time;
use super::{Failure, output};

/// Measure and print.
pub fn run(args: &DecodeArgs) -> Result<(), Failure> {
    let clip = Clip::open(&args.clip)?;
    // The first finds the file in the system's memory.
    decode(&clip, args.rate)?;
    let rounds = 0..args.rounds.max(1);
    let times: Result<Vec<_>, Failure> = rounds.map(|_| decode(&clip, args.rate)).collect();
    let times = times?;
    let in_ms = |time: Duration| time.as_secs_f64() * 1e3;
    let ms: Vec<f64> = times.iter().map(|(wall, _)| in_ms(*wall)).collect();
    if args.json {
        let cpu_ms: Option<Vec<f64>> = times.iter().map(|(_, cpu)| cpu.map(in_ms)).collect();
        return output::say(&format!("{}\n", json!({"ms": ms, "cpu_ms": cpu_ms})));
    }
    let each: Vec<String> = ms.iter().map(|ms| format!("{ms:.0} ms")).collect();
    output::say(&format!(
        "a picture a second and the sound of {}: {}\n",
        name(&args.clip),
        each.join(", ")
    ))
}

/// From opening the file to the last second's picture, in RGB at full size, and sound; the processor's time, too, where the system says.
fn decode(clip: &Clip, rate: u32) -> Result<(Duration, Option<Duration>), Failure> {
    let (begin, before) = (Instant::now(), cpu_time());
    let spans = TimeSpan::seconds_of(clip.duration);
    for segment in SegmentReader::open(&LocalFiles, clip, spans, rate)? {
        segment?;
    }
    let spent = before.zip(cpu_time());
    Ok((begin.elapsed(), spent.map(|(before, now)| now - before)))
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}
