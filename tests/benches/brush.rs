//! How long one stamp of the brush takes on a picture of 9,000 pixels, from the pointer to the map that is laid over the picture:
//! `cargo bench --workspace --bench brush`. Sixty a second leave 16 ms for each.

use std::sync::Arc;
use std::time::Instant;

use mettle_core::base::{ClipId, LabelId, TimeSpan};
use mettle_core::predict::{ProbabilityMap, SecondMask};
use mettle_core::project::{Area, Change, Corrections, Draft, Scope};

const SIZE: (u32, u32) = (9_000, 6_000);
const STAMPS: usize = 300;
/// As fine as the window lays it over the picture.
const LONGEST: u32 = 1024;

fn main() {
    let label = LabelId::named("Sounding object");
    let wave = |at: usize| ((at % 224) as f32 * 0.13).sin() * ((at / 224) as f32 * 0.07).cos();
    let model = ProbabilityMap::new(224, 224, (0..224 * 224).map(|at| 0.5 + 0.45 * wave(at)));
    let begin = Instant::now();
    let mut mask = Arc::new(model.runs_above(SIZE.0, SIZE.1, 0.5));
    let first = begin.elapsed().as_secs_f64() * 1e3;
    let mut draft = Draft::new(Scope::Clip(ClipId::default()), Corrections::default());
    let mut took: Vec<f64> = Vec::new();
    let mut at = [4_500.0, 3_000.0];
    let mut known: Option<(SecondMask, ProbabilityMap)> = None;
    for stamp in 0..STAMPS {
        let angle = stamp as f32 * 0.11;
        let to = [
            4_500.0 + 4_000.0 * angle.cos(),
            3_000.0 + 2_500.0 * (angle * 0.7).sin(),
        ];
        let begin = Instant::now();
        let area = Area::of_stroke(SIZE, at, to, 180.0);
        mask = Arc::new(mask.painted(&area, stamp % 5 != 4));
        let span = TimeSpan::of_second(3);
        draft.hold(Change::Mask {
            span,
            label,
            mask: Some(mask.clone()),
        });
        let shown = draft.shown().drawn(span).expect("drawn");
        let shown = SecondMask::Drawn(shown);
        let last = known.as_ref().map(|(mask, map)| (mask, map));
        let map = shown.map(LONGEST, last);
        assert_eq!(map.width(), LONGEST as usize);
        known = Some((shown, map));
        took.push(begin.elapsed().as_secs_f64() * 1e3);
        at = to;
    }
    took.sort_by(f64::total_cmp);
    let (middle, most) = (took[STAMPS / 2], took[STAMPS * 99 / 100]);
    println!(
        "{STAMPS} stamps: middle {middle:.2} ms, 99 of 100 within {most:.2} ms, {} runs at last; the model's mask to draw on {first:.1} ms",
        mask.runs.len()
    );
}
