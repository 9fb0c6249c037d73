//! Vectors on a plane: groups that lie apart stay apart, in steps that never take long, for any number of them.

use mettle_core::base::Rng;
use mettle_core::predict::Plane;

/// Vectors around some corners of a cube of many sides.
fn groups(count: usize, of: usize) -> Vec<Vec<f32>> {
    let mut rng = Rng::new(5);
    let corner = |group: usize, side: usize| if side % count == group { 1.0 } else { 0.0 };
    let rows = (0..count * of).map(|row| {
        let row = row % count;
        let side = |side| corner(row, side) + 0.2 * rng.noise();
        (0..24).map(side).collect()
    });
    rows.collect()
}

fn laid_out(rows: Vec<Vec<f32>>) -> Vec<[f32; 2]> {
    let mut plane = Plane::new(rows);
    while plane.step() {}
    let (done, of) = plane.progress();
    assert!(done <= of);
    plane.places()
}

#[test]
fn the_nearest_on_the_plane_are_of_the_same_group() {
    let places = laid_out(groups(4, 30));
    let away = |a: [f32; 2], b: [f32; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
    let mut same = 0;
    for (at, place) in places.iter().enumerate() {
        assert!(
            place.iter().all(|side| (0.0..=1.0).contains(side)),
            "{place:?}"
        );
        let others = (0..places.len()).filter(|other| *other != at);
        let near =
            others.min_by(|a, b| away(*place, places[*a]).total_cmp(&away(*place, places[*b])));
        same += usize::from(near.expect("another") % 4 == at % 4);
    }
    assert!(same >= 117, "{same} of 120");
}

#[test]
fn any_number_of_vectors_and_equal_ones_have_places() {
    for count in [0, 1, 2, 3, 4, 7, 11] {
        assert_eq!(laid_out(groups(1, count)).len(), count);
    }
    let equal = laid_out(vec![vec![1.0; 8]; 20]);
    assert!(equal.iter().flatten().all(|side| side.is_finite()));
}

/// Whoever waits for thousands can stop between two of many steps.
#[test]
fn thousands_take_many_steps() {
    let mut plane = Plane::new(groups(10, 300));
    let mut steps = 0;
    while plane.step() {
        steps += 1;
    }
    assert!(steps > 100, "{steps} steps");
}
