//! `mettle eval --few-shot`: what the demo model's head makes of a few clips of things it has never met.

use std::time::Instant;

use mettle_core::base::Task;
use mettle_core::train::{
    Denied, EarlyStop, FEW_STEPS, FewShot, FewShotReport, Keeping, Learns, LossConfig,
    OptimiserConfig, StepLr, TrainConfig,
};
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
/// The same for each row of a search.
const DENIALS_A_ROW: usize = 4;

/// Measure and print.
pub fn run(args: &EvalArgs, clips: usize) -> Result<(), Failure> {
    if args.search {
        return search(clips);
    }
    let shot = FewShot::new(&NEWCOMERS, clips, ASKED, args.seed)?;
    let [kept, free] = [Keeping::USUAL, Keeping::NOTHING].map(|keeping| of(&shot, clips, keeping));
    let (kept, free) = (kept?, free?);
    if args.json {
        let figures = json!({
            "clips": clips,
            "new": kept.report.new,
            "old": kept.report.old,
            "steps": kept.report.steps,
            "seconds": kept.report.took.as_secs_f64(),
            "denied": {"gone": kept.denied.gone, "kept": kept.denied.kept},
            "new_without_keeping": free.report.new,
            "old_without_keeping": free.report.old,
            "denied_without_keeping": {"gone": free.denied.gone, "kept": free.denied.kept},
        });
        return output::say(&format!("{figures:#}\n"));
    }
    output::say(&told(clips, &kept, &free))
}

/// What came of one way to keep what the head knew.
struct Outcome {
    report: FewShotReport,
    denied: Denied,
}

fn of(shot: &FewShot, clips: usize, keeping: Keeping) -> Result<Outcome, Failure> {
    Ok(Outcome {
        report: shot.teach(&shot.config(clips), keeping)?,
        denied: shot.deny(&shot.config(1), DENIALS, keeping)?,
    })
}

fn told(clips: usize, kept: &Outcome, free: &Outcome) -> String {
    let change = |of: fn(&FewShotReport) -> [f64; 2]| {
        let [before, after] = of(&kept.report);
        let [_, without] = of(&free.report);
        let [before, after, without] = [before, after, without].map(|share| share * 100.0);
        format!("{before:.1} % -> {after:.1} % (without keeping what it knew: {without:.1} %)")
    };
    format!(
        "two things it has never met, taught by {clips} clips; {ASKED} others of them, and {ASKED} of what it knew\n\
         seconds right, of the newcomers     {}\n\
         seconds right, of what it knew      {}\n\
         {} optimiser steps in {:.1} s\n\
         three seconds of an event denied, {DENIALS} clips, each by itself\n\
         denied seconds gone                 {} (without: {})\n\
         the event's other seconds still there {} ({})\n",
        change(|report| report.new),
        change(|report| report.old),
        kept.report.steps,
        kept.report.took.as_secs_f64(),
        part(kept.denied.gone),
        part(free.denied.gone),
        part(kept.denied.kept),
        part(free.denied.kept),
    )
}

fn part([part, all]: [usize; 2]) -> String {
    format!("{part} of {all}")
}

/// One way to learn without forgetting.
#[derive(Clone, Copy)]
struct Choice {
    learns: Learns,
    /// Times the paper's rate.
    rate: f64,
    /// The weight of seconds of taught clips of which nothing is said.
    keep: f64,
    /// Clips replayed a step, their weight, and of how many.
    replay: (usize, f64, usize),
    /// Taught clips a step.
    batch: usize,
    /// When it has learned what there is.
    stop: Option<EarlyStop>,
}

impl Choice {
    /// What is used, unless a row says otherwise.
    fn usual(clips: usize) -> Self {
        let config = TrainConfig::few_clips(Task::Localize, clips, FEW_STEPS);
        Self {
            learns: config.learns,
            rate: config.optimiser.rate / TrainConfig::localize().optimiser.rate,
            keep: config.loss.keep,
            replay: (config.replay, config.loss.replay, usize::MAX),
            batch: config.batch,
            stop: config.stop,
        }
    }

    /// With other batches, of taught clips and of replayed ones, and another end.
    fn ending(self, batch: usize, replayed: usize, (loss, patience): (f32, usize)) -> Self {
        let (_, weight, scenes) = self.replay;
        Self {
            batch,
            replay: (replayed, weight, scenes),
            stop: Some(EarlyStop { loss, patience }),
            ..self
        }
    }
}

/// The choices that are compared: all of the head learns, or what is behind its distillers, one of which is what is used; then one change
/// of that at a time.
fn choices(clips: usize) -> Vec<Choice> {
    let usual = Choice::usual(clips);
    let [all, decision] =
        [Learns::Everything, Learns::Decision].map(|learns| Choice { learns, ..usual });
    let nothing = (0, 0.0, 0);
    let replay = |replay| Choice { replay, ..usual };
    let mut choices = vec![
        all,
        decision,
        Choice {
            replay: nothing,
            ..decision
        },
        Choice {
            replay: nothing,
            ..all
        },
        replay((8, 1.0, 20)),
        replay((4, 1.0, usize::MAX)),
        replay((16, 1.0, usize::MAX)),
        replay((8, 0.3, usize::MAX)),
        replay((8, 3.0, usize::MAX)),
        Choice { keep: 1.0, ..usual },
    ];
    for rate in [1.0, 2.5, 10.0] {
        choices.push(Choice { rate, ..usual });
    }
    choices.push(Choice { rate: 1.0, ..all });
    choices
}

/// Ways that take less: larger batches in fewer steps, fewer clips that are replayed, an earlier end.
fn shorter(usual: Choice) -> Vec<Choice> {
    let (soon, early, now) = ((0.02, 2), (0.05, 2), (0.05, 1));
    let ways = [
        (4, 8, soon),
        (4, 8, early),
        (4, 8, now),
        (8, 8, soon),
        (8, 8, now),
        (4, 4, early),
        (8, 4, now),
        (8, 12, now),
    ];
    let of = |(batch, replayed, end)| usual.ending(batch, replayed, end);
    ways.into_iter().map(of).collect()
}

/// A row a choice, on newcomers and scenes that nothing else is measured on; each is printed when it is known.
fn search(clips: usize) -> Result<(), Failure> {
    eprintln!("drawing scenes of newcomers and of what is known");
    let shots = TO_CHOOSE.map(|pair| FewShot::new(&pair, clips, ASKED, TO_CHOOSE_SEED));
    let shots = shots.into_iter().collect::<Result<Vec<_>, _>>()?;
    output::say(
        "learns      rate  keep batch  replayed (weight, of)  ends at    newcomers         known             denied gone, kept     steps  seconds\n",
    )?;
    let shorter = shorter(Choice::usual(clips));
    for choice in shorter.into_iter().chain(choices(clips)) {
        output::say(&row(&shots, clips, choice)?)?;
    }
    Ok(())
}

fn row(shots: &[FewShot], clips: usize, choice: Choice) -> Result<String, Failure> {
    let begin = Instant::now();
    let (mut new, mut old, mut steps) = ([0.0; 2], [0.0; 2], 0);
    let (mut gone, mut kept) = ([0; 2], [0; 2]);
    let (each, weight, scenes) = choice.replay;
    let keeping = Keeping {
        seconds: choice.keep > 0.0,
        scenes,
    };
    for shot in shots {
        let report = shot.teach(&changed(shot.config(clips), clips, choice), keeping)?;
        let denied = shot.deny(&changed(shot.config(1), 1, choice), DENIALS_A_ROW, keeping)?;
        for i in 0..2 {
            new[i] += report.new[i] * 100.0 / shots.len() as f64;
            old[i] += report.old[i] * 100.0 / shots.len() as f64;
            gone[i] += denied.gone[i];
            kept[i] += denied.kept[i];
        }
        steps += report.steps;
    }
    let learns = match choice.learns {
        Learns::Everything => "everything",
        Learns::Decision => "decision",
    };
    let of = match scenes {
        usize::MAX => "all".to_owned(),
        scenes => scenes.to_string(),
    };
    let change = |[before, after]: [f64; 2]| format!("{before:4.1} -> {after:4.1} %");
    Ok(format!(
        "{learns:10} {:5.1} {:5.1} {:5}  {:18}  {:9}  {}  {}  {:20} {:6} {:8.1}\n",
        choice.rate,
        choice.keep,
        choice.batch,
        format!("{each} ({weight}, {of})"),
        choice
            .stop
            .map(|stop| format!("{} x {}", stop.loss, stop.patience))
            .unwrap_or_default(),
        change(new),
        change(old),
        format!("{}, {}", part(gone), part(kept)),
        steps / shots.len().max(1),
        begin.elapsed().as_secs_f64(),
    ))
}

fn changed(config: TrainConfig, clips: usize, choice: Choice) -> TrainConfig {
    let paper = TrainConfig::localize().optimiser.rate;
    let (replay, weight, _) = choice.replay;
    let epochs = FEW_STEPS.div_ceil(clips.div_ceil(choice.batch).max(1));
    // The rate falls as often over other epochs.
    let falls = |falls: StepLr| StepLr {
        step: (falls.step * epochs).div_ceil(config.epochs.max(1)),
        ..falls
    };
    TrainConfig {
        learns: choice.learns,
        replay,
        batch: choice.batch,
        epochs,
        schedule: config.schedule.map(falls),
        stop: choice.stop,
        optimiser: OptimiserConfig {
            rate: paper * choice.rate,
            ..config.optimiser
        },
        loss: LossConfig {
            keep: choice.keep,
            replay: weight,
            ..config.loss
        },
        ..config
    }
}
