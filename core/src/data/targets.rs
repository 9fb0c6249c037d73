//! What is said of a clip, second by second: what a training learns and a metric is counted against. Any part may be unknown.

use serde::{Deserialize, Serialize};

use crate::base::Said;

/// What is said of each class in each second, in one modality.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidGrid {
    classes: usize,
    /// `[second][class]`.
    cells: Vec<Said>,
}

impl SaidGrid {
    /// The same of every class in every second.
    pub fn all(seconds: usize, classes: usize, said: Said) -> Self {
        Self {
            classes,
            cells: vec![said; seconds * classes],
        }
    }

    /// How many classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// How many seconds.
    pub fn seconds(&self) -> usize {
        self.cells.len() / self.classes.max(1)
    }

    /// What is said of a class in a second; nothing of what lies outside.
    pub fn get(&self, second: usize, class: usize) -> Said {
        let row = self.row(second);
        row.get(class).copied().unwrap_or_default()
    }

    /// Says it; what lies outside is ignored.
    pub fn set(&mut self, second: usize, class: usize, said: Said) {
        if class < self.classes
            && let Some(cell) = self.cells.get_mut(second * self.classes + class)
        {
            *cell = said;
        }
    }

    /// All classes of a second.
    pub fn row(&self, second: usize) -> &[Said] {
        let start = second * self.classes;
        self.cells.get(start..start + self.classes).unwrap_or(&[])
    }

    /// Seconds in order.
    pub fn rows(&self) -> impl Iterator<Item = &[Said]> {
        self.cells.chunks_exact(self.classes.max(1))
    }

    /// Whether a class happens in some second: no only where that is known of all.
    pub fn sometime(&self, class: usize) -> Said {
        Said::any(self.rows().map(|row| row[class]))
    }

    /// All cells, `[second][class]`.
    pub fn cells(&self) -> &[Said] {
        &self.cells
    }

    /// The same with more classes behind its own, of which this is said.
    fn with_classes(&self, classes: usize, said: Said) -> Self {
        let mut wider = Self::all(self.seconds(), classes.max(self.classes), said);
        for (second, row) in self.rows().enumerate() {
            for (class, said) in row.iter().enumerate() {
                wider.set(second, class, *said);
            }
        }
        wider
    }

    /// The same with each class at another place among so many. Of those that no class comes to, it does not happen; where several
    /// come, it does if one of them does.
    fn placed(&self, places: &[Option<usize>], classes: usize) -> Self {
        let mut placed = Self::all(self.seconds(), classes, Said::No);
        for (second, row) in self.rows().enumerate() {
            for (said, place) in row.iter().zip(places) {
                if let Some(place) = *place {
                    let both = Said::any([placed.get(second, place), *said]);
                    placed.set(second, place, both);
                }
            }
        }
        placed
    }

    fn and(&self, other: &Self) -> Self {
        let cells = self.cells.iter().zip(&other.cells);
        Self {
            classes: self.classes,
            cells: cells.map(|(a, b)| a.and(*b)).collect(),
        }
    }
}

/// Where a picture sounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoundingMask {
    /// Rows and columns.
    pub size: (usize, usize),
    /// Row by row, whether each place sounds.
    pub sounds: Vec<bool>,
}

/// Everything that is said of a clip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Targets {
    /// What is heard.
    pub heard: SaidGrid,
    /// What is seen.
    pub seen: SaidGrid,
    /// What is both at once. Said apart: that a bark is not both heard and seen leaves open which of them is missing.
    pub both: SaidGrid,
    /// Of each class, whether it is heard or seen anywhere in the clip: all that weak labels say.
    pub somewhere: Vec<Said>,
    /// The mask of each second; `None` where none was drawn.
    pub masks: Vec<Option<SoundingMask>>,
}

impl Targets {
    /// Nothing is said.
    pub fn unknown(seconds: usize, classes: usize) -> Self {
        let grid = || SaidGrid::all(seconds, classes, Said::Unknown);
        Self {
            heard: grid(),
            seen: grid(),
            both: grid(),
            somewhere: vec![Said::Unknown; classes],
            masks: vec![None; seconds],
        }
    }

    /// From what is heard and what is seen; what follows for both at once is filled in.
    pub fn of_modalities(heard: SaidGrid, seen: SaidGrid) -> Self {
        let (seconds, classes) = (heard.seconds(), heard.classes());
        let somewhere = (0..classes)
            .map(|class| Said::any([heard.sometime(class), seen.sometime(class)]))
            .collect();
        Self {
            both: heard.and(&seen),
            somewhere,
            heard,
            seen,
            masks: vec![None; seconds],
        }
    }

    /// What follows for the clip as a whole from what is said of its seconds.
    pub fn sum_up(&mut self) {
        for class in 0..self.classes() {
            let modalities = [self.heard.sometime(class), self.seen.sometime(class)];
            self.somewhere[class] = match self.both.sometime(class) {
                Said::Yes => Said::Yes,
                _ => Said::any(modalities),
            };
        }
    }

    /// The same of a model that knows more classes, behind these: none of them happens.
    #[must_use]
    pub fn with_classes(&self, classes: usize) -> Self {
        let wider = |grid: &SaidGrid| grid.with_classes(classes, Said::No);
        let mut somewhere = self.somewhere.clone();
        somewhere.resize(classes.max(somewhere.len()), Said::No);
        Self {
            heard: wider(&self.heard),
            seen: wider(&self.seen),
            both: wider(&self.both),
            somewhere,
            masks: self.masks.clone(),
        }
    }

    /// The same with each class at another place among so many, or at none; the others do not happen.
    pub(super) fn placed(&self, places: &[Option<usize>], classes: usize) -> Self {
        let placed = |grid: &SaidGrid| grid.placed(places, classes);
        let mut somewhere = vec![Said::No; classes];
        for (said, place) in self.somewhere.iter().zip(places) {
            if let Some(place) = *place {
                somewhere[place] = Said::any([somewhere[place], *said]);
            }
        }
        Self {
            heard: placed(&self.heard),
            seen: placed(&self.seen),
            both: placed(&self.both),
            somewhere,
            masks: self.masks.clone(),
        }
    }

    /// How many seconds.
    pub fn seconds(&self) -> usize {
        self.both.seconds()
    }

    /// How many classes.
    pub fn classes(&self) -> usize {
        self.both.classes()
    }

    /// What is true of a clip with these pictures and the sound of another of the same length. Masks are unknown then: what
    /// sounds in the picture is another thing.
    #[must_use]
    pub fn with_sound_of(&self, other: &Self) -> Self {
        Self::of_modalities(other.heard.clone(), self.seen.clone())
    }

    /// The one class that is both heard and seen in a second; `Some(None)` where none is, `None` where that is not known.
    pub fn event(&self, second: usize) -> Option<Option<usize>> {
        let row = self.both.row(second);
        match row.iter().position(|said| *said == Said::Yes) {
            Some(class) => Some(Some(class)),
            None => row.iter().all(|said| *said == Said::No).then_some(None),
        }
    }
}
