//! The demo model's head learns two things it has never met from eight clips, and goes on knowing what it knew: on newcomers and scenes
//! that ways to learn are chosen by, so that what is measured stays unseen.

use mettle_core::train::{FewShot, Keeping};
use mettle_tests::program::alone;

/// Clips that are taught, and others of each kind that are asked.
const CLIPS: [usize; 2] = [8, 12];

/// In a process of its own: training draws random numbers.
#[test]
fn newcomers_are_learned_and_what_was_known_stays() {
    alone("train::newcomers::learned");
}

#[test]
#[ignore = "run by the one above"]
fn learned() {
    let [taught, asked] = CLIPS;
    let shot = FewShot::new(&[101, 102], taught, asked, 9).expect("the demo model");
    let teach = |keeping| {
        shot.teach(&shot.config(taught), keeping)
            .expect("it learns")
    };
    let (kept, free) = (teach(Keeping::USUAL), teach(Keeping::NOTHING));
    let [before, after] = kept.new;
    assert!(after > before + 0.2, "{kept:?}");
    let [before, after] = kept.old;
    assert!(after > before - 0.1, "{kept:?}");
    assert!(after > free.old[1], "it forgets more otherwise: {free:?}");
    let all = shot
        .deny(&shot.config(1), 4, Keeping::USUAL)
        .expect("learns");
    let [gone, denied] = all.gone;
    assert!(denied > 0 && gone * 10 >= denied * 9, "{all:?}");
    let [there, others] = all.kept;
    assert!(there * 10 >= others * 8, "{all:?}");
}
