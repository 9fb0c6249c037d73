//! A mask that is taught costs other clips' masks little: drawn scenes, replayed, hold the demo model's head to what it said.

use std::path::Path;
use std::sync::Arc;

use mettle_core::base::Task;
use mettle_core::data::{SoundingMask, Targets};
use mettle_core::engine::{Engine, HeadChoice, JobSpec, ModelChoice, ReplyBody, WhichHead};
use mettle_core::media::Clip;
use mettle_core::predict::{Detail, ProbabilityMap};
use mettle_core::train::TrainConfig;
use mettle_tests::program::alone;

use super::fine_tuning::{clip, engine, lesson, run, train, trained};

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/demo/clips");
const OWN: WhichHead = WhichHead::For(Task::Segment);

fn of_demo(which: WhichHead) -> HeadChoice {
    let model = ModelChoice::Demo;
    HeadChoice { model, which }
}

/// What a head says of a clip.
fn masks(engine: &Engine, clip: &Arc<Clip>, which: WhichHead) -> Vec<ProbabilityMap> {
    let (clip, head) = (Arc::clone(clip), of_demo(which));
    let said = run(engine, JobSpec::Predict { clip, head });
    let parts = said.into_iter().filter_map(|body| match body {
        ReplyBody::Prediction(part) => Some(part.detail),
        _ => None,
    });
    let masks = parts.filter_map(|detail| match detail {
        Detail::Segmented { masks } => Some(masks),
        _ => None,
    });
    masks.flatten().collect()
}

/// Places that sound for one and not for the other, as a share of those that sound for either.
fn apart(old: &[ProbabilityMap], new: &[ProbabilityMap]) -> f64 {
    assert_eq!(old.len(), new.len());
    let places = |all: &[ProbabilityMap]| -> Vec<bool> {
        all.iter().flat_map(|mask| mask.above(0.5)).collect()
    };
    let pairs = || places(old).into_iter().zip(places(new));
    let either = pairs().filter(|(old, new)| *old || *new).count();
    pairs().filter(|(old, new)| old != new).count() as f64 / either.max(1) as f64
}

/// Of three seconds somebody said that the left half sounds: a strange thing to learn.
fn left_half(seconds: usize) -> Targets {
    let mut targets = Targets::unknown(seconds, 1);
    let (rows, columns) = (36, 64);
    for mask in &mut targets.masks[3..6] {
        let sounds = (0..rows * columns).map(|at| at % columns < columns / 2);
        *mask = Some(SoundingMask {
            size: (rows, columns),
            sounds: sounds.collect(),
        });
    }
    targets
}

#[test]
fn a_mask_that_is_taught_leaves_other_clips_masks() {
    alone("engine::mask_replay::others_stay");
}

#[test]
#[ignore = "run by the one above"]
fn others_stay() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path());
    let open = |name: &str| clip(&engine, &Path::new(DEMO).join(name));
    let (dog, others) = (open("dog.mp4"), ["accordion.mp4", "race-car.mp4"].map(open));
    let old = others.each_ref().map(|clip| masks(&engine, clip, OWN));
    let usual = TrainConfig::few_clips(Task::Segment, 1, 120);
    let changed = |replay: usize| {
        let mut spec = lesson(Path::new("unused"), &dog, &["Sounding"]);
        spec.head = of_demo(OWN);
        spec.pseudo_labels = true;
        spec.clips[0].targets = left_half(10);
        spec.config = TrainConfig {
            replay,
            ..usual.clone()
        };
        let said = run(&engine, train(spec));
        let new = trained(&said);
        assert_eq!(new.learned.after(), 3, "all that was said is in the head");
        let which = WhichHead::Named(new.head.id);
        let each = others.iter().zip(&old);
        let each = each.map(|(clip, old)| apart(old, &masks(&engine, clip, which)));
        each.sum::<f64>() / 2.0
    };
    let (replayed, alone) = (changed(usual.replay), changed(0));
    println!("{replayed:.3} with replay, {alone:.3} without");
    assert!(replayed < alone / 2.0, "{replayed:.3} against {alone:.3}");
}
