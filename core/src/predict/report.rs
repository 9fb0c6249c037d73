//! How a model stands against a person's word: per class precision, recall and F, and which class is taken for which. Pure; what a
//! person did not say is counted nowhere.

use std::collections::BTreeMap;

use super::{Detail, Prediction, Thresholds, winner};
use crate::base::{BACKGROUND, Label, LabelId, Modality, Said};
use crate::project::Statements;

/// One class's verdicts, counted in seconds (in parsing, heard and seen by themselves).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassTally {
    /// Said to happen, by both.
    pub both: u32,
    /// Said to happen by the model alone, and denied by the person.
    pub model_alone: u32,
    /// Said to happen by the person alone.
    pub person_alone: u32,
    /// Denied by both.
    pub neither: u32,
}

impl ClassTally {
    /// Of what the model says, how much is so; none where it says nothing.
    pub fn precision(&self) -> Option<f32> {
        share(self.both, self.both + self.model_alone)
    }

    /// Of what is so, how much the model says; none where nothing is.
    pub fn recall(&self) -> Option<f32> {
        share(self.both, self.both + self.person_alone)
    }

    /// The harmonic mean of the two, 2 TP / (2 TP + FP + FN); none where nothing is said by either.
    pub fn f1(&self) -> Option<f32> {
        share(
            2 * self.both,
            2 * self.both + self.model_alone + self.person_alone,
        )
    }

    fn count(&mut self, model: bool, person: bool) {
        *match (model, person) {
            (true, true) => &mut self.both,
            (true, false) => &mut self.model_alone,
            (false, true) => &mut self.person_alone,
            (false, false) => &mut self.neither,
        } += 1;
    }
}

fn share(of: u32, all: u32) -> Option<f32> {
    (all > 0).then(|| of as f32 / all as f32)
}

/// A model against a person, over any number of clips.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Each class of which a person said something.
    pub classes: BTreeMap<Label, ClassTally>,
    /// In how many seconds a person says one class and the model another: (the person's, the model's). Only seconds of which a
    /// person says just one class, or denies all; [`BACKGROUND`] stands for none.
    pub confusion: BTreeMap<(Label, Label), u32>,
    /// Clips that were counted.
    pub clips: usize,
}

impl Report {
    /// Count a clip in.
    pub fn add(&mut self, prediction: &Prediction, thresholds: &Thresholds, said: &Statements) {
        let layers: &[Modality] = match prediction.detail {
            Detail::Segmented { .. } => return,
            Detail::Localized { .. } => &[Modality::AudioVisual],
            Detail::Parsed { .. } => &[Modality::Audible, Modality::Visible],
        };
        self.clips += 1;
        for segment in 0..prediction.scores.len().min(prediction.segments.len()) {
            let at = prediction.segments[segment].middle();
            for (class, label) in prediction.labels.iter().enumerate() {
                for &modality in layers {
                    let word = said.said(LabelId::named(label), modality, at);
                    if word != Said::Unknown {
                        let model = says(prediction, thresholds, (segment, class), modality);
                        let tally = self.classes.entry(label.clone()).or_default();
                        tally.count(model, word == Said::Yes);
                    }
                }
            }
            if let Detail::Localized { .. } = prediction.detail {
                self.confuse(prediction, thresholds, said, segment);
            }
        }
    }

    fn confuse(
        &mut self,
        prediction: &Prediction,
        thresholds: &Thresholds,
        said: &Statements,
        segment: usize,
    ) {
        let at = prediction.segments[segment].middle();
        let word = |label: &Label| said.said(LabelId::named(label), Modality::AudioVisual, at);
        let words: Vec<(&Label, Said)> = prediction.labels.iter().map(|l| (l, word(l))).collect();
        let mut yes = words.iter().filter(|(_, said)| *said == Said::Yes);
        let person = match (yes.next(), yes.next()) {
            (Some((label, _)), None) => (*label).clone(),
            (None, _) if words.iter().all(|(_, said)| *said == Said::No) => Label::from(BACKGROUND),
            _ => return,
        };
        let won = winner(prediction, thresholds, segment);
        let model = won.and_then(|(class, _)| prediction.labels.get(class).cloned());
        let model = model.unwrap_or_else(|| Label::from(BACKGROUND));
        *self.confusion.entry((person, model)).or_default() += 1;
    }

    /// The classes that stand in the table of confusions, background last.
    pub fn confused(&self) -> Vec<Label> {
        let pairs = self.confusion.keys();
        let mut labels: Vec<Label> = pairs.flat_map(|(a, b)| [a.clone(), b.clone()]).collect();
        labels.sort_by_key(|label| (&**label == BACKGROUND, label.clone()));
        labels.dedup();
        labels
    }

    /// The mean F over the classes that have one.
    pub fn mean_f1(&self) -> Option<f32> {
        let all: Vec<f32> = self.classes.values().filter_map(ClassTally::f1).collect();
        (!all.is_empty()).then(|| all.iter().sum::<f32>() / all.len() as f32)
    }
}

/// Whether the model says a class of a second, by its task's rule.
fn says(
    prediction: &Prediction,
    thresholds: &Thresholds,
    (segment, class): (usize, usize),
    modality: Modality,
) -> bool {
    match prediction.detail {
        Detail::Localized { .. } => {
            winner(prediction, thresholds, segment).is_some_and(|(won, _)| won == class)
        }
        _ => {
            let score = prediction.scores_of(modality).get(segment);
            let score = score.and_then(|scores| scores.get(class));
            let label = prediction.labels.get(class);
            score
                .zip(label)
                .is_some_and(|(score, label)| *score >= thresholds.of(label, modality))
        }
    }
}
