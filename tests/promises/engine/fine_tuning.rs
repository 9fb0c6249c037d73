//! A head that learns from corrections is a new head: the old one stays as it is, a training that was stopped goes on or leaves its
//! best head, and one that is killed loses no epoch that was over.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mettle_core::base::{Labels, Said, Task, TimeSpan};
use mettle_core::data::Targets;
use mettle_core::engine::{
    DeviceChoice, Engine, EngineOptions, FineTune, HeadChoice, HeadLine, JobId, JobSpec,
    ModelChoice, ReplyBody, TaughtClip, TrainedHead, TrainingStage, WhichHead,
};
use mettle_core::features::FeatureCache;
use mettle_core::media::Clip;
use mettle_core::model::HeadCatalogue;
use mettle_core::train::{Epoch, OptimiserConfig, TrainConfig};
use mettle_tests::program::{alone, talking_picture};
use mettle_tests::tiny_model;

use super::fake_jobs::{PATIENCE, is_end};

fn engine(folder: &Path) -> Engine {
    let options = EngineOptions {
        device: DeviceChoice::Cpu,
        features: Some(FeatureCache::at(folder.join("features"))),
        heads: HeadCatalogue::at(folder.join("heads")),
        ..EngineOptions::default()
    };
    Engine::start(options, || {}).expect("threads start")
}

fn hear(engine: &Engine, job: JobId) -> Vec<ReplyBody> {
    let mut said = Vec::new();
    loop {
        let reply = engine.wait_for_reply(PATIENCE).expect("a reply");
        if reply.job == job {
            let end = is_end(&reply.body);
            said.push(reply.body);
            if end {
                return said;
            }
        }
    }
}

fn run(engine: &Engine, spec: JobSpec) -> Vec<ReplyBody> {
    hear(engine, engine.submit(spec))
}

fn clip(engine: &Engine, path: &Path) -> Arc<Clip> {
    let said = run(engine, JobSpec::Open { path: path.into() });
    let opened = said.iter().find_map(|body| match body {
        ReplyBody::Opened(clip) => Some(Arc::clone(clip)),
        _ => None,
    });
    opened.unwrap_or_else(|| panic!("not opened: {said:?}"))
}

/// A class is both heard and seen in every second, or in none.
fn targets(class: usize, classes: usize, seconds: usize) -> Targets {
    let mut targets = Targets::unknown(seconds, classes);
    for t in 0..seconds {
        for grid in [&mut targets.heard, &mut targets.seen, &mut targets.both] {
            grid.set(t, class, Said::Yes);
        }
    }
    targets.somewhere[class] = Said::Yes;
    targets
}

/// Every file of a model.
fn contents(model: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = std::fs::read_dir(model)
        .unwrap()
        .map(|file| file.unwrap().path());
    files
        .map(|file| (file.clone(), std::fs::read(file).unwrap()))
        .collect()
}

fn lesson(model: &Path, clip: &Arc<Clip>, classes: &[&str]) -> FineTune {
    let seconds = TimeSpan::seconds_of(clip.duration).len();
    FineTune {
        head: HeadChoice {
            model: ModelChoice::Folder(model.into()),
            which: WhichHead::For(Task::Localize),
        },
        name: "3 s corrected".into(),
        labels: Labels::new(classes),
        clips: vec![TaughtClip {
            clip: clip.clone(),
            targets: targets(classes.len() - 1, classes.len(), seconds),
            held_out: false,
        }],
        pseudo_labels: false,
        config: TrainConfig {
            epochs: 150,
            schedule: None,
            optimiser: OptimiserConfig {
                rate: 5e-3,
                ..OptimiserConfig::default()
            },
            ..TrainConfig::localize()
        },
        stage: TrainingStage::Train,
        replaces: None,
    }
}

fn train(spec: FineTune) -> JobSpec {
    JobSpec::FineTune(Box::new(spec))
}

fn epochs(said: &[ReplyBody]) -> Vec<Epoch> {
    let of = |body: &ReplyBody| match body {
        ReplyBody::Epoch(epoch) => Some(*epoch),
        _ => None,
    };
    said.iter().filter_map(of).collect()
}

fn trained(said: &[ReplyBody]) -> &TrainedHead {
    let found = said.iter().find_map(|body| match body {
        ReplyBody::Trained(trained) => Some(&**trained),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no head: {said:?}"))
}

fn heads(engine: &Engine, model: &Path, remove: Option<&TrainedHead>) -> Vec<HeadLine> {
    let spec = JobSpec::Heads {
        model: ModelChoice::Folder(model.into()),
        remove: remove.map(|trained| trained.head.id),
    };
    let said = run(engine, spec);
    let [ReplyBody::Heads(heads), ReplyBody::Done] = &said[..] else {
        panic!("{said:?}");
    };
    heads.to_vec()
}

/// In a process of its own: training draws random numbers.
#[test]
fn corrections_become_a_new_head_beside_the_old_one() {
    alone("engine::fine_tuning::a_new_head");
}

#[test]
#[ignore = "run by the one above"]
fn a_new_head() {
    let folder = tempfile::tempdir().unwrap();
    let (model, file) = (folder.path().join("model"), folder.path().join("clip.mp4"));
    std::fs::create_dir_all(&model).unwrap();
    tiny_model::write(&model);
    talking_picture("3", &file);
    let engine = engine(folder.path());
    let clip = clip(&engine, &file);
    let before = contents(&model);
    let classes = ["Bark", "Church bell", "Baby cry, infant cry", "Kettle"];
    let spec = lesson(&model, &clip, &classes);

    let measured = FineTune {
        stage: TrainingStage::Measure,
        ..spec.clone()
    };
    let said = run(&engine, train(measured));
    let cost = said.iter().find_map(|body| match body {
        ReplyBody::TrainingCost(cost) => Some(*cost),
        _ => None,
    });
    let cost = cost.unwrap_or_else(|| panic!("no cost: {said:?}"));
    assert!(cost.steps == 150 && cost.seconds > 0.0, "{cost:?}");
    assert!(cost.adapter_bytes > cost.head_bytes, "{cost:?}");
    assert_eq!(
        heads(&engine, &model, None).len(),
        1,
        "nothing was kept of it"
    );

    let said = run(&engine, train(spec.clone()));
    let curve = epochs(&said);
    assert_eq!(curve.len(), 150);
    assert!(curve[149].loss < curve[0].loss / 2.0, "{curve:?}");
    let new = trained(&said);
    let seconds = spec.clips[0].targets.seconds();
    assert_eq!(new.learned.said, seconds);
    assert_eq!(
        (new.learned.before, new.learned.after()),
        (0, seconds),
        "it learned a class that it did not know"
    );
    let list = heads(&engine, &model, None);
    let [own, learned] = &list[..] else {
        panic!("{list:?}");
    };
    assert!(own.own && !learned.own);
    assert_eq!((learned.id, learned.parent), (new.head.id, Some(own.id)));
    assert_eq!(learned.labels.len(), classes.len());
    assert!(before == contents(&model), "the old head is as it was");

    let predict = JobSpec::Predict {
        clip,
        head: HeadChoice {
            which: WhichHead::Named(new.head.id),
            ..spec.head
        },
    };
    let said = run(&engine, predict);
    let scores = said.iter().find_map(|body| match body {
        ReplyBody::Prediction(part) => Some(part.clone()),
        _ => None,
    });
    let part = scores.expect("scores");
    assert_eq!(part.key.head, new.head.id);
    assert_eq!(
        heads(&engine, &model, Some(new)).len(),
        1,
        "and it can go again"
    );
}

#[test]
fn a_training_that_stops_goes_on_from_its_last_epoch_or_leaves_its_best_head() {
    alone("engine::fine_tuning::stopped");
}

#[test]
#[ignore = "run by the one above"]
fn stopped() {
    let folder = tempfile::tempdir().unwrap();
    let (model, file) = (folder.path().join("model"), folder.path().join("clip.mp4"));
    std::fs::create_dir_all(&model).unwrap();
    tiny_model::write(&model);
    talking_picture("3", &file);
    let first = engine(folder.path());
    let clip = clip(&first, &file);
    let mut spec = lesson(&model, &clip, &tiny_model::LABELS);
    // Long enough to be stopped in the middle.
    spec.config.epochs = 400;
    let job = first.submit(train(spec.clone()));
    let mut over = 0;
    while over < 3 {
        let reply = first.wait_for_reply(PATIENCE).expect("a reply");
        over += usize::from(matches!(reply.body, ReplyBody::Epoch(_)));
    }
    first.cancel(job);
    assert!(matches!(
        hear(&first, job).last(),
        Some(ReplyBody::Cancelled)
    ));
    drop(first);

    let second = engine(folder.path());
    let job = second.submit(train(spec.clone()));
    let reply = second.wait_for_reply(PATIENCE).expect("a reply");
    assert!(
        matches!(reply.body, ReplyBody::Epoch(Epoch { epoch: 1, .. })),
        "it tells what is over: {reply:?}"
    );
    second.cancel(job);
    let told = epochs(&hear(&second, job)).len() + 1;
    assert!(told >= 3, "no epoch that was over is lost: {told}");
    let finish = FineTune {
        stage: TrainingStage::Finish,
        ..spec
    };
    let said = run(&second, train(finish.clone()));
    assert!(trained(&said).epoch >= 3);
    let said = run(&second, train(finish));
    assert!(
        matches!(said.last(), Some(ReplyBody::Failed(_))),
        "there is nothing left to keep"
    );
}
