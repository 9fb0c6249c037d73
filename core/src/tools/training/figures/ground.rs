//! What every figure is made on: a data set, a model's backbones, and some heads that read them.

use std::sync::Arc;

use super::FigureRequest;
use crate::base::{CancelToken, Labels};
use crate::data::{Dataset, Item};
use crate::engine::model_bundle;
use crate::features::Lease;
use crate::gpu::Prober;
use crate::model::{FrozenPair, HeadFile, TaskHead};
use crate::tools::training::error::TrainingError;
use crate::tools::training::material::{Material, some};
use crate::tools::training::measure::recipe_of;
use crate::tools::training::recipe::DatasetRecipe;
use crate::tools::training::request::TrainNews;
use crate::train::{Batch, ClipExamples};

/// What is taken of a clip, if anything.
pub(super) type Take<'a, T> = dyn FnMut(&Item, &Batch) -> Result<Option<T>, TrainingError> + 'a;

/// All that is open.
pub(super) struct Ground<'a> {
    request: &'a FigureRequest,
    pub dataset: Dataset,
    pub recipe: DatasetRecipe,
    pub pair: FrozenPair,
    pub heads: Vec<(String, TaskHead)>,
    lease: Arc<Lease>,
}

impl<'a> Ground<'a> {
    pub fn open(
        request: &'a FigureRequest,
        prober: &Prober,
        tell: &mut dyn FnMut(TrainNews<'_>),
    ) -> Result<Self, TrainingError> {
        let dataset = Dataset::open(request.on.dataset, &request.on.data)?;
        let files = request.heads.iter().map(|(_, head)| HeadFile::open(head));
        let files: Vec<HeadFile> = files.collect::<Result<_, _>>()?;
        let recipe = files.first().map(recipe_of).unwrap_or_default();
        let bundle = model_bundle(&request.on.model)?;
        let (pair, report) = request.on.pair(&bundle, recipe, prober)?;
        tell(TrainNews::Device(&report));
        let named = request.heads.iter().map(|(name, _)| name.clone());
        let heads = named.zip(&files).map(|(name, file)| {
            let head = file.load(pair.about(), pair.device())?;
            Ok((name, head))
        });
        Ok(Self {
            heads: heads.collect::<Result<_, TrainingError>>()?,
            lease: Material::lease(&request.on.cache)?,
            request,
            dataset,
            recipe,
            pair,
        })
    }

    pub fn labels(&self) -> &Labels {
        &self.dataset.labels
    }

    /// The first clips of the part that can be read, with their features. `None` where it was stopped.
    pub fn examples(
        &self,
        at_most: usize,
        stop: &CancelToken,
        tell: &mut dyn FnMut(TrainNews<'_>),
    ) -> Result<Option<Arc<ClipExamples>>, TrainingError> {
        let part = self.dataset.part(self.request.on.part);
        let items = part.take(at_most).cloned().collect();
        let examples = self.of_items(items, stop, tell)?;
        if let Some(examples) = &examples {
            some(examples, &self.dataset)?;
        }
        Ok(examples)
    }

    /// The first clips of the part, one after another: each with what it is and its features on the device, until `wanted` were
    /// taken. Gives `None` where it was stopped.
    pub fn each<T>(
        &self,
        wanted: usize,
        stop: &CancelToken,
        tell: &mut dyn FnMut(TrainNews<'_>),
        take: &mut Take<'_, T>,
    ) -> Result<Option<Vec<T>>, TrainingError> {
        let mut taken = vec![];
        tell(TrainNews::Features {
            done: 0,
            total: wanted,
        });
        for item in self.dataset.part(self.request.on.part) {
            if taken.len() >= wanted {
                break;
            }
            let one = self.of_items(vec![item.clone()], stop, &mut |_| {})?;
            let Some(one) = one else {
                return Ok(None);
            };
            if crate::train::Examples::is_empty(&*one) {
                continue;
            }
            let batch = Batch::read(&*one, &[0], self.pair.device())?;
            taken.extend(take(item, &batch)?);
            tell(TrainNews::Features {
                done: taken.len(),
                total: wanted,
            });
        }
        Ok(Some(taken))
    }

    fn of_items(
        &self,
        items: Vec<Item>,
        stop: &CancelToken,
        tell: &mut dyn FnMut(TrainNews<'_>),
    ) -> Result<Option<Arc<ClipExamples>>, TrainingError> {
        let dataset = Dataset {
            items,
            ..self.dataset.clone()
        };
        let material = Material {
            dataset: &dataset,
            recipe: self.recipe,
            pair: &self.pair,
            lease: Arc::clone(&self.lease),
            stop,
        };
        let made = material.examples([self.request.on.part], tell)?;
        Ok(made.map(|[examples]| examples))
    }
}
