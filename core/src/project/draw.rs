//! Masks drawn by hand: run lengths with a place added or taken out, and what is drawn of a second. Pure.

use std::sync::Arc;

use super::edit::Hand;
use super::{Area, Corrections, Item, Key, RunLengths};
use crate::base::{LabelId, Time, TimeSpan};

/// What is left of a longer mask where another is drawn over part of it, if it lasts at least this long; less is the rest of the
/// same second, which models cut differently at a clip's end.
const LEAST: Time = Time::from_micros(500_000);

impl RunLengths {
    /// With a place added to it, or taken out of it.
    #[must_use]
    pub fn painted(&self, area: &Area, inside: bool) -> Self {
        let stretches = area.stretches().iter();
        let places = stretches.flat_map(|stretch| [stretch.start, stretch.end]);
        self.combined(places, |mask, place| match inside {
            true => mask || place,
            false => mask && !place,
        })
    }

    /// What lies inside this or another mask of the same size.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Self {
        self.combined(other.edges(), |a, b| a || b)
    }

    /// Whether a pixel, right and down from the upper left corner, lies inside.
    pub fn holds(&self, x: u32, y: u32) -> bool {
        let at = u64::from(x) * u64::from(self.height) + u64::from(y);
        let within = x < self.width && y < self.height;
        within && self.edges().take_while(|edge| *edge <= at).count() % 2 == 1
    }

    /// From where a mask begins and ends, down the columns, in turns.
    pub fn of_edges(edges: impl IntoIterator<Item = u64>, width: u32, height: u32) -> Self {
        let whole = u64::from(width) * u64::from(height);
        let (mut runs, mut at) = (Vec::new(), 0);
        for edge in edges {
            runs.push((edge - at) as u32);
            at = edge;
        }
        if at < whole || runs.is_empty() {
            runs.push((whole - at) as u32);
        }
        Self {
            height,
            width,
            runs,
        }
    }

    /// Where it begins and ends, in turns.
    fn edges(&self) -> impl Iterator<Item = u64> + '_ {
        let ends = self.runs.iter().scan(0, |at, run| {
            *at += u64::from(*run);
            Some(*at)
        });
        // The end of the last run is the picture's; where that lies inside, the mask ends there too.
        let last = self.runs.len().saturating_sub(1);
        let closes = self.runs.len().is_multiple_of(2);
        ends.enumerate()
            .filter(move |(place, _)| *place < last || closes)
            .map(|(_, at)| at)
    }

    /// Of each pixel, what becomes of its lying inside this mask and inside another place, whose edges are given in order.
    fn combined(
        &self,
        other: impl Iterator<Item = u64>,
        keep: impl Fn(bool, bool) -> bool,
    ) -> Self {
        let (mut own, mut other) = (self.edges().peekable(), other.peekable());
        let (mut inside, mut edges) = ([false; 2], Vec::new());
        while let Some(at) = [own.peek(), other.peek()].into_iter().flatten().min() {
            let at = *at;
            while own.next_if_eq(&at).is_some() {
                inside[0] = !inside[0];
            }
            while other.next_if_eq(&at).is_some() {
                inside[1] = !inside[1];
            }
            if keep(inside[0], inside[1]) != (edges.len() % 2 == 1) {
                edges.push(at);
            }
        }
        Self::of_edges(edges, self.width, self.height)
    }
}

impl Corrections {
    /// The masks that were drawn for a second: those whose span holds its middle.
    pub fn drawn_at(
        &self,
        second: TimeSpan,
    ) -> impl Iterator<Item = (TimeSpan, LabelId, &Arc<RunLengths>)> {
        let middle = second.middle();
        let begun = self
            .masks
            .iter()
            .take_while(move |((span, _), _)| span.start <= middle);
        begun
            .filter(move |((span, _), _)| span.contains(middle))
            .map(|((span, label), mask)| (*span, *label, mask))
    }

    /// Where the picture sounds in a second, of whatever class, as it was drawn; none where nothing was.
    pub fn drawn(&self, second: TimeSpan) -> Option<Arc<RunLengths>> {
        let masks = self.drawn_at(second).map(|(_, _, mask)| mask.clone());
        masks.reduce(|all, mask| {
            let same = (all.width, all.height) == (mask.width, mask.height);
            if same {
                Arc::new(all.joined(&mask))
            } else {
                all
            }
        })
    }
}

/// Draw the mask of a class over a span, or none any more. What an older one says of the span goes, the rest of it stays.
pub(super) fn draw(
    hand: &mut Hand<'_>,
    span: TimeSpan,
    label: LabelId,
    mask: Option<&Arc<RunLengths>>,
) {
    let masks = hand.state.masks.iter();
    let under = masks.filter(|((other, of), _)| {
        *of == label && *other != span && other.intersection(span).is_some()
    });
    let under: Vec<(TimeSpan, Arc<RunLengths>)> = under
        .map(|((other, _), mask)| (*other, mask.clone()))
        .collect();
    for (other, older) in under {
        hand.remove(Key::Mask(other, label));
        let rest = other.without(span).into_iter().flatten();
        for rest in rest.filter(|rest| rest.duration() >= LEAST) {
            hand.put(Item::Mask(rest, label, older.clone()));
        }
    }
    match mask {
        Some(mask) => hand.put(Item::Mask(span, label, mask.clone())),
        None => hand.remove(Key::Mask(span, label)),
    }
}
