//! Seconds most like one: by sight, by sound or both, of one head alone, the likest first.

use mettle_core::base::{ClipId, ContentHash, HeadId};
use mettle_core::predict::{DistilledSeconds, Likeness};

fn clip(number: u8) -> ClipId {
    ClipId(ContentHash([number; 32]))
}

fn head(number: u8) -> HeadId {
    HeadId(ContentHash([number; 32]))
}

/// Two numbers of sight, two of sound, as angles in degrees; lengths say nothing.
fn second(sight: f32, sound: f32, length: f32) -> Vec<f32> {
    let of = |angle: f32| {
        [
            angle.to_radians().cos() * length,
            angle.to_radians().sin() * length,
        ]
    };
    [of(sight), of(sound)].concat()
}

fn some() -> DistilledSeconds {
    let mut all = DistilledSeconds::default();
    all.add(
        head(1),
        clip(1),
        0,
        &[second(0.0, 0.0, 1.0), second(10.0, 90.0, 3.0)],
    );
    all.add(
        head(1),
        clip(2),
        0,
        &[second(90.0, 5.0, 0.5), second(20.0, 20.0, 7.0)],
    );
    all.add(head(2), clip(3), 0, &[second(0.0, 0.0, 1.0)]);
    all
}

fn found(all: &DistilledSeconds, by: Likeness, most: usize) -> Vec<(ClipId, usize, f32)> {
    let found = all.nearest(head(1), (clip(1), 0), by, most).expect("known");
    found
        .iter()
        .map(|near| (near.clip, near.segment, near.likeness))
        .collect()
}

#[test]
fn the_likest_come_first_and_never_the_second_itself() {
    let all = some();
    let order = |by| {
        let found = found(&all, by, 9);
        let places = found.iter().map(|(clip, segment, _)| (*clip, *segment));
        places.collect::<Vec<_>>()
    };
    let (own, crossed, near) = ((clip(1), 1), (clip(2), 0), (clip(2), 1));
    assert_eq!(order(Likeness::Sight), [own, near, crossed]);
    assert_eq!(order(Likeness::Sound), [crossed, near, own]);
    assert_eq!(order(Likeness::Both), [near, crossed, own]);
    let by_both = found(&all, Likeness::Both, 1);
    assert_eq!(by_both.len(), 1);
    assert!((by_both[0].2 - 20.0_f32.to_radians().cos()).abs() < 1e-3);
}

#[test]
fn what_is_distilled_anew_replaces_what_was() {
    let mut all = some();
    assert_eq!((all.len(head(1)), all.len(head(2))), (4, 1));
    all.add(
        head(1),
        clip(2),
        1,
        &[second(0.0, 0.0, 2.0), second(180.0, 180.0, 2.0)],
    );
    assert_eq!(all.len(head(1)), 5);
    let first = found(&all, Likeness::Both, 1)[0];
    assert_eq!((first.0, first.1), (clip(2), 1));
    assert!((first.2 - 1.0).abs() < 1e-3);
    let last = *found(&all, Likeness::Both, 9).last().expect("four");
    assert!((last.2 + 1.0).abs() < 1e-3, "the opposite comes last");
}

#[test]
fn of_what_is_not_known_nothing_is_said() {
    let all = some();
    assert_eq!(all.nearest(head(1), (clip(3), 0), Likeness::Both, 9), None);
    assert_eq!(all.nearest(head(1), (clip(1), 2), Likeness::Both, 9), None);
    let alone = all.nearest(head(2), (clip(3), 0), Likeness::Both, 9);
    assert_eq!(alone.map(|found| found.len()), Some(0));
    assert!(all.is_empty(head(3)));
}
