//! A person's word in a prediction, so that pictures show it as they show a model's.

use crate::base::{Modality, Said};
use crate::exchange::marks::What;
use crate::predict::{Detail, Prediction};
use crate::project::{Names, Statements};

/// The prediction with the score 1 where a person says that a class happens in the middle of a second, and 0 where it is denied.
/// Classes that the head does not know have no place in it; masks stay as they are.
pub fn with_said(
    prediction: &Prediction,
    said: &Statements,
    names: &Names,
    what: What,
) -> Prediction {
    let mut shown = prediction.clone();
    if what == What::Model || matches!(shown.detail, Detail::Segmented { .. }) {
        return shown;
    }
    let classes: Vec<_> = said.labels().into_iter().collect();
    let seconds = shown.segments.len().min(shown.scores.len());
    for second in 0..seconds {
        let at = shown.segments[second].middle();
        for place in 0..shown.labels.len() {
            let called =
                |label: &&crate::base::LabelId| *names.name(**label) == *shown.labels[place];
            let class = classes.iter().find(called).copied();
            let word =
                |modality| class.map_or(Said::Unknown, |class| said.said(class, modality, at));
            let set = |score: &mut f32, modality| match word(modality) {
                Said::Yes => *score = 1.0,
                Said::No => *score = 0.0,
                Said::Unknown if what == What::Corrections => *score = 0.0,
                Said::Unknown => {}
            };
            set(&mut shown.scores[second][place], Modality::AudioVisual);
            if let Detail::Parsed { audible, visible } = &mut shown.detail {
                set(&mut audible[second][place], Modality::Audible);
                set(&mut visible[second][place], Modality::Visible);
            }
        }
    }
    shown
}
