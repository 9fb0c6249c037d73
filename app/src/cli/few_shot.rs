//! `mettle eval --few-shot`: what the demo model's head makes of a few clips of things it has never met.

use mettle_core::train::{Denied, FewShot, FewShotReport, TrainConfig};
use serde_json::json;

use super::args::EvalArgs;
use super::{Failure, output};

/// The two that are measured.
const NEWCOMERS: [u64; 2] = [1, 2];
/// Those that rates and weights are chosen by, two at a time.
const TO_CHOOSE: [[u64; 2]; 2] = [[101, 102], [103, 104]];
/// Away from the scenes that are measured.
const TO_CHOOSE_SEED: u64 = 9;
/// Unseen scenes of each kind, of the newcomers and of what was known.
const ASKED: usize = 40;
/// Clips whose event is denied in part.
const DENIALS: usize = 10;

/// Measure and print.
pub fn run(args: &EvalArgs, clips: usize) -> Result<(), Failure> {
    if args.search {
        return search(clips);
    }
    let shot = FewShot::new(&NEWCOMERS, clips, ASKED, args.seed)?;
    let report = shot.teach(&shot.config(clips), true)?;
    let denied = [true, false].map(|keep| shot.deny(&shot.config(1), DENIALS, keep));
    let [kept, free] = denied;
    let (kept, free) = (kept?, free?);
    if args.json {
        let figures = json!({
            "clips": clips,
            "new": report.new,
            "old": report.old,
            "steps": report.steps,
            "seconds": report.took.as_secs_f64(),
            "denied": {"gone": kept.gone, "kept": kept.kept},
            "denied_without_keeping": {"gone": free.gone, "kept": free.kept},
        });
        return output::say(&format!("{figures:#}\n"));
    }
    output::say(&told(clips, &report, &kept, &free))
}

fn told(clips: usize, report: &FewShotReport, kept: &Denied, free: &Denied) -> String {
    let change =
        |[before, after]: [f64; 2]| format!("{:.1} % -> {:.1} %", before * 100.0, after * 100.0);
    format!(
        "two things it has never met, taught by {clips} clips; {ASKED} others of them, and {ASKED} of what it knew\n\
         seconds right, of the newcomers     {}\n\
         seconds right, of what it knew      {}\n\
         {} optimiser steps in {:.1} s\n\
         three seconds of an event denied, {DENIALS} clips, each by itself\n\
         denied seconds gone                 {} (without keeping what it knew: {})\n\
         the event's other seconds still there {} ({})\n",
        change(report.new),
        change(report.old),
        report.steps,
        report.took.as_secs_f64(),
        part(kept.gone),
        part(free.gone),
        part(kept.kept),
        part(free.kept),
    )
}

fn part([part, all]: [usize; 2]) -> String {
    format!("{part} of {all}")
}

/// A row a rate and a weight.
fn search(clips: usize) -> Result<(), Failure> {
    output::say(
        "rate x paper's, weight of what was known, steps at most: new, old after (before), steps; denied gone, kept\n",
    )?;
    let shots = TO_CHOOSE.map(|pair| FewShot::new(&pair, clips, ASKED, TO_CHOOSE_SEED));
    let shots = shots.into_iter().collect::<Result<Vec<_>, _>>()?;
    for times in [1.0, 2.5, 5.0, 10.0, 20.0] {
        for keep in [0.0, 0.1, 0.3, 1.0] {
            output::say(&row(&shots, clips, times, keep)?)?;
        }
    }
    Ok(())
}

fn row(shots: &[FewShot], clips: usize, times: f64, keep: f64) -> Result<String, Failure> {
    let (mut new, mut old, mut steps) = ([0.0; 2], [0.0; 2], 0);
    let (mut gone, mut kept) = ([0; 2], [0; 2]);
    for shot in shots {
        let config = |clips| changed(shot.config(clips), times, keep);
        let report = shot.teach(&config(clips), keep > 0.0)?;
        let denied = shot.deny(&config(1), DENIALS, keep > 0.0)?;
        for i in 0..2 {
            new[i] += report.new[i] * 100.0 / shots.len() as f64;
            old[i] += report.old[i] * 100.0 / shots.len() as f64;
            gone[i] += denied.gone[i];
            kept[i] += denied.kept[i];
        }
        steps += report.steps;
    }
    Ok(format!(
        "{times:4} {keep:4}: new {:.1}, old {:.1} ({:.1}), {} steps; gone {}, kept {}\n",
        new[1],
        old[1],
        old[0],
        steps / shots.len().max(1),
        part(gone),
        part(kept)
    ))
}

fn changed(config: TrainConfig, times: f64, keep: f64) -> TrainConfig {
    let paper = TrainConfig::localize().optimiser.rate;
    let mut config = config;
    config.optimiser.rate = paper * times;
    config.loss.keep = keep;
    config
}
