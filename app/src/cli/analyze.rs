//! `mettle analyze`: the main job in a terminal.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use mettle_core::base::{Problem, Task};
use mettle_core::engine::model_info;
use mettle_core::exchange::rendering::Shown;
use mettle_core::exchange::{Document, Findings, ModelFacts, Stems, csv, json, write_whole};
use mettle_core::model::ModelInfo;
use mettle_core::predict::{ClassColors, Thresholds};

use super::args::{AnalyzeArgs, Asked, Format};
use super::driver::{Analysed, Driver};
use super::{Failure, output, pictures, table};

/// Analyse every clip; the failure of one does not stop the others.
pub fn run(args: &AnalyzeArgs) -> Result<(), Failure> {
    if let Some(folder) = &args.out {
        output::make_folder(folder)?;
    }
    let model = model_info(&args.model)?;
    let tasks = args.task.tasks(|task| model.can(task));
    check(args, &model, &tasks)?;
    let thresholds = args.thresholds.resolve(&model, &tasks)?;
    if let Some(warning) = model.warning() {
        // Even when quiet: nothing that follows can be believed.
        eprintln!("mettle: {warning}");
    }
    let driver = Driver::start(args.device, args.precision, args.quiet)?;
    driver
        .warm_up(&args.model)
        .map_err(|problem| Failure::Said(line(&problem)))?;
    let mut stems = Stems::default();
    let mut failed = false;
    for clip in &args.clips {
        let stem = stems.stem_for(clip);
        let done = match driver.analyse(clip, &tasks, &args.model) {
            Ok(analysed) => report(args, &driver, &model, &thresholds, &analysed, &stem),
            Err(problem) => Err(Failure::Said(line(&problem))),
        };
        if let Err(Failure::Said(line)) = done {
            eprintln!("mettle: {line}");
            failed = true;
        }
    }
    if failed { Err(Failure::Told) } else { Ok(()) }
}

/// Whether the model can do what is asked: a task asked by name must have its head, of all those that are missing are named.
fn check(args: &AnalyzeArgs, model: &ModelInfo, tasks: &[Task]) -> Result<(), Failure> {
    let missing = |task: &Task| !model.can(*task);
    if let Some(task) = tasks.iter().copied().find(missing) {
        let (name, task) = (&model.name, task.name());
        return Err(Failure::Said(format!(
            "the model {name} has no {task} head. Choose another with --model, or ask --task all for what it can do"
        )));
    }
    if args.task == Asked::All && !args.quiet {
        for task in Task::ALL.iter().filter(|task| missing(task)) {
            let (name, task) = (&model.name, task.name());
            eprintln!("mettle: the model {name} has no {task} head; that is left out");
        }
    }
    if args.masks && !tasks.contains(&Task::Segment) {
        return Err(Failure::Said(
            "there are no masks to write: ask for them with --task segment or --task all"
                .to_owned(),
        ));
    }
    Ok(())
}

/// Print and write what a clip gave.
fn report(
    args: &AnalyzeArgs,
    driver: &Driver,
    model: &ModelInfo,
    thresholds: &Thresholds,
    analysed: &Analysed,
    stem: &str,
) -> Result<(), Failure> {
    let thresholds = Thresholds {
        masks: args.thresholds.masks(analysed.clip.id)?,
        ..thresholds.clone()
    };
    let document = Document::new(Findings {
        clip: &analysed.clip,
        asked: args.task.one(),
        predictions: &analysed.predictions,
        thresholds: &thresholds,
        mask_size: args.mask_size,
        tags: &analysed.tags,
        device: driver.device().name,
        model: ModelFacts {
            name: model.name.clone(),
            sha256: model.sha256.to_string(),
            warning: model.warning(),
        },
        timing_ms: timing(analysed),
    });
    for notice in analysed.notices.iter().filter(|_| !args.quiet) {
        eprintln!("mettle: {}", line(notice));
    }
    match (&args.out, args.format) {
        (None, Some(format)) => output::say(&file(&document, format)?)?,
        (out, _) => {
            if !args.quiet {
                output::say(&format!("{}\n", table::table(&document)))?;
            }
            if let Some(folder) = out {
                let format = args.format.unwrap_or(Format::Json);
                write(folder, stem, &document, format)?;
                if args.pictures {
                    let shown = Shown {
                        predictions: &analysed.predictions,
                        thresholds: &thresholds,
                        colors: &ClassColors::of_model(model),
                    };
                    pictures::write(folder, stem, &analysed.clip, &shown, args.span, driver)?;
                }
                if args.masks {
                    pictures::write_masks(folder, stem, &document.masks)?;
                }
            }
        }
    }
    Ok(())
}

fn write(folder: &Path, stem: &str, document: &Document, format: Format) -> Result<(), Failure> {
    let extension = match format {
        Format::Json => "json",
        Format::Csv => "csv",
    };
    let path = folder.join(format!("{stem}.{extension}"));
    Ok(write_whole(&path, file(document, format)?.as_bytes())?)
}

fn file(document: &Document, format: Format) -> Result<String, Failure> {
    Ok(match format {
        Format::Csv => csv::csv(document),
        Format::Json => json::json(document)?,
    })
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
