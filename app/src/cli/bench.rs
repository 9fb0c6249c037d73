//! `mettle bench`: open to first frame, open to full timeline, and memory on a long clip.

use std::path::Path;
use std::time::Duration;

use mettle_core::base::{Task, Time};
use mettle_core::data::scenes::{Scene, SceneOptions, write_clip};
use mettle_core::media::{Mp4Writer, RgbFrame};
use serde_json::{Value, json};

use super::args::{BenchArgs, BenchPart};
use super::driver::Driver;
use super::memory::Memory;
use super::{
    Failure, analyze, bench_backbones, bench_corrections, bench_decode, bench_train, output,
};

/// How often the ten-second clip is analysed; the middle time counts.
const ROUNDS: usize = 5;
/// The long clip's frames a second, size and sound.
const LONG: (u32, usize, usize, u32) = (5, 192, 108, 16_000);

/// Measure and print.
pub fn run(args: &BenchArgs) -> Result<(), Failure> {
    match &args.part {
        Some(BenchPart::Backbones(args)) => return bench_backbones::run(args),
        Some(BenchPart::Train(args)) => return bench_train::run(args),
        Some(BenchPart::Corrections(args)) => return bench_corrections::run(args),
        Some(BenchPart::Decode(args)) => return bench_decode::run(args),
        None => {}
    }
    let folder = std::env::temp_dir().join(format!("mettle-bench-{}", std::process::id()));
    output::make_folder(&folder)?;
    let measured = measure(args, &folder);
    // What cannot be removed is in the folder for temporary files.
    let _ = std::fs::remove_dir_all(&folder);
    let figures = measured?;
    if args.json {
        return output::say(&format!("{figures:#}\n"));
    }
    let lines = figures.as_object().into_iter().flatten();
    let text: String = lines
        .map(|(name, value)| format!("{name:<28} {value}\n"))
        .collect();
    output::say(&text)
}

fn measure(args: &BenchArgs, folder: &Path) -> Result<Value, Failure> {
    let told = |problem| Failure::Said(analyze::line(&problem));
    let ten = folder.join("ten-seconds.mp4");
    write_clip(&Scene::generate(1, &SceneOptions::default()), &ten)?;
    let driver = Driver::with_cache(args.device, true, None)?;
    driver.warm_up(&args.model).map_err(told)?;
    let (mut first, mut full) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let analysed = driver
            .analyse(&ten, &[Task::Localize], &args.model)
            .map_err(told)?;
        first.extend(analysed.first_frame);
        full.push(analysed.complete);
    }
    let mut figures = json!({
        "device": driver.device().name,
        "first_frame_ms": middle(first),
        "full_timeline_10_s_ms": middle(full),
    });
    if args.minutes > 0 {
        let long = folder.join("long.mp4");
        write_long(&long, args.minutes)?;
        let memory = Memory::watch();
        let analysed = driver
            .analyse(&long, &[Task::Localize], &args.model)
            .map_err(told)?;
        figures["long_clip_minutes"] = json!(args.minutes);
        figures["long_clip_ms"] = json!(millis(analysed.complete));
        figures["long_clip_times_real_time"] =
            json!(f64::from(args.minutes) * 60.0 / analysed.complete.as_secs_f64());
        let (before, most) = memory.stop();
        figures["memory_before_mib"] = json!(before);
        figures["memory_most_mib"] = json!(most);
    }
    Ok(figures)
}

fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e4).round() / 10.0
}

fn middle(mut times: Vec<Duration>) -> Option<f64> {
    times.sort();
    times.get(times.len() / 2).map(|time| millis(*time))
}

/// A long clip with moving pictures and a tone.
fn write_long(path: &Path, minutes: u32) -> Result<(), Failure> {
    let (fps, width, height, rate) = LONG;
    let mut writer = Mp4Writer::create(path, width, height, f64::from(fps), Some((rate, 1)))?;
    let per_frame = rate / fps;
    for frame in 0..minutes * 60 * fps {
        let shade = |at: usize| ((at % width + frame as usize) % 256) as u8;
        let pixels = (0..width * height).flat_map(|at| [shade(at), (at / width) as u8, 128]);
        writer.write_frame(&RgbFrame {
            width,
            height,
            data: pixels.collect(),
        })?;
        let start = frame * per_frame;
        let tone = |i: u32| {
            let seconds = Time::from_samples(i64::from(start + i), rate).as_secs_f64();
            (seconds * 440.0 * std::f64::consts::TAU).sin() as f32 * 0.2
        };
        writer.write_sound(&(0..per_frame).map(tone).collect::<Vec<f32>>())?;
    }
    Ok(writer.finish()?)
}
