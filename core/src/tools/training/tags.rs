//! Scales for heads from tags, fitted on a data set's folder, as a file that `models assemble --tag-classes` takes.

use super::error::TrainingError;
use super::material::{Material, some};
use super::recipe::DatasetRecipe;
use super::request::{OnClips, TrainNews};
use crate::base::{CancelToken, Labels, Task};
use crate::data::Dataset;
use crate::engine::model_bundle;
use crate::gpu::Prober;
use crate::model::{TagClasses, TagConfig, TagLists, TagRow};
use crate::train::{Examples, TagScales, fit_tags};

/// What came of it.
#[derive(Clone, Debug)]
pub struct TagsReport {
    /// The classes.
    pub labels: Labels,
    /// So many clips.
    pub clips: usize,
    /// What was fitted.
    pub scales: TagScales,
    /// The classes with their tags and scales, for a file.
    pub file: String,
}

/// Fits scales to some clips. `classes` says which tags stand for what; heads that the model has are not asked. `None` where it was stopped.
///
/// # Errors
/// The data, the model or the device cannot be used; there is no row of tags for a class; the data does not say what is heard and seen.
pub fn calibrate_tags(
    on: &OnClips,
    classes: &TagClasses,
    prober: &Prober,
    stop: &CancelToken,
    tell: &mut dyn FnMut(TrainNews<'_>),
) -> Result<Option<TagsReport>, TrainingError> {
    if on.dataset.task() != Task::Parse {
        return Err(TrainingError::Asked(
            "scales are fitted to what is heard and what is seen, each by itself: give clips laid out as LLP's".to_owned(),
        ));
    }
    let dataset = Dataset::open(on.dataset, &on.data)?;
    tell(TrainNews::Data(&dataset));
    let recipe = DatasetRecipe::default();
    let bundle = model_bundle(&on.model)?;
    let (pair, report) = on.pair(&bundle, recipe, prober)?;
    tell(TrainNews::Device(&report));
    let rows = rows(&dataset.labels, classes)?;
    let manifest = bundle.manifest();
    let list = |description: &crate::model::BackboneDesc| {
        description.classes.clone().ok_or_else(|| {
            TrainingError::Asked(format!(
                "{} has no classifier that can be asked",
                description.name
            ))
        })
    };
    let tags = TagLists {
        hears: list(&manifest.audio.description)?,
        sees: list(&manifest.visual.description)?,
        classes: rows.len(),
        scaled: false,
    };
    let device = pair.device().clone();
    let head = TagConfig { tags }.with(Task::Parse, &rows, &device)?;
    let material = Material {
        dataset: &dataset,
        recipe,
        pair: &pair,
        lease: Material::lease(&on.cache)?,
        stop,
    };
    let Some([examples]) = material.examples([on.part], tell)? else {
        return Ok(None);
    };
    some(&examples, &dataset)?;
    let scales = fit_tags(&head, &pair, &*examples, &device)?;
    Ok(Some(TagsReport {
        file: classes.scaled(&dataset.labels, [&scales.heard, &scales.seen])?,
        clips: examples.len(),
        labels: dataset.labels.clone(),
        scales,
    }))
}

fn rows(labels: &Labels, classes: &TagClasses) -> Result<Vec<TagRow>, TrainingError> {
    let row = |label: &crate::base::Label| {
        classes.row(label).cloned().ok_or_else(|| {
            TrainingError::Asked(format!(
                "no tags are known for {label}: give them with --tag-classes"
            ))
        })
    };
    labels.iter().map(row).collect()
}
