//! One clip and one cache: after the first task the others, and attention, need neither decoder nor backbone.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mettle_core::base::Task;
use mettle_core::engine::{
    DeviceChoice, Engine, EngineOptions, HeadChoice, JobSpec, ModelChoice, ReplyBody, WhichHead,
};
use mettle_core::features::FeatureCache;
use mettle_core::media::Clip;
use mettle_core::predict::{Attention, Prediction};
use mettle_tests::parts::growing;
use mettle_tests::program::talking_picture;
use mettle_tests::tiny_model;

const PATIENCE: Duration = Duration::from_secs(60);

fn engine(cache: Option<&Path>) -> Engine {
    let options = EngineOptions {
        device: DeviceChoice::Cpu,
        features: cache.map(|folder| FeatureCache::at(folder.into())),
        ..EngineOptions::default()
    };
    Engine::start(options, || {}).expect("threads start")
}

/// What a job says until its end, which is a good one.
fn hear(engine: &Engine, spec: JobSpec) -> Vec<ReplyBody> {
    let job = engine.submit(spec);
    let mut said = Vec::new();
    loop {
        let reply = engine.wait_for_reply(PATIENCE).expect("a reply");
        match reply.body {
            _ if reply.job != job => {}
            ReplyBody::Done => return said,
            ReplyBody::Failed(problem) => panic!("{problem:?}"),
            body => said.push(body),
        }
    }
}

fn predict(engine: &Engine, clip: &Arc<Clip>, task: Task, model: &Path) -> Arc<Prediction> {
    let said = hear(
        engine,
        JobSpec::Predict {
            clip: clip.clone(),
            head: HeadChoice {
                model: ModelChoice::Folder(model.into()),
                which: WhichHead::For(task),
            },
        },
    );
    growing(&said).pop().expect("an answer")
}

fn attend(engine: &Engine, clip: &Arc<Clip>, task: Task, model: &Path) -> Arc<Attention> {
    let said = hear(
        engine,
        JobSpec::Attention {
            clip: clip.clone(),
            head: HeadChoice {
                model: ModelChoice::Folder(model.into()),
                which: WhichHead::For(task),
            },
            segment: 2,
        },
    );
    let found = said.into_iter().find_map(|body| match body {
        ReplyBody::Attention(attention) => Some(attention),
        _ => None,
    });
    found.expect("an answer")
}

#[test]
fn all_tasks_and_attention_read_the_features_of_the_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.mp4");
    talking_picture("4", &path);
    let model = folder.path().join("model");
    tiny_model::write_with(&model, &Task::ALL);
    let clip = Arc::new(Clip::open(&path).expect("a clip"));
    let fresh = attend(&engine(None), &clip, Task::Localize, &model);
    let engine = engine(Some(&folder.path().join("cache")));
    let localized = predict(&engine, &clip, Task::Localize, &model);
    assert_eq!(localized.scores.len(), 4);
    // Whoever decodes now, fails.
    std::fs::remove_file(&path).expect("the clip is gone");
    let parsed = predict(&engine, &clip, Task::Parse, &model);
    let masked = predict(&engine, &clip, Task::Segment, &model);
    assert_eq!((parsed.scores.len(), masked.scores.len()), (4, 4));
    assert!((0..4).all(|segment| masked.mask(segment).is_some()));
    let kept = attend(&engine, &clip, Task::Localize, &model);
    same_reading(&fresh, &kept);
    for task in [Task::Parse, Task::Segment] {
        assert_eq!(attend(&engine, &clip, task, &model).task, task);
    }
}

fn same_reading(fresh: &Attention, kept: &Attention) {
    assert_eq!((fresh.segment, kept.segment), (2, 2));
    assert_eq!(kept.tokens(), 2, "two visual meta-tokens a layer");
    assert!(
        kept.layers().len() >= 2,
        "layers apart: {:?}",
        kept.layers()
    );
    let both = |a: &Attention| [a.picture.clone(), a.sound.clone()].concat();
    let (fresh, kept) = (both(fresh), both(kept));
    assert_eq!(fresh.len(), kept.len());
    for (a, b) in fresh.iter().zip(&kept) {
        assert_eq!((a.layer, a.token, a.grid), (b.layer, b.token, b.grid));
        assert_eq!(a.weights.len(), a.grid.0 * a.grid.1);
        let sum: f32 = a.weights.iter().sum();
        assert!((sum - 1.0).abs() < 1e-4, "shares of one: {sum}");
        // Kept features are rounded to 16 bit.
        let apart = a.weights.iter().zip(&b.weights).map(|(x, y)| (x - y).abs());
        assert!(apart.fold(0.0, f32::max) < 5e-3);
    }
}
