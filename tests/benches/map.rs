//! How long a step takes in which seconds are laid out on a plane: `cargo bench --workspace --bench map`. Whoever waits for the engine
//! waits for one step at most, which should take less than 300 ms: 3,000 seconds of a full-size head, 256 numbers a modality, in
//! groups.

use std::time::Instant;

use mettle_core::base::Rng;
use mettle_core::predict::Plane;

const SECONDS: usize = 3_000;
const WIDTH: usize = 512;
const GROUPS: usize = 20;

fn main() {
    let mut rng = Rng::new(3);
    let row = |second: usize| {
        let at = |side: usize| f32::from(u8::from(side % GROUPS == second % GROUPS));
        (0..WIDTH)
            .map(|side| at(side) + 0.2 * rng.noise())
            .collect()
    };
    let mut plane = Plane::new((0..SECONDS).map(row).collect());
    let (mut took, begun) = (Vec::new(), Instant::now());
    loop {
        let begin = Instant::now();
        let more = plane.step();
        took.push(begin.elapsed().as_secs_f64() * 1e3);
        if !more {
            break;
        }
    }
    let whole = begun.elapsed().as_secs_f64();
    let longest = (0..took.len()).max_by(|a, b| took[*a].total_cmp(&took[*b]));
    let longest = longest.unwrap_or_default();
    let slowest = took[longest];
    took.sort_by(f64::total_cmp);
    println!(
        "{SECONDS} seconds: {whole:.1} s in {} steps, middle {:.0} ms, longest {slowest:.0} ms (step {longest})",
        took.len(),
        took[took.len() / 2],
    );
}
