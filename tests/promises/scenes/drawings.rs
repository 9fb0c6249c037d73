//! The cast: AVE's own names, drawings of our own, some of them kept for the test.

use std::collections::BTreeSet;

use mettle_core::data::scenes::{CATEGORIES, Scene, SceneOptions, Split, TRAIN_VARIANTS, VARIANTS};

use super::scenes;

/// AVE's categories in its class order, from its `Annotations.txt`.
const AVE: [&str; 28] = [
    "Church bell",
    "Male speech, man speaking",
    "Bark",
    "Fixed-wing aircraft, airplane",
    "Race car, auto racing",
    "Female speech, woman speaking",
    "Helicopter",
    "Violin, fiddle",
    "Flute",
    "Ukulele",
    "Frying (food)",
    "Truck",
    "Shofar",
    "Motorcycle",
    "Acoustic guitar",
    "Train horn",
    "Clock",
    "Banjo",
    "Goat",
    "Baby cry, infant cry",
    "Bus",
    "Chainsaw",
    "Cat",
    "Horse",
    "Toilet flush",
    "Rodents, rats, mice",
    "Accordion",
    "Mandolin",
];

#[test]
fn the_cast_is_of_ave_in_its_order() {
    let places: Vec<usize> = CATEGORIES
        .iter()
        .map(|c| AVE.iter().position(|name| *name == c.label).unwrap())
        .collect();
    assert!(places.len() >= 16);
    assert!(places.is_sorted_by(|a, b| a < b));
}

#[test]
fn drawings_of_the_test_are_never_in_training() {
    for task in super::TASKS {
        for (split, allowed) in [
            (Split::Train, 0..TRAIN_VARIANTS),
            (Split::Test, TRAIN_VARIANTS..VARIANTS),
        ] {
            let drawn: Vec<(usize, usize)> = scenes(task, split, 0..150)
                .iter()
                .flat_map(Scene::drawings)
                .collect();
            assert!(drawn.len() > 100);
            assert!(drawn.iter().all(|(_, variant)| allowed.contains(variant)));
        }
    }
    let close_ups = (0..100).flat_map(|seed| {
        let options = SceneOptions::default();
        Scene::close_up(seed, &options).drawings()
    });
    assert!(
        close_ups
            .into_iter()
            .all(|(_, variant)| variant < TRAIN_VARIANTS)
    );
}

/// Every drawing of every class appears, and none is blank or the same as another.
#[test]
fn every_drawing_is_a_picture_of_its_own() {
    let mut seen = BTreeSet::new();
    for split in [Split::Train, Split::Test] {
        let options = SceneOptions {
            split,
            width: 64,
            height: 36,
            ..SceneOptions::default()
        };
        for seed in 0..1500 {
            let scene = Scene::close_up(seed, &options);
            let (drawing, t) = (scene.drawings()[0], scene.seconds()[4].middle());
            if seen.insert(drawing) {
                let mask = scene.stage(64, 36).mask(t);
                let covered = mask.data.iter().filter(|v| **v == 255).count();
                assert!(
                    covered > 64,
                    "{drawing:?} covers {covered} pixels of 64 x 36"
                );
            }
        }
    }
    assert_eq!(seen.len(), CATEGORIES.len() * VARIANTS);
    let sprites = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/sprites");
    let mut files = BTreeSet::new();
    for category in &CATEGORIES {
        for variant in 1..=VARIANTS {
            let path = format!("{sprites}/{}/{variant}.svg", category.slug);
            assert!(
                files.insert(std::fs::read_to_string(path).unwrap()),
                "drawn twice"
            );
        }
    }
}
