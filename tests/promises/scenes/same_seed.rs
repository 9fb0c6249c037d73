//! The same seed gives the same scene, to the byte; another seed another one.

use mettle_core::base::Time;
use mettle_core::data::scenes::{SceneTask, Split};

use super::scenes;

#[test]
fn same_seed_same_scene() {
    for task in super::TASKS {
        let one = scenes(task, Split::Train, 40..44);
        let other = scenes(task, Split::Train, 40..44);
        for (one, other) in one.iter().zip(&other) {
            assert_eq!(one.truth(), other.truth());
            assert_eq!(one.sound(), other.sound());
            for secs in [0.5, 2.5, 4.9] {
                let t = Time::from_secs_f64(secs);
                assert_eq!(one.frame(t), other.frame(t));
                let (stage, again) = (one.stage(64, 64), other.stage(64, 64));
                assert_eq!(stage.mask(t), again.mask(t));
            }
        }
    }
}

#[test]
fn another_seed_is_another_scene() {
    let all = scenes(SceneTask::Localize, Split::Train, 0..12);
    let t = Time::from_secs_f64(5.0);
    for (i, one) in all.iter().enumerate() {
        for other in &all[i + 1..] {
            assert_ne!(one.frame(t), other.frame(t));
            assert_ne!(one.sound(), other.sound());
        }
    }
}

/// Frames of one scene drawn for the first time and drawn again on a stage kept are the same.
#[test]
fn a_stage_kept_changes_nothing() {
    let scene = &scenes(SceneTask::Localize, Split::Test, 7..8)[0];
    let stage = scene.stage(96, 54);
    for second in scene.seconds() {
        assert_eq!(stage.frame(second.middle()), scene.frame(second.middle()));
    }
}
