//! `mettle models calibration`: how far a head's scores are from what they say, and from which threshold on a wished share is right.

use std::fmt::Write;

use clap::Args;
use mettle_core::model::{Calibration, HeadFile, Offer, ScoreCounts};
use serde_json::{Value, json};

use super::super::heads::find;
use super::super::{Failure, output};
use crate::cli::thresholds::share;

/// Options of `models calibration`.
#[derive(Args, Clone, Debug)]
pub struct CalibrationArgs {
    /// The head, by its folder, or its name or the beginning of it.
    #[arg(value_name = "DIR|ID")]
    pub head: String,
    /// The share of what is said that is to be right, 0 to 1.
    #[arg(long, default_value = "0.9", value_name = "SHARE", value_parser = share)]
    pub precision: f32,
    /// Of scores after the temperatures, as `analyze --calibrated` holds them against thresholds.
    #[arg(long)]
    pub calibrated: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Print it.
pub fn run(args: &CalibrationArgs) -> Result<(), Failure> {
    let head = find(&args.head)?;
    let Some(fitted) = head.fitted() else {
        return Err(Failure::Said(format!(
            "{}: no temperatures were fitted for this head. `mettle train` fits them where there are validation clips",
            head.path().display()
        )));
    };
    match args.json {
        true => output::say(&format!("{:#}\n", as_json(args, &head, &fitted))),
        false => output::say(&table(args, &head, &fitted)),
    }
}

/// Each class with what its threshold is held against.
fn classes<'a>(
    args: &CalibrationArgs,
    head: &'a HeadFile,
    fitted: &Calibration,
) -> Vec<(&'a str, ScoreCounts)> {
    let counted = fitted.counted(args.calibrated);
    let labels = head.labels.iter().enumerate();
    labels
        .filter_map(|(class, label)| Some((&**label, counted.held(class)?)))
        .collect()
}

fn table(args: &CalibrationArgs, head: &HeadFile, fitted: &Calibration) -> String {
    let [before, after] = fitted.errors().map(|error| error * 100.0);
    let mut text = format!("{}, on clips it did not learn from\n", head.name);
    if fitted.changes() {
        let _ = writeln!(
            text,
            "  scores are off by {before:.1} %, {after:.1} % with the temperatures"
        );
    }
    if let Some(warning) = fitted.warning() {
        let _ = writeln!(text, "  {warning}");
    }
    let classes = classes(args, head, fitted);
    if classes.is_empty() {
        text += "  an earlier version of the program fitted it: no scores were counted\n";
        return text;
    }
    let names = classes.iter().map(|(name, _)| name.chars().count());
    let width = names.max().unwrap_or(0).max("class".len());
    let wished = args.precision * 100.0;
    let _ = writeln!(
        text,
        "  {:width$}  scores  true   threshold for {wished:.0} % right",
        "class"
    );
    for (name, counts) in classes {
        let (count, yes) = counts.count();
        let offer = told(counts.threshold_for(args.precision));
        let _ = writeln!(text, "  {name:width$}  {count:6}  {yes:5}  {offer}");
    }
    text
}

fn told(offer: Offer) -> String {
    match offer {
        Offer::At {
            threshold,
            precision,
            recall,
            count,
        } => format!(
            "{threshold:.2}: {:.0} % of {count} right, {:.0} % of what is there found",
            precision * 100.0,
            recall * 100.0
        ),
        Offer::TooFew(_) => "too few scores to say".to_owned(),
        Offer::Never(most) => format!("none: at most {:.0} % right", most * 100.0),
    }
}

fn as_json(args: &CalibrationArgs, head: &HeadFile, fitted: &Calibration) -> Value {
    let class = |(name, counts): (&str, ScoreCounts)| {
        let (count, yes) = counts.count();
        let curve = counts.curve().into_iter();
        let curve: Vec<Value> = curve
            .map(|point| json!({ "score": point.score, "true": point.truth, "count": point.count }))
            .collect();
        let offer = match counts.threshold_for(args.precision) {
            Offer::At {
                threshold,
                precision,
                recall,
                count,
            } => json!({
                "threshold": threshold, "precision": precision, "recall": recall, "count": count,
            }),
            Offer::TooFew(_) | Offer::Never(_) => Value::Null,
        };
        json!({ "class": name, "scores": count, "true": yes, "curve": curve, "offer": offer })
    };
    let classes = classes(args, head, fitted).into_iter().map(class);
    json!({
        "head": head.id,
        "task": head.task(),
        "calibrated": args.calibrated,
        "error_before": fitted.error_before,
        "error_after": fitted.error_after,
        "left_out": fitted.left_out,
        "warning": fitted.warning(),
        "temperatures": { "both": fitted.both, "heard": fitted.heard, "seen": fitted.seen, "event": fitted.event },
        "precision": args.precision,
        "classes": classes.collect::<Vec<Value>>(),
    })
}
