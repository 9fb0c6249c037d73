//! `mettle export`: what is said of clips, in other programs' formats, each file read back after it is written.

use std::path::PathBuf;

use mettle_core::base::Task;
use mettle_core::engine::{Export, ExportedClip, Outcome};
use mettle_core::exchange::ExportFormat;
use mettle_core::exchange::marks::What;
use mettle_core::model::ModelInfo;

use super::analyze::{each_clip, line};
use super::args::{AnalyzeArgs, Asked, ExportArgs};
use super::driver::Driver;
use super::heads::model_with;
use super::project::named_or_usual;
use super::{Failure, output};

/// Export every clip; the failure of one does not stop the others.
pub fn run(args: &ExportArgs) -> Result<(), Failure> {
    output::make_folder(&args.out)?;
    let (format, what) = (ExportFormat::from(args.format), What::from(args.what));
    let analysis = analysis(args);
    let project = named_or_usual(args.project.as_deref())?;
    let model = model_with(&args.model, &analysis)?;
    let tasks = tasks(format, what, &model)?;
    let thresholds = args.thresholds.resolve(&model, &tasks)?;
    if let (Some(warning), false) = (model.warning(), tasks.is_empty()) {
        // Even when quiet: nothing that follows can be believed.
        eprintln!("mettle: {warning}");
    }
    let driver = Driver::for_analyze(&analysis, &model)?;
    let mut clips: Vec<PathBuf> = Vec::new();
    let mut listed = each_clip(&args.clips, args.recursive, |clip, _| {
        clips.push(clip.to_owned());
        Ok(())
    });
    if clips.is_empty() {
        return listed;
    }
    let spec = Export {
        clips,
        project: Some(project),
        what,
        format,
        model: args.model.clone(),
        heads: tasks.iter().map(|t| (*t, driver.which(*t))).collect(),
        thresholds,
        calibrated: args.calibrated,
        out: args.out.clone(),
        replace: args.replace,
        writes: true,
    };
    let done = driver.export(spec, |clip| match told(&clip) {
        Ok(text) if !args.quiet => {
            if let Err(failure) = output::say(&text) {
                listed = Err(failure);
            }
        }
        Ok(_) => {}
        Err(why) => {
            eprintln!("mettle: {why}");
            listed = Err(Failure::Told);
        }
    });
    done.map_err(|problem| Failure::Said(line(&problem)))?;
    listed
}

/// What is said of a clip, or why it is not exported.
fn told(clip: &ExportedClip) -> Result<String, String> {
    match &clip.outcome {
        Outcome::Done(exported) => {
            let file = exported.file.display();
            Ok(match &exported.kept {
                Some(kept) => format!("{file}: {kept}\n"),
                None => format!("{file}: drawn\n"),
            })
        }
        Outcome::Stays(path) => Err(format!(
            "{}: is there with another content, and stays. Write over it with --replace, or choose another folder with --out",
            path.display()
        )),
        Outcome::Failed(why) => Err(why.split_whitespace().collect::<Vec<_>>().join(" ")),
    }
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

/// What the model must be asked.
fn tasks(format: ExportFormat, what: What, model: &ModelInfo) -> Result<Vec<Task>, Failure> {
    let tasks = format.asks(what, |task| model.can(task));
    let needed = what != What::Corrections || format == ExportFormat::Film;
    match needed && tasks.is_empty() {
        true => Err(Failure::Said(format!(
            "the model {} has no head for what this format holds. Choose another with --model, or ask --what corrections",
            model.name
        ))),
        false => Ok(tasks),
    }
}
