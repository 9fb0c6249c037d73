//! `mettle analyze --shard I/N`: one worker's part of many clips, in tables.
//!
//! Exit codes: 0 done, 1 some clips failed (they are listed, and the part is whole), 2 wrong usage, 75 try again: the device or
//! the disk failed, or the program was asked to stop.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mettle_core::base::Task;
use mettle_core::exchange::parts::{
    Asked, ClipTaken, Embeddings, HeadAsked, Manifest, PartFormat, PartPlace, PartWriter, Standing,
    ThresholdsAsked,
};
use mettle_core::exchange::{Document, Findings, ModelFacts};
use mettle_core::model::ModelInfo;
use mettle_core::predict::Thresholds;
use mettle_core::tools::{Listed, Shard, hash_of};

use super::analyze::{check, line};
use super::args::AnalyzeArgs;
use super::driver::Driver;
use super::heads::model_with;
use super::listing::listed;
use super::one_clip::{Asking, OneClip};
use super::thresholds::MaskThreshold;
use super::{Failure, stopping};

/// Make a part, unless it is there and whole.
pub fn run(args: &AnalyzeArgs, format: PartFormat) -> Result<(), Failure> {
    let Some(folder) = args.out.clone() else {
        return Err(usage(
            "tables are written into a folder: give it with --out".to_owned(),
        ));
    };
    if args.pictures || args.masks {
        return Err(usage(
            "--pictures and --masks draw single clips; tables hold masks as run lengths (--task segment or all)"
                .to_owned(),
        ));
    }
    let shard = args.shard.unwrap_or(Shard { part: 1, of: 1 });
    // Before it is decided whose clip is whose: a share that is not there looks like a list of one clip.
    named_are_there(&args.clips)?;
    let all = listed(&args.clips, args.recursive)?;
    if all.is_empty() {
        return Err(usage(
            "no clip is named: a list has a path a line, a folder is searched with -r".to_owned(),
        ));
    }
    let model = model_with(&args.model, args).map_err(as_usage)?;
    let tasks = args.task.tasks(|task| model.can(task));
    check(args, &model, &tasks).map_err(as_usage)?;
    let thresholds = args.thresholds.resolve(&model, &tasks).map_err(as_usage)?;
    let asked = asked(args, &all, &model, &tasks);
    let place = PartPlace {
        folder,
        part: shard.part,
        of: shard.of,
        format,
    };
    let standing = Manifest::standing(&place, &asked).map_err(|error| usage(error.to_string()))?;
    if let Standing::Whole(manifest) = standing {
        return ended(args, &place, &manifest, "is there already");
    }
    stopping::listen();
    let mine = shard.of_list(&all);
    let writer = PartWriter::start(place.clone(), asked).map_err(again)?;
    let driver = Driver::for_analyze(args, &model)?;
    if let Some(warning) = model.warning() {
        eprintln!("mettle: {warning}");
    }
    let mut worker = Worker {
        args,
        driver: &driver,
        model: &model,
        tasks: &tasks,
        thresholds: &thresholds,
        writer,
    };
    worker.warm_up()?;
    let mut mine = mine.into_iter().peekable();
    while let Some(clip) = mine.next() {
        let next = mine.peek().map(|next| next.path.as_path());
        worker.clip(clip, next)?;
    }
    let manifest = worker.writer.put().map_err(again)?;
    ended(args, &place, &manifest, "is written")
}

/// Works through the clips of a part.
struct Worker<'a> {
    args: &'a AnalyzeArgs,
    driver: &'a Driver,
    model: &'a ModelInfo,
    tasks: &'a [Task],
    thresholds: &'a Thresholds,
    writer: PartWriter,
}

impl Worker<'_> {
    /// A device that does not compute is no clip's fault.
    fn warm_up(&self) -> Result<(), Failure> {
        let warm = self.driver.warm_up(&self.args.model);
        stop_where_asked()?;
        warm.map_err(|problem| Failure::Again(line(&problem)))
    }

    /// One clip. One that fails is tried once more, and then is a row of its own, if the device still computes and what was
    /// named is still there.
    fn clip(&mut self, clip: &Listed, next: Option<&Path>) -> Result<(), Failure> {
        let tried = self.taken(clip, next).or_else(|_| {
            stop_where_asked()?;
            self.taken(clip, next)
        });
        stop_where_asked()?;
        let taken = match tried {
            Ok(taken) => taken,
            Err(Failure::Said(why)) => {
                self.warm_up()?;
                named_are_there(&self.args.clips)?;
                eprintln!("mettle: {why}");
                ClipTaken::failed(&shown(&clip.path), &why)
            }
            Err(other) => return Err(other),
        };
        self.writer.add(taken).map_err(again)
    }

    fn taken(&self, listed: &Listed, next: Option<&Path>) -> Result<ClipTaken, Failure> {
        let asking = Asking {
            args: self.args,
            driver: self.driver,
            model: self.model,
            tasks: self.tasks,
            thresholds: self.thresholds,
        };
        let OneClip {
            analysed,
            thresholds,
            masks,
            ..
        } = asking.clip(&listed.path, next, None)?;
        let document = Document::new(Findings {
            clip: &analysed.clip,
            asked: self.args.task.one(),
            predictions: &analysed.predictions,
            thresholds: &thresholds,
            calibrated: &analysed.calibrated,
            masks,
            tags: &[],
            device: String::new(),
            model: ModelFacts {
                name: self.model.name.clone(),
                sha256: self.model.sha256.to_string(),
                warning: None,
            },
            timing_ms: BTreeMap::new(),
        });
        let distilled = analysed.meta_tokens.into_iter();
        let embeddings = distilled.map(|(task, seconds)| Embeddings { task, seconds });
        let listed = shown(&listed.path);
        Ok(ClipTaken::of(
            &listed,
            &document,
            &analysed.predictions,
            embeddings.collect(),
        ))
    }
}

/// What is asked of every part.
fn asked(args: &AnalyzeArgs, all: &[Listed], model: &ModelInfo, tasks: &[Task]) -> Asked {
    let heads = model.tasks.iter().filter(|info| tasks.contains(&info.task));
    let tempered = heads.clone().filter(|info| {
        let fitted = info.calibration.as_ref();
        args.calibrated && fitted.is_some_and(|fitted| fitted.changes())
    });
    let given = &args.thresholds;
    Asked {
        list: hash_of(all),
        listed: all.len() as u64,
        model: model.name.clone(),
        model_sha256: model.sha256,
        precision: args.precision,
        heads: heads
            .map(|info| HeadAsked {
                task: info.task,
                head: info.head,
                labels: info.labels.clone(),
            })
            .collect(),
        thresholds: ThresholdsAsked {
            global: given.threshold,
            audible: given.threshold_audible,
            visible: given.threshold_visible,
            classes: given.threshold_class.iter().cloned().collect(),
            masks: match given.mask_threshold {
                MaskThreshold::At(value) => Some(value),
                MaskThreshold::Kept => None,
            },
            masks_at: given.mask_threshold_at.iter().copied().collect(),
        },
        mask_size: args.mask_size,
        embeddings: args.embeddings,
        calibrated: tempered.map(|info| info.task).collect(),
    }
}

/// Say how it went.
fn ended(
    args: &AnalyzeArgs,
    place: &PartPlace,
    manifest: &Manifest,
    how: &str,
) -> Result<(), Failure> {
    let (clips, failed) = (manifest.clips, manifest.failed);
    if !args.quiet {
        let path = place.scores();
        let path = path.display();
        eprintln!("mettle: {path} {how}: {clips} clips, {failed} of them failed");
    }
    match failed {
        0 => Ok(()),
        _ => Err(Failure::Told),
    }
}

/// A share that is not there makes every clip fail: that is worth another try.
fn named_are_there(named: &[PathBuf]) -> Result<(), Failure> {
    match named.iter().find(|path| path.symlink_metadata().is_err()) {
        None => Ok(()),
        Some(gone) => Err(Failure::Again(format!(
            "{} is not there. Is the disk or the share gone?",
            gone.display()
        ))),
    }
}

fn stop_where_asked() -> Result<(), Failure> {
    match stopping::asked() {
        false => Ok(()),
        true => Err(Failure::Again(
            "stopped, as asked; nothing of the part is written, and the same command makes it"
                .to_owned(),
        )),
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn again(error: impl std::error::Error) -> Failure {
    Failure::Again(error.to_string())
}

fn usage(line: String) -> Failure {
    Failure::Usage(line)
}

fn as_usage(failure: Failure) -> Failure {
    match failure {
        Failure::Said(line) => Failure::Usage(line),
        other => other,
    }
}
