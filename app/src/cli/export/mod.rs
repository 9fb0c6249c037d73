//! `mettle export`: what is said of clips, in other programs' formats, each file read back after it is written.

mod clips;
mod film;

use mettle_core::base::Task;
use mettle_core::exchange::Stems;
use mettle_core::exchange::layouts::LayoutWriter;
use mettle_core::exchange::marks::What;
use mettle_core::model::ModelInfo;

use super::analyze::each_clip;
use super::args::{AnalyzeArgs, Asked, ExportArgs, Target};
use super::driver::Driver;
use super::heads::model_with;
use super::project::{Project, known_classes};
use super::{Failure, output};
use clips::Exporting;

/// Export every clip; the failure of one does not stop the others.
pub fn run(args: &ExportArgs) -> Result<(), Failure> {
    output::make_folder(&args.out)?;
    let target = Target::from(args.format);
    let what = What::from(args.what);
    let analysis = analysis(args);
    let mut project = Project::to_read(args.project.as_deref())?;
    let model = model_with(&args.model, &analysis)?;
    let tasks = tasks(target, what, &model)?;
    let thresholds = args.thresholds.resolve(&model, &tasks)?;
    if let (Some(warning), false) = (model.warning(), tasks.is_empty()) {
        // Even when quiet: nothing that follows can be believed.
        eprintln!("mettle: {warning}");
    }
    let driver = Driver::for_analyze(&analysis, &model)?;
    let known = known_classes(Some(&model));
    let mut exporting = Exporting {
        args,
        target,
        layout: match target {
            Target::Layout(layout) => Some(LayoutWriter::new(&args.out, layout, args.replace)?),
            Target::Marks(_) | Target::Film => None,
        },
        what,
        driver: &driver,
        model: &model,
        tasks: &tasks,
        thresholds: &thresholds,
        known: &known,
        project: &mut project,
        stems: Stems::in_folder(&args.out),
    };
    let done = each_clip(&args.clips, args.recursive, |clip| exporting.clip(clip));
    if let Some(layout) = exporting.layout.take() {
        layout.finish()?;
    }
    done
}

/// How clips are analysed that are not yet.
fn analysis(args: &ExportArgs) -> AnalyzeArgs {
    AnalyzeArgs {
        clips: Vec::new(),
        recursive: args.recursive,
        task: Asked::All,
        model: args.model.clone(),
        head: args.head.clone(),
        device: args.device,
        precision: args.precision,
        out: None,
        format: None,
        shard: None,
        embeddings: false,
        threads: None,
        calibrated: args.calibrated,
        thresholds: args.thresholds.clone(),
        pictures: false,
        span: None,
        masks: false,
        mask_size: None,
        quiet: args.quiet,
    }
}

/// What the model must be asked: nothing, where only corrections are written; for a film its labels have to be known.
fn tasks(target: Target, what: What, model: &ModelInfo) -> Result<Vec<Task>, Failure> {
    if what == What::Corrections && target != Target::Film {
        return Ok(Vec::new());
    }
    let known = Task::ALL.into_iter().filter(|task| model.can(*task));
    let tasks: Vec<Task> = known.filter(|task| target.holds(*task)).collect();
    match tasks.is_empty() {
        true => Err(Failure::Said(format!(
            "the model {} has no head for what this format holds. Choose another with --model, or ask --what corrections",
            model.name
        ))),
        false => Ok(tasks),
    }
}
