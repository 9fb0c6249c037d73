//! `mettle analyze`: the main job in a terminal.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use mettle_core::engine::{ModelInfo, Problem, model_info};
use mettle_core::predict::Thresholds;

use super::analysis::Analysis;
use super::args::{AnalyzeArgs, Format};
use super::driver::{Analysed, Driver};
use super::names::Stems;
use super::{Failure, output, pictures, table};

/// Analyse every clip; the failure of one does not stop the others.
pub fn run(args: &AnalyzeArgs) -> Result<(), Failure> {
    if let Some(folder) = &args.out {
        output::make_folder(folder)?;
    }
    let model = model_info(&args.model)?;
    let driver = Driver::start_in(args.device, args.precision, args.quiet)?;
    driver
        .warm_up(&args.model)
        .map_err(|problem| Failure::Said(line(&problem)))?;
    let mut stems = Stems::default();
    let mut failed = false;
    for clip in &args.clips {
        let stem = stems.stem_for(clip);
        let done = match driver.analyse(clip, args.task, &args.model) {
            Ok(analysed) => report(args, &driver, &model, &analysed, &stem),
            Err(problem) => Err(Failure::Said(line(&problem))),
        };
        if let Err(Failure::Said(line)) = done {
            eprintln!("mettle: {line}");
            failed = true;
        }
    }
    if failed { Err(Failure::Told) } else { Ok(()) }
}

/// Print and write what a clip gave.
fn report(
    args: &AnalyzeArgs,
    driver: &Driver,
    model: &ModelInfo,
    analysed: &Analysed,
    stem: &str,
) -> Result<(), Failure> {
    let thresholds = Thresholds::at(args.threshold);
    let analysis = Analysis::new(
        &analysed.clip,
        &analysed.prediction,
        &thresholds,
        driver.device().name,
        model,
        timing(analysed),
    );
    for notice in analysed.notices.iter().filter(|_| !args.quiet) {
        eprintln!("mettle: {}", line(notice));
    }
    match (&args.out, args.format) {
        (None, Some(format)) => output::say(&file(&analysis, format)?)?,
        (out, _) => {
            if !args.quiet {
                output::say(&format!("{}\n", table::table(&analysis)))?;
            }
            if let Some(folder) = out {
                let format = args.format.unwrap_or(Format::Json);
                write(folder, stem, &analysis, format)?;
                if args.pictures {
                    pictures::write(folder, stem, analysed, &thresholds)?;
                }
            }
        }
    }
    Ok(())
}

fn write(folder: &Path, stem: &str, analysis: &Analysis, format: Format) -> Result<(), Failure> {
    let extension = match format {
        Format::Json => "json",
        Format::Csv => "csv",
    };
    let path = folder.join(format!("{stem}.{extension}"));
    output::write_file(&path, file(analysis, format)?.as_bytes())
}

fn file(analysis: &Analysis, format: Format) -> Result<String, Failure> {
    match format {
        Format::Csv => Ok(analysis.to_csv()),
        Format::Json => Ok(serde_json::to_string_pretty(analysis)? + "\n"),
    }
}

fn timing(analysed: &Analysed) -> BTreeMap<String, f64> {
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let mut timing = BTreeMap::from([
        ("open".to_owned(), ms(analysed.opened)),
        ("first_scores".to_owned(), ms(analysed.first_scores)),
        ("total".to_owned(), ms(analysed.complete)),
    ]);
    if let Some(first) = analysed.first_frame {
        timing.insert("first_frame".to_owned(), ms(first));
    }
    timing
}

/// One line for the terminal.
pub fn line(problem: &Problem) -> String {
    let text = format!("{}: {}", problem.title, problem.advice);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
