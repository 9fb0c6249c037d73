//! What is said to be true of a scene is what is drawn and sounds in it.

use mettle_core::base::{Time, TimeSpan};
use mettle_core::data::scenes::{RATE, Scene, SceneTask, Split, Truth};

use super::{loudness, scenes};

fn all_tasks() -> Vec<Scene> {
    super::TASKS
        .into_iter()
        .flat_map(|task| scenes(task, Split::Train, 100..125))
        .collect()
}

fn part(sound: &[f32], span: TimeSpan) -> &[f32] {
    let at = |t: Time| t.to_samples(RATE) as usize;
    &sound[at(span.start)..at(span.end)]
}

/// Every second in which a class is heard is louder, by a clear margin, than the scene's own background noise: measured
/// in a second in which nothing at all is heard, where there is one. Ticks and barks have silences, hence whole seconds.
#[test]
fn what_is_audible_has_energy() {
    let mut compared = 0;
    for scene in all_tasks() {
        let (truth, sound) = (scene.truth(), scene.sound());
        let seconds = scene.seconds();
        let heard = |second: TimeSpan, share| truth.heard(second, share).count();
        let quiet = seconds
            .iter()
            .filter(|s| heard(**s, 1e-9) == 0)
            .map(|s| loudness(part(&sound, *s)))
            .min_by(f64::total_cmp);
        let Some(quiet) = quiet else { continue };
        for second in &seconds {
            if heard(*second, 0.99) > 0 {
                let loud = loudness(part(&sound, *second));
                assert!(loud > quiet + 3.0, "{loud:.1} dB against {quiet:.1} dB");
                compared += 1;
            }
        }
    }
    assert!(compared > 100, "only {compared} seconds could be compared");
}

/// The mask is there exactly when a class sounds on screen, and the pixels it marks differ from those without it.
#[test]
fn what_sounds_on_screen_has_a_mask() {
    let (mut with, mut without) = (0, 0);
    for scene in all_tasks() {
        let (truth, stage) = (scene.truth(), scene.stage(96, 54));
        for second in scene.seconds() {
            let t = second.middle();
            let both = |span: Option<TimeSpan>| span.is_some_and(|span| span.contains(t));
            let sounding = truth.classes.iter().any(|class| both(class.both()));
            let marked = stage.mask(t).data.iter().filter(|v| **v == 255).count();
            let others = stage
                .mask(t)
                .data
                .iter()
                .filter(|v| **v != 0 && **v != 255)
                .count();
            assert_eq!(others, 0, "a mask is 0 or 255");
            if sounding {
                // The smallest drawing at the smallest size, partly hidden: still dozens of pixels of 96 x 54.
                assert!(marked >= 20, "{marked} pixels");
                with += 1;
            } else {
                assert_eq!(marked, 0);
                without += 1;
            }
        }
    }
    assert!(
        with > 150 && without > 100,
        "{with} with, {without} without"
    );
}

/// What is visible is drawn: taking time just before its entry against just after changes the picture.
#[test]
fn what_appears_is_drawn() {
    let mut entries = 0;
    for scene in all_tasks() {
        let stage = scene.stage(96, 54);
        for class in scene.truth().classes {
            let Some(seen) = class.visible.filter(|seen| seen.start > Time::ZERO) else {
                continue;
            };
            let moment = Time::from_micros(1000);
            let (before, after) = (stage.frame(seen.start - moment), stage.frame(seen.start));
            let pairs = before.data.chunks(3).zip(after.data.chunks(3));
            let changed = pairs.filter(|(a, b)| a != b).count();
            assert!(changed > 20, "{changed} pixels changed");
            entries += 1;
        }
    }
    assert!(entries > 20);
}

/// A second's label is the class heard and seen in it; in scenes for localization there is one stretch of whole seconds,
/// at least two long, as in AVE.
#[test]
fn labels_are_the_intersection() {
    let mut events = 0;
    for scene in scenes(SceneTask::Localize, Split::Train, 0..300) {
        let truth = scene.truth();
        assert_eq!(truth.labels.len(), 10);
        for (second, label) in scene.seconds().into_iter().zip(&truth.labels) {
            let covers = |span: TimeSpan| span.intersection(second) == Some(second);
            let both = truth.classes.iter().find(|c| c.both().is_some_and(covers));
            assert_eq!(both.map_or(Truth::BACKGROUND, |c| c.class), *label);
        }
        let happening: Vec<usize> = (0..10)
            .filter(|t| truth.labels[*t] != Truth::BACKGROUND)
            .collect();
        let Some((first, last)) = happening.first().zip(happening.last()) else {
            continue;
        };
        events += 1;
        assert!(happening.len() >= 2 && last - first + 1 == happening.len());
        let overlapping = truth.classes.iter().filter_map(|c| c.both()).count();
        assert_eq!(overlapping, 1, "one class is both heard and seen");
    }
    // Eight of nine scenes have an event: 267 of 300, give or take three deviations.
    assert!((250..285).contains(&events), "{events} of 300");
}

/// The pictures of one scene with the sound of another: each class is seen when it is seen in the one, heard when it is
/// heard in the other, and labelled where it is both.
#[test]
fn recombined_scenes_are_true() {
    let (pictures, sound) = (
        scenes(SceneTask::Parse, Split::Train, 0..60),
        scenes(SceneTask::Parse, Split::Train, 60..120),
    );
    let mut together = 0;
    for (one, other) in pictures.iter().zip(&sound) {
        let (seen, heard) = (one.truth(), other.truth());
        let both = Truth::recombined(&seen, &heard);
        for second in one.seconds() {
            let t = second.middle();
            let classes = |found: &mut dyn Iterator<Item = usize>| {
                found.collect::<std::collections::BTreeSet<_>>()
            };
            let (saw, has_seen) = (classes(&mut seen.seen(t)), classes(&mut both.seen(t)));
            let (hears, has_heard) = (
                classes(&mut heard.audible(t)),
                classes(&mut both.audible(t)),
            );
            assert_eq!((&saw, &hears), (&has_seen, &has_heard));
            let label = both.labels[(t.as_secs_f64()) as usize];
            match saw.intersection(&hears).next() {
                Some(_) => assert!(saw.contains(&label) && hears.contains(&label)),
                None => assert_eq!(label, Truth::BACKGROUND),
            }
            together += usize::from(label != Truth::BACKGROUND);
        }
        let twice = both.classes.iter().filter(|c| c.both().is_some()).count();
        assert_eq!(both.events(), twice);
    }
    assert!(together > 10, "{together}");
}
