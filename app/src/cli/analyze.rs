//! `mettle analyze`: the main job in a terminal.

use std::path::{Path, PathBuf};

use mettle_core::base::{Problem, Task};
use mettle_core::exchange::Stems;
use mettle_core::model::ModelInfo;

use super::args::{AnalyzeArgs, Asked};
use super::batch::Batch;
use super::driver::Driver;
use super::heads::model_with;
use super::{Failure, output, shard};
use crate::files::clips_in;

/// Analyse every clip; the failure of one does not stop the others.
pub fn run(args: &AnalyzeArgs) -> Result<(), Failure> {
    if let Some(format) = args.of_parts() {
        return shard::run(args, format);
    }
    if args.shard.is_some() || args.embeddings {
        return Err(Failure::Usage(
            "--shard and --embeddings are for tables: --format parquet or jsonl".to_owned(),
        ));
    }
    if let Some(folder) = &args.out {
        output::make_folder(folder)?;
    }
    let model = model_with(&args.model, args)?;
    let tasks = args.task.tasks(|task| model.can(task));
    check(args, &model, &tasks)?;
    let thresholds = args.thresholds.resolve(&model, &tasks)?;
    if let Some(warning) = model.warning() {
        // Even when quiet: nothing that follows can be believed.
        eprintln!("mettle: {warning}");
    }
    let driver = Driver::for_analyze(args, &model)?;
    driver
        .warm_up(&args.model)
        .map_err(|problem| Failure::Said(line(&problem)))?;
    let mut batch = Batch {
        args,
        driver: &driver,
        model: &model,
        tasks: &tasks,
        thresholds: &thresholds,
        stems: args.out.as_deref().map(Stems::in_folder),
        header: true,
    };
    each_clip(&args.clips, args.recursive, |clip, next| {
        batch.clip(clip, next)
    })
}

/// Work through clips and folders of clips, each whatever becomes of the others; what fails is said at once. `work` is given a clip
/// and the one that comes after it.
pub fn each_clip(
    named: &[PathBuf],
    inside: bool,
    mut work: impl FnMut(&Path, Option<&Path>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut failed = false;
    let mut tell = |done: Result<(), Failure>| {
        if let Err(Failure::Said(line)) = done {
            eprintln!("mettle: {line}");
            failed = true;
        }
    };
    let of = |given: &PathBuf| match clips_of(given, inside) {
        Ok(clips) => clips.into_iter().map(Ok).collect(),
        Err(problem) => vec![Err(problem)],
    };
    let mut clips = named.iter().flat_map(of).peekable();
    while let Some(clip) = clips.next() {
        let next = clips.peek().and_then(|next| next.as_deref().ok());
        tell(clip.and_then(|clip| work(&clip, next)));
    }
    if failed { Err(Failure::Told) } else { Ok(()) }
}

/// A clip, or those of a folder.
fn clips_of(path: &Path, inside: bool) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    clips_in(path, inside).map_err(|problem| Failure::Said(line(&problem)))
}

/// Whether the model can do what is asked: a task asked by name must have its head, of all those that are missing are named.
pub fn check(args: &AnalyzeArgs, model: &ModelInfo, tasks: &[Task]) -> Result<(), Failure> {
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

/// One line for the terminal.
pub fn line(problem: &Problem) -> String {
    let text = format!("{}: {}", problem.title, problem.advice);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
