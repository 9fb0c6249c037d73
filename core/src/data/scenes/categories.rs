//! The cast: AVE's categories that a scene can show, each with its drawings and its voice.

use std::sync::LazyLock;

use resvg::usvg;

use super::Split;
use super::sound::{Voice, animals, instruments, machines, things};
use crate::base::Labels;

/// Drawings of a category: the first ones are for training, the rest are never seen in it.
pub const VARIANTS: usize = 6;
/// How many of them are for training.
pub const TRAIN_VARIANTS: usize = 4;

/// How an object moves over the stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Gait {
    /// Stays about where it is, and sways.
    Stay,
    /// Crosses the upper half of the stage.
    Fly,
    /// Rolls along the ground.
    Roll,
    /// Hops on its place.
    Hop,
}

/// One kind of thing that can be seen and heard.
pub struct Category {
    /// AVE's name.
    pub label: &'static str,
    /// Folder of its drawings.
    pub slug: &'static str,
    /// The same class in the vocabulary of LLP, where it has one.
    pub llp: Option<&'static str>,
    /// The folder name in AVSBench, where it has one.
    pub avsbench: Option<&'static str>,
    pub(super) gait: Gait,
    pub(super) voice: Voice,
    drawings: [&'static str; VARIANTS],
}

macro_rules! drawing {
    ($slug:literal, $n:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../assets/sprites/",
            $slug,
            "/",
            $n,
            ".svg"
        ))
    };
}

macro_rules! category {
    ($label:literal, $slug:literal, $llp:expr, $avs:expr, $gait:ident, $voice:path) => {
        Category {
            label: $label,
            slug: $slug,
            llp: $llp,
            avsbench: $avs,
            gait: Gait::$gait,
            voice: $voice,
            drawings: [
                drawing!($slug, "1"),
                drawing!($slug, "2"),
                drawing!($slug, "3"),
                drawing!($slug, "4"),
                drawing!($slug, "5"),
                drawing!($slug, "6"),
            ],
        }
    };
}

/// The cast, in AVE's class order (categories that are not drawn are left out).
#[rustfmt::skip]
pub const CATEGORIES: [Category; 20] = [
    category!("Church bell", "church_bell", None, None, Stay, things::church_bell),
    category!("Bark", "bark", Some("Dog"), Some("dog_barking"), Hop, animals::bark),
    category!("Fixed-wing aircraft, airplane", "airplane", None, None, Fly, machines::airplane),
    category!("Race car, auto racing", "race_car", Some("Car"), Some("race_car"), Roll, machines::race_car),
    category!("Helicopter", "helicopter", Some("Helicopter"), Some("helicopter"), Fly, machines::helicopter),
    category!("Violin, fiddle", "violin", Some("Violin_fiddle"), Some("playing_violin"), Stay, instruments::violin),
    category!("Flute", "flute", None, None, Stay, instruments::flute),
    category!("Frying (food)", "frying", Some("Frying_(food)"), None, Stay, things::frying),
    category!("Truck", "truck", None, None, Roll, machines::truck),
    category!("Motorcycle", "motorcycle", Some("Motorcycle"), None, Roll, machines::motorcycle),
    category!("Acoustic guitar", "acoustic_guitar", Some("Acoustic_guitar"), Some("playing_acoustic_guitar"), Stay, instruments::acoustic_guitar),
    category!("Train horn", "train_horn", None, None, Stay, machines::train_horn),
    category!("Clock", "clock", None, None, Stay, things::clock),
    category!("Goat", "goat", None, None, Hop, animals::goat),
    category!("Baby cry, infant cry", "baby_cry", Some("Baby_cry_infant_cry"), None, Stay, animals::baby_cry),
    category!("Chainsaw", "chainsaw", Some("Chainsaw"), Some("chainsawing_trees"), Stay, machines::chainsaw),
    category!("Cat", "cat", Some("Cat"), Some("cat_meowing"), Hop, animals::cat),
    category!("Horse", "horse", None, Some("horse_clip-clop"), Roll, animals::horse),
    category!("Toilet flush", "toilet_flush", None, None, Stay, things::toilet_flush),
    category!("Accordion", "accordion", Some("Accordion"), None, Stay, instruments::accordion),
];

/// The names of the cast, in the order of [`CATEGORIES`].
pub fn labels() -> Labels {
    Labels::new(CATEGORIES.iter().map(|category| category.label))
}

impl Split {
    /// The drawings that may appear in this split: no drawing is in both.
    pub fn variants(self) -> std::ops::Range<usize> {
        match self {
            Split::Train => 0..TRAIN_VARIANTS,
            Split::Test => TRAIN_VARIANTS..VARIANTS,
        }
    }
}

/// Every drawing, parsed once.
static TREES: LazyLock<Vec<Vec<Option<usvg::Tree>>>> = LazyLock::new(|| {
    let parse = |svg: &&str| usvg::Tree::from_str(svg, &usvg::Options::default()).ok();
    CATEGORIES
        .iter()
        .map(|category| category.drawings.iter().map(parse).collect())
        .collect()
});

/// The drawing of a class; none where the file is not a picture (a test looks at all of them).
pub(super) fn drawing(class: usize, variant: usize) -> Option<&'static usvg::Tree> {
    TREES.get(class)?.get(variant)?.as_ref()
}
