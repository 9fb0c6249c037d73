//! What a person said of a clip, as targets: where the project and training meet, which know nothing of each other.

use crate::base::{LabelId, Labels, Modality, Said, TimeSpan};
use crate::data::{SoundingMask, Targets};
use crate::predict::{ProbabilityMap, SecondMask};
use crate::project::{Class, Corrections, RunLengths, Statements};

/// The longer side of a mask that is learned from: heads draw theirs no larger.
const LONGEST: u32 = 448;

/// The classes of a head that learns from what was said: those it knows, then the project's others of which some clip says that they
/// happen.
pub fn said_labels<'a>(
    known: &Labels,
    classes: impl Iterator<Item = &'a Class>,
    said: &[&Statements],
) -> Labels {
    let happens = |name: &str| {
        let label = LabelId::named(name);
        let mut all = said.iter().flat_map(|said| said.iter());
        all.any(|(_, said)| said.label == label && said.yes)
    };
    let names = classes.map(|class| class.name.as_str());
    let new = names.filter(|name| known.position(name).is_none() && happens(name));
    Labels::new(known.iter().map(|label| &**label).chain(new))
}

/// What is said of some classes in each segment of a clip, and drawn of it: that at its middle. All else is unknown.
pub fn said_targets(corrected: &Corrections, labels: &Labels, segments: &[TimeSpan]) -> Targets {
    let mut targets = said_words(&corrected.statements, labels, segments);
    for (mask, span) in targets.masks.iter_mut().zip(segments) {
        *mask = corrected.drawn(*span).map(|drawn| sounding(&drawn));
    }
    targets
}

/// The same without what is drawn, which only masks are learned from.
pub fn said_words(said: &Statements, labels: &Labels, segments: &[TimeSpan]) -> Targets {
    let mut targets = Targets::unknown(segments.len(), labels.len());
    let spoken_of = said.labels();
    for (class, label) in labels.iter().enumerate() {
        let of = LabelId::named(label);
        if !spoken_of.contains(&of) {
            continue;
        }
        for (modality, grid) in [
            (Modality::Audible, &mut targets.heard),
            (Modality::Visible, &mut targets.seen),
            (Modality::AudioVisual, &mut targets.both),
        ] {
            for verdict in said.verdicts(of, modality) {
                let before = |time| segments.partition_point(|span| span.middle() < time);
                let there = before(verdict.span.start)..before(verdict.span.end);
                there.for_each(|t| grid.set(t, class, Said::from(verdict.yes)));
            }
        }
    }
    targets.sum_up();
    targets
}

fn sounding(drawn: &RunLengths) -> SoundingMask {
    let map = ProbabilityMap::of_drawn(drawn, LONGEST);
    SoundingMask {
        size: (map.height(), map.width()),
        sounds: map.above(SecondMask::DRAWN),
    }
}
