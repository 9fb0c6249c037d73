//! One training from a data set's folder to a head's folder: features once, then every epoch from the cache.

use std::path::Path;
use std::sync::Arc;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};

use super::config::{Configs, HeadKind};
use super::error::TrainingError;
use super::head::Known;
use super::material::{Material, some};
use super::recipe::DatasetRecipe;
use super::request::{OnClips, TrainNews, TrainRequest, Trained};
use crate::base::{CancelToken, HeadId};
use crate::data::{Dataset, DatasetKind, Part};
use crate::engine::model_bundle;
use crate::gpu::{DeviceReport, Prober, choose};
use crate::model::{
    Calibration, FrozenPair, HeadFile, ModelBundle, Precision, TaskHead, write_head_into,
};
use crate::train::{
    Best, ClipExamples, Epoch, Examples, Step, TrainError, Trainer, fit_calibration,
    fit_familiarity,
};

/// The file a training is kept in until its head is written.
const KEPT: &str = "training.safetensors";

/// Trains a head. `tell` hears how it goes; `stop` is looked at between steps.
///
/// # Errors
/// The data, the model or the device cannot be used, or the head's folder is not free.
pub fn train_head(
    request: &TrainRequest,
    prober: &Prober,
    stop: &CancelToken,
    tell: &mut dyn FnMut(TrainNews<'_>),
) -> Result<Trained, TrainingError> {
    let resume = free(request)?;
    let dataset = Dataset::open(request.dataset, &request.data)?;
    tell(TrainNews::Data(&dataset));
    let bundle = model_bundle(&request.model)?;
    let mut configs = configs_of(request, &bundle)?;
    let (device, report) = choose(request.device, prober)?;
    tell(TrainNews::Device(&report));
    let (recipe, precision) = (request.recipe, request.precision);
    let pair = pair_of(&bundle, request.dataset, recipe, &device, precision)?;
    let (head, parent) = start(request, &mut configs, &dataset, &pair)?;
    let material = Material {
        dataset: &dataset,
        recipe,
        pair: &pair,
        lease: Material::lease(&request.cache)?,
        stop,
    };
    let Some([training, validation]) = material.examples([Part::Train, request.select], tell)?
    else {
        return Ok(Trained::Stopped);
    };
    some(&training, &dataset)?;
    if let Some(note) = chosen_by(request.select, validation.is_empty()) {
        tell(TrainNews::Note(note.to_owned()));
    }
    let run = Run {
        request,
        dataset: &dataset,
        configs: &configs,
        parent,
        pair: &pair,
        training,
        validation,
    };
    run.to_the_end(head, resume, stop, tell)
}

/// What a person should know of how the epoch is chosen.
fn chosen_by(part: Part, none: bool) -> Option<&'static str> {
    match (part, none) {
        (_, true) => Some("there is no clip to choose an epoch by: the last one counts"),
        (Part::Test, _) => Some(
            "THE EPOCH IS CHOSEN BY THE TEST CLIPS: its figures are the best of many tries on them, and no measure of clips nobody has tried",
        ),
        _ => None,
    }
}

/// A training whose material is there.
struct Run<'a> {
    request: &'a TrainRequest,
    dataset: &'a Dataset,
    configs: &'a Configs,
    parent: Option<HeadId>,
    pair: &'a FrozenPair,
    training: Arc<ClipExamples>,
    validation: Arc<ClipExamples>,
}

impl Run<'_> {
    fn to_the_end(
        &self,
        head: TaskHead,
        resume: bool,
        stop: &CancelToken,
        tell: &mut dyn FnMut(TrainNews<'_>),
    ) -> Result<Trained, TrainingError> {
        let (kept, config) = (self.request.out.join(KEPT), &self.configs.training);
        let clips = [&self.training, &self.validation].map(Arc::clone);
        let [training, validation] = clips;
        let device = self.pair.device();
        let mut trainer = Trainer::new(head, config.clone(), training, validation, device)?;
        if resume {
            trainer = trainer.resume(&kept)?;
        }
        tell(TrainNews::Begins {
            parameters: trainer.head().num_params(),
            config,
            done: trainer.history(),
        });
        let end = drive(&mut trainer, &kept, stop, tell)?;
        let mut write = |best: &Best| self.write(best, trainer.history(), &kept, tell);
        match (end, trainer.best()) {
            (End::Stopped, _) => Ok(Trained::Stopped),
            (End::Diverged(error), best) => {
                let whole = best.filter(|best| Whole::is(&best.head));
                Ok(Trained::Diverged(error, whole.map(write).transpose()?))
            }
            (End::Done, Some(best)) => Ok(Trained::Done(write(best)?)),
            (End::Done, None) => Err(TrainingError::Asked(
                "no epoch was asked for: `epochs` of the configuration is 0".to_owned(),
            )),
        }
    }

    /// The head's folder, with all that is known of it.
    fn write(
        &self,
        best: &Best,
        history: &[Epoch],
        kept: &Path,
        tell: &mut dyn FnMut(TrainNews<'_>),
    ) -> Result<Box<HeadFile>, TrainingError> {
        let (training, validation) = (&*self.training, &*self.validation);
        let device = self.pair.device();
        let familiarity = fit_familiarity(training, validation, device)?;
        // What was chosen by the test clips is not tuned to them as well.
        let calibration = match self.request.select {
            Part::Test => None,
            Part::Train | Part::Val => fit_calibration(&best.head, validation, device)?,
        };
        if let Some(warning) = calibration.as_ref().and_then(Calibration::warning) {
            tell(TrainNews::Note(warning));
        }
        let known = Known {
            dataset: self.dataset,
            configs: self.configs,
            kind: self.request.kind,
            recipe: self.request.recipe,
            select: self.request.select,
            parent: self.parent,
            history,
            clips: [training, validation],
        };
        let notes = known.notes(best, familiarity, calibration.as_ref());
        let head = write_head_into(&self.request.out, self.pair.about(), notes, &best.head)?;
        // What cannot be removed is no head and harms nobody.
        let _ = std::fs::remove_file(kept);
        Ok(Box::new(head))
    }
}

/// Whether all of a head's numbers can be kept in 16 bit: those of one that runs away soon cannot.
struct Whole(bool);

impl Whole {
    fn is(head: &TaskHead) -> bool {
        let mut whole = Self(true);
        head.visit(&mut whole);
        whole.0
    }
}

impl ModuleVisitor for Whole {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let data = param.val().into_data();
        let limit = half::f16::MAX.to_f32();
        self.0 &= data.iter::<f32>().all(|x| x.abs() <= limit);
    }
}

/// The shape of the head and how it is trained: preset, file, ablation, seed.
fn configs_of(request: &TrainRequest, bundle: &ModelBundle) -> Result<Configs, TrainingError> {
    let (manifest, file) = (bundle.manifest(), request.config.as_deref());
    let mut configs = Configs::of(request.dataset, manifest, file, request.kind)?;
    if let Some((table, row)) = request.row {
        let changed = configs.row(manifest, table, row);
        let none = || TrainingError::Asked(format!("table {table} has no row {} here", row + 1));
        configs = changed.ok_or_else(none)?.1;
    }
    configs.training.seed = request.seed.unwrap_or(configs.training.seed);
    Ok(configs)
}

/// The rows of a table of the paper's ablations, for the head that a request asks for; empty where the table is none of its task's.
///
/// # Errors
/// The model or the configuration cannot be read.
pub fn ablation_rows(request: &TrainRequest, table: u8) -> Result<Vec<String>, TrainingError> {
    let bundle = model_bundle(&request.model)?;
    let (manifest, file) = (bundle.manifest(), request.config.as_deref());
    let configs = Configs::of(request.dataset, manifest, file, HeadKind::Mettle)?;
    let rows = configs.head.ablation(table);
    Ok(rows.into_iter().map(|(name, _)| name).collect())
}

/// Whether there is a training to go on with.
fn free(request: &TrainRequest) -> Result<bool, TrainingError> {
    let out = &request.out;
    let refuse = |what: &str| Err(TrainingError::Asked(format!("{}: {what}", out.display())));
    if HeadFile::open(out).is_ok() {
        return refuse("holds a head already, which is never replaced: choose another --out");
    }
    let there = out.join(KEPT).is_file();
    if there && !request.resume {
        return refuse(
            "holds a training that was stopped: go on with --resume, or choose another --out",
        );
    }
    std::fs::create_dir_all(out).map_err(|e| TrainingError::io(out, e))?;
    Ok(there)
}

impl OnClips {
    /// The model's backbones, listening as the recipe says, on the device that is asked for.
    pub(super) fn pair(
        &self,
        bundle: &ModelBundle,
        recipe: DatasetRecipe,
        prober: &Prober,
    ) -> Result<(FrozenPair, DeviceReport), TrainingError> {
        let (device, report) = choose(self.device, prober)?;
        let pair = pair_of(bundle, self.dataset, recipe, &device, self.precision)?;
        Ok((pair, report))
    }
}

/// The model's backbones, listening as the recipe says.
fn pair_of(
    bundle: &ModelBundle,
    kind: DatasetKind,
    recipe: DatasetRecipe,
    device: &Device,
    precision: Precision,
) -> Result<FrozenPair, TrainingError> {
    let plain = bundle.pair(device, precision)?;
    let hearing = recipe.hearing(kind, plain.about());
    Ok(bundle.pair_hearing(device, precision, &hearing)?)
}

/// The head to begin with.
fn start(
    request: &TrainRequest,
    configs: &mut Configs,
    dataset: &Dataset,
    pair: &FrozenPair,
) -> Result<(TaskHead, Option<HeadId>), TrainingError> {
    let (about, device) = (pair.about(), pair.device());
    let Some(from) = &request.from else {
        device.seed(configs.training.seed);
        let (visual, audio) = (&about.visual.layers, &about.audio.layers);
        let head = configs
            .head
            .init(visual, audio, dataset.labels.len(), device)?;
        return Ok((head, None));
    };
    let file = HeadFile::open(from)?;
    if file.task() != dataset.kind.task() || file.labels != dataset.labels {
        return Err(TrainingError::Asked(format!(
            "{}: answers another task, or has other classes than the data",
            from.display()
        )));
    }
    configs.head = file.config.clone();
    Ok((file.load(about, device)?, Some(file.id)))
}

/// How the steps ended.
enum End {
    Done,
    Stopped,
    Diverged(TrainError),
}

/// Steps to the end; every epoch, and a stop, is kept.
fn drive(
    trainer: &mut Trainer,
    kept: &Path,
    stop: &CancelToken,
    tell: &mut dyn FnMut(TrainNews<'_>),
) -> Result<End, TrainingError> {
    loop {
        if stop.is_cancelled() {
            trainer.checkpoint(kept)?;
            return Ok(End::Stopped);
        }
        let loss = match trainer.step() {
            Ok(Step::Done) => return Ok(End::Done),
            Ok(Step::Learned { loss }) => Some(loss),
            Ok(Step::Checked | Step::Distilled) => None,
            Ok(Step::Epoch(epoch)) => {
                trainer.checkpoint(kept)?;
                tell(TrainNews::Epoch(epoch));
                None
            }
            Err(error @ TrainError::Diverged { .. }) => return Ok(End::Diverged(error)),
            Err(error) => return Err(error.into()),
        };
        tell(TrainNews::Step(trainer.progress(), loss));
    }
}
