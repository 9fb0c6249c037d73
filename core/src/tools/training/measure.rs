//! How well a head does on a data set's folder, and what it costs: the columns of the paper's tables.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use burn::module::Module;

use super::error::TrainingError;
use super::material::{Material, some};
use super::recipe::DatasetRecipe;
use super::request::{OnClips, TrainNews};
use crate::base::{CancelToken, Task};
use crate::data::{Dataset, Item};
use crate::engine::model_bundle;
use crate::features::{FeatureError, FeatureStream};
use crate::gpu::{DeviceReport, Prober};
use crate::model::{FrozenPair, HeadFile, Manifest, ModelBundle, ModelError, params};
use crate::train::{Batch, Evaluation, Examples, Figures};

/// Clips whose backbones' time is taken, after one that does not count.
const TIMED: usize = 2;

/// What is to be measured.
#[derive(Clone, Debug)]
pub struct MeasureRequest {
    /// The head's folder; without one, the model's own head of the task.
    pub head: Option<PathBuf>,
    /// On which clips.
    pub on: OnClips,
}

/// What was measured.
#[derive(Clone, Debug)]
pub struct HeadReport {
    /// The head.
    pub head: HeadFile,
    /// How its inputs were made.
    pub recipe: DatasetRecipe,
    /// On what.
    pub device: DeviceReport,
    /// So many clips.
    pub clips: usize,
    /// The task's; `None` where nothing that counts is known of the clips.
    pub figures: Option<Figures>,
    /// Numbers that stay, in the backbones as published.
    pub frozen: u64,
    /// Numbers that are trained.
    pub trainable: u64,
    /// Of the head a clip, from features.
    pub head_time: Duration,
    /// Of both backbones a clip.
    pub backbone_time: Duration,
}

/// Measures a head.
///
/// # Errors
/// The data, the model, the head or the device cannot be used.
pub fn measure_head(
    request: &MeasureRequest,
    prober: &Prober,
    stop: &CancelToken,
    tell: &mut dyn FnMut(TrainNews<'_>),
) -> Result<Option<HeadReport>, TrainingError> {
    let bundle = model_bundle(&request.on.model)?;
    let file = head_of(request, &bundle)?;
    let dataset = Dataset::open(request.on.dataset, &request.on.data)?;
    tell(TrainNews::Data(&dataset));
    let dataset = fitting(&file, dataset)?;
    let recipe = recipe_of(&file);
    let (pair, report) = request.on.pair(&bundle, recipe, prober)?;
    let device = pair.device().clone();
    let head = file.load(pair.about(), &device)?;
    let material = Material {
        dataset: &dataset,
        recipe,
        pair: &pair,
        lease: Material::lease(&request.on.cache)?,
        stop,
    };
    let Some([examples]) = material.examples([request.on.part], tell)? else {
        return Ok(None);
    };
    some(&examples, &dataset)?;
    let (mut evaluation, mut times) = (Evaluation::default(), vec![]);
    for clip in 0..examples.len() {
        let batch = Batch::read(&*examples, &[clip], &device)?;
        let begin = Instant::now();
        evaluation.add(&head, &batch)?;
        times.push(begin.elapsed());
    }
    Ok(Some(HeadReport {
        recipe,
        device: report,
        clips: examples.len(),
        figures: evaluation.figures(),
        frozen: frozen(bundle.manifest())?,
        trainable: head.num_params() as u64,
        head_time: mean_but_first(&times),
        backbone_time: backbones(dataset.part(request.on.part), &dataset, recipe, &pair, stop)?,
        head: file,
    }))
}

/// The head that is asked for, of the data's task.
fn head_of(request: &MeasureRequest, bundle: &ModelBundle) -> Result<HeadFile, TrainingError> {
    let task = request.on.dataset.task();
    let Some(folder) = &request.head else {
        return bundle.head(task).cloned().ok_or_else(|| {
            TrainingError::Asked(format!(
                "{} has no {} head of its own: --head names one",
                bundle.about().name,
                task.name()
            ))
        });
    };
    let file = HeadFile::open(folder)?;
    match file.task() == task {
        true => Ok(file),
        false => Err(TrainingError::Asked(format!(
            "{} is a {} head; {} is for {}",
            folder.display(),
            file.task().name(),
            request.on.dataset.name(),
            task.name()
        ))),
    }
}

/// The data, its classes at the places the head has them at.
fn fitting(file: &HeadFile, dataset: Dataset) -> Result<Dataset, TrainingError> {
    if dataset.labels == file.labels || dataset.kind.task() == Task::Segment {
        return Ok(dataset);
    }
    dataset.in_words_of(&file.labels).map_err(|strange| {
        TrainingError::Asked(format!(
            "{} does not know classes that the data has: {}",
            file.name,
            strange.join("; ")
        ))
    })
}

/// How its inputs were made when it was trained.
pub(super) fn recipe_of(file: &HeadFile) -> DatasetRecipe {
    let recipe = file.recipe.as_ref();
    let name = recipe.and_then(|recipe| recipe.get("inputs")?.as_str()?.parse().ok());
    name.unwrap_or_default()
}

/// As published: with the classifiers that nothing uses.
fn frozen(manifest: &Manifest) -> Result<u64, ModelError> {
    let eye = params::backbone(&manifest.visual.description.backbone()?);
    Ok(match manifest.has_one_backbone() {
        true => eye,
        false => eye + params::backbone(&manifest.audio.description.backbone()?),
    })
}

/// The time both backbones take for a clip that nothing is kept of.
fn backbones<'a>(
    items: impl Iterator<Item = &'a Item>,
    dataset: &Dataset,
    recipe: DatasetRecipe,
    pair: &FrozenPair,
    stop: &CancelToken,
) -> Result<Duration, TrainingError> {
    let (kind, mut times) = (dataset.kind, vec![]);
    for item in items.take(TIMED + 1) {
        let Ok(open) = item.recording.open(kind.seconds(), recipe.cut(kind)) else {
            continue;
        };
        let about = pair.about();
        let total = open.spans.len();
        let (source, cancel) = (Arc::clone(&open.source), stop.clone());
        let stream = FeatureStream::start(source, &open.clip, open.spans, about, None, cancel);
        let mut stream = stream.map_err(crate::train::TrainError::from)?;
        let (mut done, mut time) = (0, Duration::ZERO);
        while done < total && !stop.is_cancelled() {
            let batch = stream.next(pair, total).map_err(failed)?;
            if let Some(batch) = batch {
                done += batch.segments;
                time += batch.time;
            }
        }
        times.push(time);
    }
    Ok(mean_but_first(&times))
}

/// The mean of all but the first, whose kernels were still to be found; of one alone, that.
fn mean_but_first(times: &[Duration]) -> Duration {
    let rest = times.get(1..).filter(|rest| !rest.is_empty());
    let counted = rest.unwrap_or(times);
    counted.iter().sum::<Duration>() / counted.len().max(1) as u32
}

fn failed(error: FeatureError) -> TrainingError {
    crate::train::TrainError::from(error).into()
}
