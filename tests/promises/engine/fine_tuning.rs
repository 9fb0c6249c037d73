//! A head that learns from corrections is a new head: the old one stays as it is, a training that was stopped goes on or leaves its
//! best head, and one that is killed loses no epoch that was over.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mettle_core::base::{Labels, Said, Task, TimeSpan};
use mettle_core::data::{SoundingMask, Targets};
use mettle_core::engine::{
    DeviceChoice, Engine, EngineOptions, FineTune, HeadChoice, HeadLine, JobId, JobSpec, Learned,
    ModelChoice, ReplyBody, TaughtClip, TrainedHead, TrainingStage, WhichHead, clean_head,
};
use mettle_core::features::FeatureCache;
use mettle_core::media::Clip;
use mettle_core::model::HeadCatalogue;
use mettle_core::train::{Epoch, OptimiserConfig, TrainConfig};
use mettle_tests::program::{alone, talking_picture};
use mettle_tests::tiny_model;

use super::fake_jobs::{PATIENCE, is_end};

pub(super) fn engine(folder: &Path) -> Engine {
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

pub(super) fn run(engine: &Engine, spec: JobSpec) -> Vec<ReplyBody> {
    hear(engine, engine.submit(spec))
}

pub(super) fn clip(engine: &Engine, path: &Path) -> Arc<Clip> {
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

pub(super) fn lesson(model: &Path, clip: &Arc<Clip>, classes: &[&str]) -> FineTune {
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
            opened: true,
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

pub(super) fn train(spec: FineTune) -> JobSpec {
    JobSpec::FineTune(Box::new(spec))
}

fn epochs(said: &[ReplyBody]) -> Vec<Epoch> {
    let of = |body: &ReplyBody| match body {
        ReplyBody::Epoch(epoch) => Some(*epoch),
        _ => None,
    };
    said.iter().filter_map(of).collect()
}

pub(super) fn trained(said: &[ReplyBody]) -> &TrainedHead {
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
    let mut told = Vec::new();
    while told.len() < 3 {
        let reply = second.wait_for_reply(PATIENCE).expect("a reply");
        match reply.body {
            ReplyBody::Epoch(Epoch { epoch, .. }) => told.push(epoch),
            // Which clips were not found comes before, though it be none.
            ReplyBody::Missing(_) => {}
            other => panic!("it tells what is over: {other:?}"),
        }
    }
    second.cancel(job);
    hear(&second, job);
    assert_eq!(told, [1, 2, 3], "no epoch that was over is lost");
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

/// In a process of its own: training draws random numbers.
#[test]
fn clips_of_the_project_are_learned_from_wherever_they_are_and_a_deleted_word_never_comes_back() {
    alone("engine::fine_tuning::of_the_project");
}

/// A clip as the project knows it that is not open.
fn closed(clip: &Clip, class: usize, path: &Path) -> TaughtClip {
    let seconds = TimeSpan::seconds_of(clip.duration).len();
    TaughtClip {
        clip: Arc::new(Clip {
            path: path.into(),
            video: None,
            audio: None,
            ..clip.clone()
        }),
        opened: false,
        targets: targets(class, 3, seconds),
        held_out: false,
    }
}

#[test]
#[ignore = "run by the one above"]
fn of_the_project() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let model = at("model");
    std::fs::create_dir_all(&model).unwrap();
    tiny_model::write(&model);
    for (name, seconds) in [("kept.mp4", "3"), ("there.mp4", "2"), ("gone.mp4", "4")] {
        talking_picture(seconds, &at(name));
    }
    let engine = engine(folder.path());
    let clips = ["kept.mp4", "there.mp4", "gone.mp4"].map(|name| clip(&engine, &at(name)));
    let mut spec = lesson(&model, &clips[0], &tiny_model::LABELS);
    spec.config.epochs = 3;
    // Its features are there from now on.
    trained(&run(&engine, train(spec.clone())));
    std::fs::remove_file(at("kept.mp4")).unwrap();
    std::fs::remove_file(at("gone.mp4")).unwrap();
    spec.clips = vec![
        closed(&clips[0], 0, &at("kept.mp4")),
        closed(&clips[1], 1, &at("there.mp4")),
        closed(&clips[2], 2, &at("gone.mp4")),
    ];
    let missing = |said: &[ReplyBody]| {
        let found = said.iter().find_map(|body| match body {
            ReplyBody::Missing(clips) => Some(clips.clone()),
            _ => None,
        });
        found.expect("it is said which are missing")
    };
    let find = FineTune {
        stage: TrainingStage::Find,
        ..spec.clone()
    };
    let said = run(&engine, train(find));
    assert_eq!(missing(&said), [clips[2].id]);
    assert_eq!(said.len(), 2, "nothing else is done: {said:?}");
    let said = run(&engine, train(spec.clone()));
    assert_eq!(missing(&said), [clips[2].id]);
    let both = trained(&said).clone();
    assert_eq!(
        both.learned.said, 5,
        "the seconds of the two that were found"
    );

    // Another file lies where the second one lay.
    talking_picture("4", &at("there.mp4"));
    spec.clips.remove(2);
    let fresh = FeatureCache::at(folder.path().join("features"));
    fresh.clear().unwrap();
    let said = run(&engine, train(spec.clone()));
    assert!(
        matches!(said.last(), Some(ReplyBody::Failed(_))),
        "{said:?}"
    );
    assert_eq!(missing(&said), [clips[0].id, clips[1].id]);

    deleted(folder.path(), &model);
}

/// A word was learned and then deleted: the next head is, number by number, the one that never met it.
fn deleted(folder: &Path, model: &Path) {
    let path = folder.join("corrected.mp4");
    talking_picture("3", &path);
    let learns = |heads: &str, with: bool| {
        let place = folder.join(heads);
        let engine = engine(&place);
        let clip = clip(&engine, &path);
        let mut spec = lesson(model, &clip, &tiny_model::LABELS);
        spec.config.epochs = 5;
        spec.clips[0].targets.both.set(0, 0, Said::No);
        let words = |spec: &FineTune| {
            let clips = spec
                .clips
                .iter()
                .map(|taught| (taught.clip.id, &taught.targets));
            Learned::of(Task::Localize, &spec.labels, clips)
        };
        let list_of = |engine: &Engine| self::heads(engine, model, None);
        if with {
            let mut wrong = spec.clone();
            wrong.clips[0].targets.both.set(1, 0, Said::No);
            let first = trained(&run(&engine, train(wrong.clone()))).clone();
            let list = list_of(&engine);
            assert!(first.head.taught.is_within(&words(&wrong)));
            let next = clean_head(&list, first.head.id, &words(&wrong));
            assert_eq!(next, Some(first.head.id), "all of it is still said");
            assert_eq!(clean_head(&list, first.head.id, &words(&spec)), None);
        }
        trained(&run(&engine, train(spec))).head.id
    };
    assert_eq!(learns("with", true), learns("without", false));
}

/// In a process of its own: training draws random numbers.
#[test]
fn masks_that_a_person_drew_are_learned_and_seconds_without_one_are_left_out() {
    alone("engine::fine_tuning::drawn_masks");
}

#[test]
#[ignore = "run by the one above"]
fn drawn_masks() {
    let folder = tempfile::tempdir().unwrap();
    let (model, file) = (folder.path().join("model"), folder.path().join("clip.mp4"));
    std::fs::create_dir_all(&model).unwrap();
    tiny_model::write_with(&model, &[Task::Segment]);
    talking_picture("3", &file);
    let engine = engine(folder.path());
    let clip = clip(&engine, &file);
    let mut spec = lesson(&model, &clip, &[tiny_model::SOUNDING]);
    spec.head.which = WhichHead::For(Task::Segment);
    spec.config = TrainConfig {
        epochs: 150,
        schedule: None,
        optimiser: OptimiserConfig {
            rate: 5e-3,
            ..OptimiserConfig::default()
        },
        ..TrainConfig::single_source()
    };
    let mut drawn = Targets::unknown(3, 1);
    let (rows, columns) = (36, 64);
    for mask in &mut drawn.masks[..2] {
        let sounds = (0..rows * columns).map(|at| at % columns < columns / 2);
        *mask = Some(SoundingMask {
            size: (rows, columns),
            sounds: sounds.collect(),
        });
    }
    spec.clips[0].targets = drawn.clone();
    let said = run(&engine, train(spec.clone()));
    let new = trained(&said);
    assert_eq!(new.learned.said, 2, "the third second says nothing");
    assert_eq!(new.learned.after(), 2, "both masks are covered");
    let words = |targets: &Targets| {
        let clips = [(clip.id, targets)];
        Learned::of(Task::Segment, &spec.labels, clips)
    };
    assert!(new.head.taught.is_within(&words(&drawn)));
    drawn.masks[1] = None;
    assert!(
        !new.head.taught.is_within(&words(&drawn)),
        "one was taken back"
    );
}
