//! Places on a picture that a hand covers: a round brush on its way, and polygons, cut into the columns that run lengths go down.
//! A pixel belongs to a place when its middle does. Pure.

use std::ops::Range;

/// A point on a picture, right and down from its upper left corner, in pixels.
pub type Point = [f32; 2];

/// A brush of any radius covers at least one pixel: the one whose middle is nearest.
const LEAST: f32 = 0.708;

/// Pixels of a picture, counted down its columns from the left: sorted stretches that do not touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Area(Vec<Range<u64>>);

impl Area {
    /// What a round brush covers between two points, on a picture of some columns and rows.
    pub fn of_stroke(size: (u32, u32), from: Point, to: Point, radius: f32) -> Self {
        let radius = radius.max(LEAST);
        let [dx, dy] = [to[0] - from[0], to[1] - from[1]];
        let length = dx.hypot(dy).max(f32::MIN_POSITIVE);
        let (nx, ny) = (-dy / length * radius, dx / length * radius);
        let sides = [
            [from[0] + nx, from[1] + ny],
            [to[0] + nx, to[1] + ny],
            [to[0] - nx, to[1] - ny],
            [from[0] - nx, from[1] - ny],
        ];
        let left = from[0].min(to[0]) - radius;
        let right = from[0].max(to[0]) + radius;
        Self::by_columns(size, (left, right), |x| {
            // Two discs and what lies between them: together convex, so each column holds one stretch of it.
            let discs = [from, to].map(|middle| disc(middle, radius, x));
            let between = crossings(&sides, x);
            let all = discs.into_iter().flatten().chain(stretches(&between));
            all.reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])])
                .into_iter()
                .collect()
        })
    }

    /// What lies inside a polygon: where a line from outside has crossed its sides an odd number of times.
    pub fn of_polygon(size: (u32, u32), corners: &[Point]) -> Self {
        let xs = || corners.iter().map(|corner| corner[0]);
        let (left, right) = (
            xs().fold(f32::INFINITY, f32::min),
            xs().fold(f32::NEG_INFINITY, f32::max),
        );
        Self::by_columns(size, (left, right), |x| {
            stretches(&crossings(corners, x)).collect()
        })
    }

    /// The stretches of pixels, counted down the columns.
    pub fn stretches(&self) -> &[Range<u64>] {
        &self.0
    }

    /// From what it covers of the middle of each column: pairs of upper and lower ends, downwards.
    fn by_columns(
        (width, height): (u32, u32),
        (left, right): (f32, f32),
        covered: impl Fn(f32) -> Vec<[f32; 2]>,
    ) -> Self {
        let mut stretches: Vec<Range<u64>> = Vec::new();
        for x in first_middle(left, width)..first_middle(right, width) {
            let column = u64::from(x) * u64::from(height);
            for [top, bottom] in covered(x as f32 + 0.5) {
                let rows = first_middle(top, height)..first_middle(bottom, height);
                let (start, end) = (column + u64::from(rows.start), column + u64::from(rows.end));
                match stretches.last_mut() {
                    _ if start >= end => {}
                    Some(last) if last.end == start => last.end = end,
                    _ => stretches.push(start..end),
                }
            }
        }
        Self(stretches)
    }
}

/// The first of so many pixels whose middle does not lie before a place.
fn first_middle(at: f32, count: u32) -> u32 {
    // What is no number, or lies outside, comes to an end of the range.
    ((at - 0.5).ceil().max(0.0) as u32).min(count)
}

/// The upper and lower end of a disc at a column's middle.
fn disc(middle: Point, radius: f32, x: f32) -> Option<[f32; 2]> {
    let aside = x - middle[0];
    let half = (radius * radius - aside * aside).max(0.0).sqrt();
    (aside.abs() <= radius).then_some([middle[1] - half, middle[1] + half])
}

/// Where a polygon's sides cross a column's middle, downwards.
fn crossings(corners: &[Point], x: f32) -> Vec<f32> {
    let next = corners.iter().cycle().skip(1);
    let sides = corners.iter().zip(next);
    let mut crossings: Vec<f32> = sides
        .filter(|(a, b)| (a[0] <= x) != (b[0] <= x))
        .map(|(a, b)| a[1] + (b[1] - a[1]) * (x - a[0]) / (b[0] - a[0]))
        .collect();
    crossings.sort_by(f32::total_cmp);
    crossings
}

fn stretches(crossings: &[f32]) -> impl Iterator<Item = [f32; 2]> + '_ {
    crossings.chunks_exact(2).map(|pair| [pair[0], pair[1]])
}
