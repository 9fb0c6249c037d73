//! Photographs: read, cut out of an even background, laid over one another.

use std::path::Path;

use super::MaterialError;
use crate::media::{LocalFiles, RgbFrame, Source};

/// How far a colour may be from its background's, of 255.
const EVEN: i32 = 24;

/// A photograph, and which of its pixels are the thing on it.
pub(super) struct Photograph {
    pub picture: RgbFrame,
    /// A pixel each; `None` where its background is not even enough to tell.
    pub thing: Option<Vec<bool>>,
}

/// Where a photograph goes.
#[derive(Clone, Copy)]
pub(super) struct Placing {
    /// Its upper left corner, in pixels of what it is laid over.
    pub at: [f32; 2],
    /// How wide and high it gets.
    pub size: [f32; 2],
    pub mirrored: bool,
    /// Without its background.
    pub cut_out: bool,
}

impl Photograph {
    /// Reads one.
    pub fn read(path: &Path) -> Result<Self, MaterialError> {
        let frame = LocalFiles.pictures(path)?.first_frame()?;
        let picture = frame.picture.to_rgb();
        Ok(Self {
            thing: thing(&picture),
            picture,
        })
    }

    /// The place of the nearest pixel at a part of its width and height.
    fn place(&self, x: f32, y: f32) -> usize {
        let of =
            |part: f32, count: usize| ((part * count as f32) as usize).min(count.saturating_sub(1));
        of(y, self.picture.height) * self.picture.width + of(x, self.picture.width)
    }

    /// Lays it over a picture; what reaches beyond the edge is cut off. Says which pixels it covers.
    pub fn lay(&self, over: &mut RgbFrame, to: &Placing, mut covers: impl FnMut(usize)) {
        let cut = self.thing.as_ref().filter(|_| to.cut_out);
        for row in 0..over.height {
            for column in 0..over.width {
                let x = (column as f32 + 0.5 - to.at[0]) / to.size[0];
                let y = (row as f32 + 0.5 - to.at[1]) / to.size[1];
                if !(0.0..1.0).contains(&x) || !(0.0..1.0).contains(&y) {
                    continue;
                }
                let from = self.place(if to.mirrored { 1.0 - x } else { x }, y);
                if cut.is_some_and(|thing| !thing[from]) {
                    continue;
                }
                let at = row * over.width + column;
                let colour = &self.picture.data[from * 3..from * 3 + 3];
                over.data[at * 3..at * 3 + 3].copy_from_slice(colour);
                covers(at);
            }
        }
    }
}

/// What is left when the even colour at the edge is taken away from there inwards; none where the edge is not even, or next to
/// nothing or all of it would be left.
fn thing(of: &RgbFrame) -> Option<Vec<bool>> {
    let (width, height) = (of.width, of.height);
    let edge: Vec<usize> = (0..width * height)
        .filter(|at| {
            let (x, y) = (at % width, at / width);
            x == 0 || y == 0 || x + 1 == width || y + 1 == height
        })
        .collect();
    let colour = |at: usize| [0, 1, 2].map(|c| i32::from(of.data[at * 3 + c]));
    let middle = [0, 1, 2].map(|c| {
        let mut values: Vec<i32> = edge.iter().map(|at| colour(*at)[c]).collect();
        values.sort_unstable();
        values.get(values.len() / 2).copied().unwrap_or(0)
    });
    let even = |at: usize| {
        let far = colour(at)
            .into_iter()
            .zip(middle)
            .map(|(a, b)| (a - b).abs());
        far.max().unwrap_or(0) <= EVEN
    };
    let even_edge = edge.iter().filter(|at| even(**at)).count();
    if even_edge * 20 < edge.len() * 17 {
        return None;
    }
    let mut thing = vec![true; width * height];
    let mut open: Vec<usize> = edge.into_iter().filter(|at| even(*at)).collect();
    while let Some(at) = open.pop() {
        if !std::mem::replace(&mut thing[at], false) {
            continue;
        }
        let (x, y) = (at % width, at / width);
        let beside = [
            (x > 0).then(|| at - 1),
            (x + 1 < width).then(|| at + 1),
            (y > 0).then(|| at - width),
            (y + 1 < height).then(|| at + width),
        ];
        open.extend(
            beside
                .into_iter()
                .flatten()
                .filter(|at| thing[*at] && even(*at)),
        );
    }
    let left = thing.iter().filter(|is| **is).count();
    (left * 20 > thing.len() && left * 20 < thing.len() * 19).then_some(thing)
}
