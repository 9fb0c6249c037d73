//! What a person said of a clip, as targets: where the project and training meet, which know nothing of each other.

use crate::base::{LabelId, Labels, Modality, TimeSpan};
use crate::data::Targets;
use crate::project::Statements;

/// What is said of some classes in each segment of a clip: that at its middle. All else is unknown.
pub fn said_targets(said: &Statements, labels: &Labels, segments: &[TimeSpan]) -> Targets {
    let mut targets = Targets::unknown(segments.len(), labels.len());
    let spoken_of = said.labels();
    for (class, label) in labels.iter().enumerate() {
        let of = LabelId::named(label);
        if !spoken_of.contains(&of) {
            continue;
        }
        for (t, span) in segments.iter().enumerate() {
            let at = |modality| said.said(of, modality, span.middle());
            targets.heard.set(t, class, at(Modality::Audible));
            targets.seen.set(t, class, at(Modality::Visible));
            targets.both.set(t, class, at(Modality::AudioVisual));
        }
    }
    targets.sum_up();
    targets
}
