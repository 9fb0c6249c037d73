//! Segments that are the same as the one before: a picture that stays, silence. A backbone is given them once.

use std::sync::Arc;

use super::error::FeatureError;
use super::half_features::HalfFeatures;

/// What a backbone was given last, and what it made of it.
#[derive(Default)]
pub(super) struct Repeats(Option<(Arc<[f32]>, HalfFeatures)>);

impl Repeats {
    /// Whether these inputs are all the one that came last.
    pub fn are_repeated(&self, inputs: &[Arc<[f32]>]) -> bool {
        let last = self.0.as_ref().map(|(input, _)| input);
        last.is_some_and(|last| inputs.iter().all(|input| Arc::ptr_eq(last, input)))
    }

    /// The features of the next segments, whose inputs these are. `run` computes them for some of the places.
    pub fn features(
        &mut self,
        inputs: &[Arc<[f32]>],
        run: impl FnOnce(&[usize]) -> Result<HalfFeatures, FeatureError>,
    ) -> Result<HalfFeatures, FeatureError> {
        let before = self.0.take();
        let known = usize::from(before.is_some());
        let mut last = before.as_ref().map(|(input, _)| input);
        let (mut new, mut rows) = (Vec::new(), Vec::new());
        for (place, input) in inputs.iter().enumerate() {
            if !last.is_some_and(|last| Arc::ptr_eq(last, input)) {
                new.push(place);
            }
            rows.push((known + new.len()).saturating_sub(1));
            last = Some(input);
        }
        let before = before.map(|(_, features)| features);
        let features = match before {
            Some(before) if new.is_empty() => before.picked(&rows),
            Some(mut both) if new.len() < inputs.len() => {
                both.append(&run(&new)?);
                both.picked(&rows)
            }
            _ if new.len() == inputs.len() => run(&new)?,
            _ => run(&new)?.picked(&rows),
        };
        let end = features.segments().saturating_sub(1);
        self.0 = inputs
            .last()
            .map(|input| (input.clone(), features.picked(&[end])));
        Ok(features)
    }
}
