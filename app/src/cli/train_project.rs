//! `mettle train --dataset project`: a head from what a person said in a project, by the very job that the window runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use mettle_core::base::{Labels, Task, TimeSpan};
use mettle_core::engine::{
    FineTune, HeadChoice, ReplyBody, TaughtClip, TrainedHead, TrainingStage, WhichHead, model_info,
    said_labels, said_targets,
};
use mettle_core::features::FeatureCache;
use mettle_core::media::Clip;
use mettle_core::model::{HeadCatalogue, HeadFile};
use mettle_core::project::Corrections;
use mettle_core::train::{FEW_STEPS, Learns, TrainConfig};
use serde_json::Value;

use super::analyze::line;
use super::args::TrainArgs;
use super::driver::Driver;
use super::project::{self, Project};
use super::train::{Teller, told_of};
use super::{Failure, output, stopping};

/// Train, telling how it goes.
pub fn run(args: &TrainArgs) -> Result<(), Failure> {
    if HeadFile::open(&args.out).is_ok() {
        return Err(Failure::Said(format!(
            "{}: holds a head already, which is never replaced: choose another --out",
            args.out.display()
        )));
    }
    let room = Room::beside(&args.out);
    let (which, known) = begin_with(args)?;
    let heads = HeadCatalogue::at(room.heads()).with(args.from.clone());
    let places = (FeatureCache::of_user(), heads);
    let driver = Driver::for_training(args.device, args.precision, args.quiet, places)?;
    let spec = lesson(args, &driver, which, &known)?;
    let mut teller = Teller::new(args.quiet);
    teller.expect(spec.config.epochs);
    let mut trained = None;
    let end = driver.train(spec, |body| match body {
        ReplyBody::Epoch(epoch) => teller.epoch(&epoch),
        ReplyBody::Trained(head) => trained = Some(head),
        _ => {}
    });
    end.map_err(|problem| Failure::Said(line(&problem)))?;
    match trained {
        Some(trained) => keep(args, &room, &trained),
        None if stopping::asked() => Err(Failure::Again(
            "stopped; the same command goes on after the last epoch that was over".to_owned(),
        )),
        None => Err(Failure::Said(
            "the training ended without a head".to_owned(),
        )),
    }
}

/// Where the head is made, before it is moved to where it belongs.
struct Room(PathBuf);

impl Room {
    fn beside(out: &Path) -> Self {
        let mut name = out.file_name().unwrap_or_default().to_owned();
        name.push(".training");
        Self(out.with_file_name(name))
    }

    fn heads(&self) -> PathBuf {
        self.0.join("heads")
    }
}

/// The head that is gone on from, and its classes.
fn begin_with(args: &TrainArgs) -> Result<(WhichHead, Labels), Failure> {
    if let Some(from) = &args.from {
        let file = HeadFile::open(from)?;
        return Ok((WhichHead::Named(file.id), file.labels));
    }
    let task = args.task.unwrap_or(Task::Localize);
    let model = model_info(&args.model)?;
    let own = model.tasks.into_iter().find(|info| info.task == task);
    let own = own.ok_or_else(|| {
        Failure::Said(format!(
            "{} has no head for that task to go on from: name one with --from",
            model.name
        ))
    })?;
    Ok((WhichHead::For(task), own.labels))
}

/// Everything said in the project, of the clips that are where they were.
fn lesson(
    args: &TrainArgs,
    driver: &Driver,
    which: WhichHead,
    known: &Labels,
) -> Result<FineTune, Failure> {
    let mut project = Project::to_read(args.project.as_deref())?;
    let taught = match &mut project {
        Some(project) => project.taught()?,
        None => Vec::new(),
    };
    let mut there = vec![];
    for (facts, said) in &taught {
        match driver.open_clip(&facts.path) {
            Ok(opened) if opened.clip.id == facts.id => there.push((opened.clip, said)),
            Ok(_) => left_out(&facts.path, "is another clip by now"),
            Err(problem) => left_out(&facts.path, &line(&problem)),
        }
    }
    if there.is_empty() {
        let file = project::file(args.project.as_deref());
        return Err(Failure::Said(format!(
            "{}: nothing is said of a clip that is still where it was. Correct some seconds in the window, or bring them in with `mettle import`",
            file.display()
        )));
    }
    let said: Vec<_> = there.iter().map(|(_, said)| &said.statements).collect();
    let classes = project.iter().flat_map(|project| project.classes.values());
    let labels = said_labels(known, classes, &said);
    let of = |(clip, said): &(Arc<Clip>, &Corrections)| TaughtClip {
        targets: said_targets(said, &labels, &TimeSpan::seconds_of(clip.duration)),
        clip: clip.clone(),
        held_out: false,
        opened: true,
    };
    let clips: Vec<TaughtClip> = there.iter().map(of).collect();
    let task = args.task.unwrap_or(Task::Localize);
    Ok(FineTune {
        head: HeadChoice {
            model: args.model.clone(),
            which,
        },
        name: format!("corrections in {} clips", clips.len()),
        pseudo_labels: !args.forget,
        config: config(args, task, clips.len())?,
        stage: TrainingStage::Train,
        replaces: None,
        labels,
        clips,
    })
}

fn left_out(path: &Path, why: &str) {
    eprintln!("{} is left out: {why}", path.display());
}

/// As the window trains, changed by a file and a seed.
fn config(args: &TrainArgs, task: Task, clips: usize) -> Result<TrainConfig, Failure> {
    let mut config = TrainConfig::few_clips(task, clips, FEW_STEPS);
    if args.decision {
        config.learns = Learns::Decision;
    }
    if let Some(path) = &args.config {
        let failed = |e: &dyn std::fmt::Display| Failure::Said(format!("{}: {e}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|e| failed(&e))?;
        let said: Value = serde_json::from_str(&text).map_err(|e| failed(&e))?;
        let training = said.get("training").cloned().unwrap_or_default();
        config = config.merged(&training).map_err(|e| failed(&e))?;
    }
    config.seed = args.seed.unwrap_or(config.seed);
    Ok(config)
}

/// Moves the head to where it belongs.
fn keep(args: &TrainArgs, room: &Room, trained: &TrainedHead) -> Result<(), Failure> {
    let made = room.heads().join(trained.head.id.to_string());
    let failed = |e: std::io::Error| Failure::Said(format!("{}: {e}", args.out.display()));
    if let Some(parent) = args.out.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    std::fs::rename(made, &args.out).map_err(failed)?;
    // What cannot be removed is no head and harms nobody.
    let _ = std::fs::remove_dir_all(&room.0);
    let learned = &trained.learned;
    output::say(&format!(
        "{} of {} corrections right, before {}\n{}",
        learned.after(),
        learned.said,
        learned.before,
        told_of(&HeadFile::open(&args.out)?, &args.out)
    ))
}
