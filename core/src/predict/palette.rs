//! One colour for each class, the same everywhere: in lanes, masks, pictures and exports.

use crate::base::Labels;
use crate::model::ModelInfo;

/// Okabe and Ito's palette, made for all kinds of colour vision.
pub const PALETTE: [[u8; 3]; 7] = [
    [230, 159, 0],
    [86, 180, 233],
    [0, 158, 115],
    [240, 228, 66],
    [0, 114, 178],
    [213, 94, 0],
    [204, 121, 167],
];

/// What tells classes apart that share a colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// Every pixel.
    #[default]
    Plain,
    /// Stripes that rise.
    Rising,
    /// Stripes that fall.
    Falling,
    /// Squares in turn, as on a chessboard.
    Checks,
}

impl Pattern {
    /// In the order they are used.
    pub const ALL: [Self; 4] = [Self::Plain, Self::Rising, Self::Falling, Self::Checks];
    /// Width of a stripe, in pixels.
    const STRIPE: i64 = 6;

    /// Whether a pixel is one of the fainter ones.
    pub fn is_faint(self, x: i64, y: i64) -> bool {
        let odd = |at: i64| at.div_euclid(Self::STRIPE).rem_euclid(2) == 1;
        match self {
            Self::Plain => false,
            Self::Rising => odd(x + y),
            Self::Falling => odd(x - y),
            Self::Checks => odd(x) != odd(y),
        }
    }

    /// Its number in the shader.
    pub fn number(self) -> u32 {
        Self::ALL.iter().position(|p| *p == self).unwrap_or(0) as u32
    }
}

/// Colours and patterns that names no task has share among them.
const SHARED: usize = PALETTE.len() * Pattern::ALL.len();

/// How a class is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClassColor {
    /// Red, green, blue.
    pub rgb: [u8; 3],
    /// Tells it from classes of the same colour.
    pub pattern: Pattern,
}

impl ClassColor {
    /// The colour of a place in the list of classes.
    pub fn at(place: usize) -> Self {
        let round = place / PALETTE.len() % Pattern::ALL.len();
        Self {
            rgb: PALETTE[place % PALETTE.len()],
            pattern: Pattern::ALL[round],
        }
    }
}

/// The colours of a model's classes, by name, so that a class has one colour in every task.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassColors(Vec<String>);

impl ClassColors {
    /// From the labels of the model's tasks: each name's first place counts.
    pub fn of<'a>(tasks: impl IntoIterator<Item = &'a Labels>) -> Self {
        let mut names: Vec<String> = Vec::new();
        for labels in tasks {
            for label in labels.iter().filter(|l| !l.is_empty()) {
                if !names.iter().any(|name| **name == **label) {
                    names.push(label.to_string());
                }
            }
        }
        Self(names)
    }

    /// The colours of a model's classes, the same in every task.
    pub fn of_model(model: &ModelInfo) -> Self {
        Self::of(model.tasks.iter().map(|info| &info.labels))
    }

    /// The colour of a class. A name that no task has, such as a class that a person added, has one by its letters, the same
    /// wherever it is shown.
    pub fn get(&self, label: &str) -> ClassColor {
        let known = self.0.iter().position(|name| name == label);
        let spelt = |sum: usize, letter: u8| sum.wrapping_mul(31).wrapping_add(letter.into());
        ClassColor::at(
            known.unwrap_or_else(|| self.0.len() + label.bytes().fold(0, spelt) % SHARED),
        )
    }
}
