//! `mettle eval`: how well a model does on scenes it has never seen.

use mettle_core::engine::evaluate;
use serde_json::json;

use super::args::EvalArgs;
use super::{Failure, output};

/// Measure and print.
pub fn run(args: &EvalArgs) -> Result<(), Failure> {
    let report = evaluate(&args.model, args.scenes, args.seed)?;
    if args.json {
        let figures = json!({
            "scenes": report.scenes,
            "seed": args.seed,
            "segment_accuracy": report.head,
            "linear_probe": report.probe,
            "always_background": report.background,
            "familiar": report.familiar,
        });
        return output::say(&format!("{figures:#}\n"));
    }
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let probe = report.probe.map_or("not kept".to_owned(), percent);
    output::say(&format!(
        "{} scenes with drawings and sounds the model has never met\n\
         segment accuracy              {}\n\
         linear probe of the features  {probe}\n\
         always saying background      {}\n\
         segments familiar to it       {}\n",
        report.scenes,
        percent(report.head),
        percent(report.background),
        percent(report.familiar),
    ))
}
