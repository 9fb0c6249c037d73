//! What happens in a clip, before anything of it is read.

use super::{Material, REAL_CLASSES};
use crate::base::Rng;

/// What happens when, as parts of a second.
pub(super) struct Plan {
    /// What sounds. At most one of a class.
    pub heard: Vec<Happening>,
    /// What is shown.
    pub seen: Vec<Happening>,
    /// Whether something sounds that is none of the classes, all along.
    pub other_sound: bool,
    /// Whether another thing is shown, all along.
    pub other_thing: bool,
}

/// A class, from when to when.
#[derive(Clone, Copy)]
pub(super) struct Happening {
    /// By place in [`REAL_CLASSES`].
    pub class: usize,
    /// Seconds.
    pub from: f32,
    pub to: f32,
}

impl Plan {
    /// Of twenty clips about six show and sound one class, five show one and sound another, three only show, three only sound,
    /// and three have none; in a fifth of those with something a second class joins in.
    pub fn roll(material: &Material, seconds: usize, rng: &mut Rng) -> Self {
        let classes = 0..REAL_CLASSES.len();
        let having = |side: usize| -> Vec<usize> {
            let classes = classes.clone();
            classes.filter(|c| material.has(*c)[side]).collect()
        };
        let (sounding, shown) = (having(0), having(1));
        let both: Vec<usize> = shown
            .iter()
            .copied()
            .filter(|c| sounding.contains(c))
            .collect();
        let one = |of: &[usize], rng: &mut Rng| -> Vec<usize> {
            let some = if of.is_empty() {
                None
            } else {
                Some(rng.pick(of))
            };
            some.into_iter().collect()
        };
        let (mut heard, mut seen) = match rng.below(20) {
            0..6 if !both.is_empty() => {
                let class = rng.pick(&both);
                (vec![class], vec![class])
            }
            0..11 => (one(&sounding, rng), one(&shown, rng)),
            11..14 => (vec![], one(&shown, rng)),
            14..17 => (one(&sounding, rng), vec![]),
            _ => (vec![], vec![]),
        };
        for (there, from) in [(&mut heard, &sounding), (&mut seen, &shown)] {
            if !there.is_empty() && rng.chance(0.2) {
                let more = one(from, rng);
                there.extend(
                    more.into_iter()
                        .filter(|class| !there.contains(class))
                        .collect::<Vec<_>>(),
                );
            }
        }
        let mut when = |classes: Vec<usize>| -> Vec<Happening> {
            let happen = |class| Happening::roll(class, seconds as f32, rng);
            classes.into_iter().map(happen).collect()
        };
        let (heard, seen) = (when(heard), when(seen));
        Self {
            other_sound: rng.chance(if heard.is_empty() { 0.75 } else { 0.4 }),
            other_thing: rng.chance(if seen.is_empty() { 0.75 } else { 0.3 }),
            heard,
            seen,
        }
    }
}

impl Happening {
    /// At least a third of the clip, often from its start or to its end.
    fn roll(class: usize, seconds: f32, rng: &mut Rng) -> Self {
        let from = if rng.chance(0.4) {
            0.0
        } else {
            rng.range(0.0, seconds / 2.0)
        };
        let least = (from + seconds / 3.0).min(seconds);
        let to = if rng.chance(0.4) {
            seconds
        } else {
            rng.range(least, seconds)
        };
        Self { class, from, to }
    }

    /// Whether it goes on in the middle of a second, which is where the second's picture is taken.
    pub fn is_in(&self, second: usize) -> bool {
        (self.from..self.to).contains(&(second as f32 + 0.5))
    }
}
