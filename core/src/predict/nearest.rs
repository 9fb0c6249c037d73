//! Finding seconds like one: what a head distilled of the seconds of many clips, kept small, and which of them lie nearest.

use std::collections::{BTreeMap, VecDeque};

use half::f16;
use half::slice::HalfFloatSliceExt;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::lanes::summed;
use crate::base::{ClipId, HeadId};

/// Bytes of what is kept: 500,000 seconds of a head with 256 numbers a modality. The clips added first go first.
const BUDGET: usize = 512 << 20;

/// By what seconds are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Likeness {
    /// What is seen.
    Sight,
    /// What is heard.
    Sound,
    /// Both alike.
    #[default]
    Both,
}

/// A second that is like another one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Near {
    /// Of which clip.
    pub clip: ClipId,
    /// Which of its segments.
    pub segment: usize,
    /// The cosine of the angle between what was distilled of the two: 1 for the same.
    pub likeness: f32,
}

/// What a head distilled of a second, and says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct DistilledSecond {
    /// Of which clip.
    pub clip: ClipId,
    /// Which of its segments.
    pub segment: usize,
    /// The class that the head says of it, as a place in its labels; none for background, and where nothing was said yet.
    pub class: Option<usize>,
    /// The direction of the picture's numbers, then that of the sound's.
    pub row: Vec<f32>,
}

/// What heads distilled of seconds: of each the direction of the picture's numbers and that of the sound's.
#[derive(Debug, Default)]
pub struct DistilledSeconds {
    clips: BTreeMap<(HeadId, ClipId), Distilled>,
    /// The clips in the order they came in.
    order: VecDeque<(HeadId, ClipId)>,
    bytes: usize,
}

/// Of one clip: rows of two unit vectors.
#[derive(Debug)]
struct Distilled {
    width: usize,
    rows: Vec<f16>,
    /// What the head says of each, as far as it has said it.
    classes: Vec<Option<u16>>,
}

impl DistilledSeconds {
    /// What a head distilled of a clip's segments from one on, as [`super::meta_tokens`] gives it; what was known from there on
    /// is replaced.
    pub fn add(&mut self, head: HeadId, clip: ClipId, from: usize, seconds: &[Vec<f32>]) {
        let Some(width) = seconds.first().map(Vec::len).filter(|width| *width > 0) else {
            return;
        };
        let key = (head, clip);
        let order = &mut self.order;
        let known = self.clips.entry(key).or_insert_with(|| {
            order.push_back(key);
            Distilled {
                width,
                rows: Vec::new(),
                classes: Vec::new(),
            }
        });
        let before = known.rows.len();
        known.rows.truncate(from * width);
        for row in seconds.iter().filter(|row| row.len() == width) {
            let sides = row.chunks(width.div_ceil(2));
            known.rows.extend(sides.flat_map(direction));
        }
        self.bytes = self.bytes + 2 * known.rows.len() - 2 * before;
        while self.bytes > BUDGET && self.order.len() > 1 {
            let oldest = self.order.pop_front();
            let gone = oldest.and_then(|oldest| self.clips.remove(&oldest));
            self.bytes -= gone.map_or(0, |gone| 2 * gone.rows.len());
        }
    }

    /// What a head says of a clip's segments from one on, as places in its labels; what was known from there on is replaced.
    pub fn say(&mut self, head: HeadId, clip: ClipId, from: usize, classes: &[Option<u16>]) {
        if let Some(known) = self.clips.get_mut(&(head, clip)) {
            known.classes.resize(from, None);
            known.classes.extend_from_slice(classes);
        }
    }

    /// At most so many of the seconds that a head distilled, evenly spread over all of them.
    pub fn spread(&self, head: HeadId, most: usize) -> Vec<DistilledSecond> {
        let all = self.len(head);
        let every = all.div_ceil(most.max(1)).max(1);
        let each = self.of(head).flat_map(|(clip, known)| {
            (0..known.segments()).map(move |segment| (clip, known, segment))
        });
        let some = each.step_by(every).filter_map(|(clip, known, segment)| {
            let class = known.classes.get(segment).copied().flatten();
            Some(DistilledSecond {
                clip,
                segment,
                class: class.map(usize::from),
                row: known.row(segment)?,
            })
        });
        some.collect()
    }

    /// How many seconds are kept of what a head distilled.
    pub fn len(&self, head: HeadId) -> usize {
        self.of(head).map(|(_, known)| known.segments()).sum()
    }

    /// Whether nothing is kept of it.
    pub fn is_empty(&self, head: HeadId) -> bool {
        self.of(head).next().is_none()
    }

    /// The seconds most like one, the likest first, without itself. `None` where that one is not known.
    pub fn nearest(
        &self,
        head: HeadId,
        (clip, segment): (ClipId, usize),
        by: Likeness,
        most: usize,
    ) -> Option<Vec<Near>> {
        let wanted = self.clips.get(&(head, clip))?.row(segment)?;
        let clips: Vec<(ClipId, &Distilled)> = self.of(head).collect();
        let mut found: Vec<Near> = clips
            .into_par_iter()
            .flat_map_iter(|(clip, known)| known.compared(clip, &wanted, by))
            .filter(|near| (near.clip, near.segment) != (clip, segment))
            .collect();
        // Ties in the order of clips and seconds, whichever thread was first.
        let likest_first = |a: &Near, b: &Near| {
            let likest = b.likeness.total_cmp(&a.likeness);
            likest
                .then(a.clip.cmp(&b.clip))
                .then(a.segment.cmp(&b.segment))
        };
        if found.len() > most {
            found.select_nth_unstable_by(most, likest_first);
            found.truncate(most);
        }
        found.sort_unstable_by(likest_first);
        Some(found)
    }

    fn of(&self, head: HeadId) -> impl Iterator<Item = (ClipId, &Distilled)> {
        let all = (head, ClipId::default())..;
        let of_head = self
            .clips
            .range(all)
            .take_while(move |(key, _)| key.0 == head);
        of_head.map(|((_, clip), known)| (*clip, known))
    }
}

impl Distilled {
    fn segments(&self) -> usize {
        self.rows.len() / self.width
    }

    fn row(&self, segment: usize) -> Option<Vec<f32>> {
        let halves = self
            .rows
            .get(segment * self.width..(segment + 1) * self.width)?;
        let mut row = vec![0.0; self.width];
        halves.convert_to_f32_slice(&mut row);
        Some(row)
    }

    fn compared(&self, clip: ClipId, wanted: &[f32], by: Likeness) -> Vec<Near> {
        if self.width != wanted.len() {
            return Vec::new();
        }
        let side = self.width.div_ceil(2);
        let (part, share) = match by {
            Likeness::Sight => (0..side, 1.0),
            Likeness::Sound => (side..self.width, 1.0),
            Likeness::Both => (0..self.width, 0.5),
        };
        let mut row = vec![0.0; part.len()];
        let rows = self.rows.chunks_exact(self.width).enumerate();
        rows.map(|(segment, halves)| {
            halves[part.clone()].convert_to_f32_slice(&mut row);
            let product = summed(&row, &wanted[part.clone()], |a, b| a * b);
            Near {
                clip,
                segment,
                likeness: share * product,
            }
        })
        .collect()
    }
}

/// A vector's direction; that of nothing is nothing.
fn direction(vector: &[f32]) -> impl Iterator<Item = f16> + '_ {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
    vector.iter().map(move |x| f16::from_f32(x * scale))
}
