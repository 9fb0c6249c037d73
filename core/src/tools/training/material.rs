//! From a data set's folder to examples: every clip opened, cut as the recipe says, its features in the cache.

use std::sync::Arc;

use super::error::TrainingError;
use super::recipe::DatasetRecipe;
use super::request::TrainNews;
use crate::base::CancelToken;
use crate::data::{Dataset, Item, Oddities, Part};
use crate::features::{FeatureCache, FeatureError, Lease};
use crate::model::FrozenPair;
use crate::train::{ClipExamples, ExampleClip, Examples, TrainError};

/// Makes examples of clips.
pub(super) struct Material<'a> {
    pub dataset: &'a Dataset,
    pub recipe: DatasetRecipe,
    pub pair: &'a FrozenPair,
    pub lease: Arc<Lease>,
    pub stop: &'a CancelToken,
}

impl Material<'_> {
    /// A lease in the user's cache.
    pub fn lease(cache: &FeatureCache) -> Result<Arc<Lease>, TrainingError> {
        let lease = cache.lease();
        Ok(Arc::new(
            lease.map_err(|e| TrainingError::io(cache.folder(), e))?,
        ))
    }

    /// The clips of some parts, each part by itself. `None` where it was stopped; then nothing is lost, the cache has what was
    /// computed. A clip that cannot be read is told and left out.
    pub fn examples<const N: usize>(
        &self,
        parts: [Part; N],
        tell: &mut dyn FnMut(TrainNews<'_>),
    ) -> Result<Option<[Arc<ClipExamples>; N]>, TrainingError> {
        let classes = self.dataset.labels.len();
        let mut all = parts.map(|_| ClipExamples::new(Arc::clone(&self.lease), classes));
        let total = parts
            .iter()
            .map(|part| self.dataset.part(*part).count())
            .sum();
        let mut broken = Oddities::default();
        let mut done = 0;
        tell(TrainNews::Features { done, total });
        for (part, examples) in parts.iter().zip(&mut all) {
            for item in self.dataset.part(*part) {
                if self.stop.is_cancelled() {
                    return Ok(None);
                }
                match self.add(item, examples) {
                    Ok(true) => {}
                    Ok(false) => return Ok(None),
                    Err(TrainError::Features(FeatureError::Media(error))) => {
                        broken.add("clips that cannot be read: left out", error.to_string());
                    }
                    Err(error) => return Err(error.into()),
                }
                done += 1;
                tell(TrainNews::Features { done, total });
            }
        }
        if !broken.list().is_empty() {
            tell(TrainNews::Odd(&broken));
        }
        Ok(Some(all.map(Arc::new)))
    }

    fn add(&self, item: &Item, examples: &mut ClipExamples) -> Result<bool, TrainError> {
        let kind = self.dataset.kind;
        let open = item.recording.open(kind.seconds(), self.recipe.cut(kind));
        let open = open.map_err(FeatureError::Media)?;
        let item = item.clone();
        let targets = move || item.targets().map_err(|e| TrainError::Data(e.to_string()));
        let example = ExampleClip {
            clip: open.clip,
            source: open.source,
            spans: open.spans,
            targets: Arc::new(targets),
        };
        examples.add(example, self.pair, self.stop)
    }
}

/// Whether there is anything to go on with.
pub(super) fn some(examples: &ClipExamples, dataset: &Dataset) -> Result<(), TrainingError> {
    if !examples.is_empty() {
        return Ok(());
    }
    let listed: usize = dataset.listed.iter().sum();
    Err(TrainingError::Asked(format!(
        "none of the {listed} clips in the lists can be used: their media must lie in the data set's folders (films, or frames and sound)"
    )))
}
