//! `mettle bench corrections`: from a correction to a new head and its timeline, on clips that were analysed before.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mettle_core::base::{Labels, Said, Task};
use mettle_core::data::Targets;
use mettle_core::data::scenes::{SceneTask, write_clip};
use mettle_core::engine::{
    FineTune, HeadChoice, ModelChoice, Precision, ReplyBody, TaughtClip, TrainingStage, WhichHead,
    model_info,
};
use mettle_core::features::FeatureCache;
use mettle_core::media::Clip;
use mettle_core::model::HeadCatalogue;
use mettle_core::train::{FEW_STEPS, TrainConfig, unseen_clips};
use serde_json::json;

use super::analyze::line;
use super::args::CorrectionsArgs;
use super::driver::Driver;
use super::{Failure, output};

/// Which unseen scenes.
const SEED: u64 = 4;

/// Measure and print.
pub fn run(args: &CorrectionsArgs) -> Result<(), Failure> {
    let name = format!("mettle-bench-corrections-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    output::make_folder(&folder)?;
    let times = measure(args, &folder);
    // What cannot be removed is in the folder for temporary files.
    let _ = std::fs::remove_dir_all(&folder);
    let times = times?;
    let seconds: Vec<f64> = times.iter().map(Duration::as_secs_f64).collect();
    if args.json {
        let figures = json!({"clips": args.clips, "seconds": seconds});
        return output::say(&format!("{figures:#}\n"));
    }
    let each: Vec<String> = seconds.iter().map(|s| format!("{s:.1} s")).collect();
    output::say(&format!(
        "from a correction to a new head and its timeline, {} clips of ten seconds: {} (the first also draws the scenes that are replayed)\n",
        args.clips,
        each.join(", ")
    ))
}

fn measure(args: &CorrectionsArgs, folder: &Path) -> Result<Vec<Duration>, Failure> {
    let heads = HeadCatalogue::at(folder.join("heads"));
    let places = (FeatureCache::at(folder.join("features")), heads);
    let mut driver = Driver::for_training(args.device, Precision::default(), true, places)?;
    let mut clips = analysed(args, folder, &driver)?;
    let mut times = vec![];
    for round in 0..args.rounds {
        // The person changes their mind about a second of one clip.
        if let Some(taught) = clips.first_mut() {
            let class = round % taught.targets.classes().max(1);
            taught.targets.both.set(round, class, Said::No);
        }
        times.push(learned(&mut driver, &clips)?);
    }
    Ok(times)
}

/// Scenes as files, analysed, with what is true of them as corrections.
fn analysed(
    args: &CorrectionsArgs,
    folder: &Path,
    driver: &Driver,
) -> Result<Vec<TaughtClip>, Failure> {
    let (mut clips, classes) = (vec![], labels()?.len());
    for (i, scene) in unseen_clips(SceneTask::Localize, args.clips, SEED)
        .iter()
        .enumerate()
    {
        let path = folder.join(format!("{i}.mp4"));
        write_clip(scene, &path)?;
        let analysed = driver.analyse(&path, &[Task::Localize], &ModelChoice::Demo);
        let clip = analysed
            .map_err(|problem| Failure::Said(line(&problem)))?
            .clip;
        let both = scene.targets(None).with_classes(classes).both;
        let mut targets = Targets::unknown(both.seconds(), both.classes());
        targets.both = both;
        targets.sum_up();
        clips.push(TaughtClip {
            clip,
            targets,
            held_out: false,
            opened: true,
        });
    }
    Ok(clips)
}

/// What the demo's head for events tells apart: more than scenes have.
fn labels() -> Result<Labels, Failure> {
    let model = model_info(&ModelChoice::Demo)?;
    let own = model.tasks.iter().find(|info| info.task == Task::Localize);
    let labels = own.map(|info| info.labels.clone());
    labels.ok_or_else(|| Failure::Said("the demo model has no head for events".to_owned()))
}

fn learned(driver: &mut Driver, clips: &[TaughtClip]) -> Result<Duration, Failure> {
    let said = |problem| Failure::Said(line(&problem));
    let labels = labels()?;
    let spec = FineTune {
        head: HeadChoice {
            model: ModelChoice::Demo,
            which: WhichHead::For(Task::Localize),
        },
        name: "a correction".to_owned(),
        labels,
        clips: clips.to_vec(),
        pseudo_labels: true,
        config: TrainConfig::few_clips(Task::Localize, clips.len(), FEW_STEPS),
        stage: TrainingStage::Train,
        replaces: None,
    };
    let shown: Option<Arc<Clip>> = clips.first().map(|taught| taught.clip.clone());
    let begin = Instant::now();
    let mut head = None;
    driver
        .train(spec, |body| {
            if let ReplyBody::Trained(trained) = body {
                head = Some(trained.head.id);
            }
        })
        .map_err(said)?;
    if let (Some(head), Some(clip)) = (head, shown) {
        driver.answer_with(Task::Localize, head);
        let opened = driver.open_clip(&clip.path).map_err(said)?;
        let tasks = [Task::Localize];
        driver
            .ask(opened, &tasks, &ModelChoice::Demo, None)
            .map_err(said)?;
    }
    Ok(begin.elapsed())
}
