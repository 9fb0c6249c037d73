//! Scenes for segmentation have as many sources as they say.

use mettle_core::base::Time;
use mettle_core::data::scenes::{CATEGORIES, Scene, SceneOptions, SceneTask, Split};

use super::scenes;

/// How many classes sound in the middle of each second.
fn sounding(scene: &Scene) -> Vec<usize> {
    let truth = scene.truth();
    let at = |t: Time| {
        let heard = |c: &&mettle_core::data::scenes::ClassTruth| {
            c.audible.is_some_and(|span| span.contains(t))
        };
        truth.classes.iter().filter(heard).count()
    };
    scene.seconds().iter().map(|s| at(s.middle())).collect()
}

#[test]
fn one_source_or_several() {
    let single: Vec<Vec<usize>> = scenes(SceneTask::Segment, Split::Train, 0..200)
        .iter()
        .map(sounding)
        .collect();
    assert!(
        single
            .iter()
            .all(|s| s.len() == 5 && s.iter().max() == Some(&1))
    );
    let many: Vec<Vec<usize>> = scenes(SceneTask::SegmentMany, Split::Train, 0..200)
        .iter()
        .map(sounding)
        .collect();
    let share = |n: usize| many.iter().filter(|s| s.contains(&n)).count();
    // Silence, one, two and three at once all occur often enough to be learned and measured.
    assert!(share(0) > 20 && share(1) > 60 && share(2) > 60 && share(3) > 5);
    assert!(many.iter().all(|s| s.iter().any(|n| *n > 0)));
}

/// Only classes of the task's data set, unless all are asked for.
#[test]
fn the_cast_is_that_of_the_data_set() {
    for (task, all_classes) in [
        (SceneTask::Parse, false),
        (SceneTask::SegmentMany, false),
        (SceneTask::Segment, true),
    ] {
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..300 {
            let options = SceneOptions {
                task,
                all_classes,
                ..SceneOptions::default()
            };
            let classes = Scene::generate(seed, &options).truth().classes;
            seen.extend(classes.iter().map(|c| c.class));
        }
        let known = |class: usize| match task {
            SceneTask::Parse => CATEGORIES[class].llp.is_some(),
            _ => CATEGORIES[class].avsbench.is_some(),
        };
        let expected = (0..CATEGORIES.len()).filter(|class| all_classes || known(*class));
        assert!(seen.into_iter().eq(expected));
    }
}
