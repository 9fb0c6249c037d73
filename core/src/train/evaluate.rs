//! How well a model does on scenes it has never seen: unseen seeds, unseen drawings. Each task against its baselines on the
//! same frozen features, whose weights lie beside the model's.

use std::path::Path;

use burn::module::{Module, ModuleDisplay};
use burn::tensor::Device;

use super::demo::{
    PARSE_BASELINES, PROBE, SEGMENT_BASELINES, TrainError, parse_baselines, seeds,
    segment_baselines,
};
use super::features::{Bank, Frozen};
use super::metrics::{Compared, LocalizeReport, MaskScores, ParseReport, Report, SegmentReport};
use super::probe::{self, Probe};
use super::{localize, parse, segment};
use crate::base::Task;
use crate::data::scenes::{CATEGORIES, Scene, SceneOptions, SceneTask, Split};
use crate::model::weights::{Names, load_into};
use crate::model::{Familiarity, LoadedModel, ModelBundle, ModelError, SegmentHead};

/// Seeds that no training begins with.
const UNSEEN_SEEDS: u64 = 5_000_000_000;
/// Side of the masks that are compared: AVSBench's.
const SIDE: usize = 224;

/// Measures the embedded demo model on `count` scenes; `seed` picks which.
///
/// # Errors
/// The embedded model is damaged.
pub fn evaluate_demo(task: Task, count: usize, seed: u64) -> Result<Report, TrainError> {
    evaluate(&ModelBundle::demo()?, task, count, seed)
}

/// Measures the model of a folder, and the baselines beside it where there are any.
///
/// # Errors
/// The folder holds no model with a head for the task.
pub fn evaluate_folder(
    dir: &Path,
    task: Task,
    count: usize,
    seed: u64,
) -> Result<Report, TrainError> {
    evaluate(&ModelBundle::open(dir)?, task, count, seed)
}

fn evaluate(
    bundle: &ModelBundle,
    task: Task,
    count: usize,
    seed: u64,
) -> Result<Report, TrainError> {
    let device = Device::flex();
    let model = bundle.load(&device)?;
    let exam = Exam {
        bundle,
        model: &model,
        seeds: seeds(UNSEEN_SEEDS + seed * 1_000_000, count),
        device: &device,
    };
    match task {
        Task::Localize => exam.localize().map(Report::Localize),
        Task::Parse => exam.parse().map(Report::Parse),
        Task::Segment => exam.segment().map(Report::Segment),
    }
}

struct Exam<'a> {
    bundle: &'a ModelBundle,
    model: &'a LoadedModel,
    seeds: Vec<u64>,
    device: &'a Device,
}

impl Exam<'_> {
    fn options(task: SceneTask) -> SceneOptions {
        SceneOptions {
            split: Split::Test,
            task,
            all_classes: true,
            ..SceneOptions::default()
        }
    }

    fn bank(&self, task: SceneTask) -> Result<Bank, TrainError> {
        let (pair, backbones) = (self.model.pair.about(), self.model.pair.backbones()?);
        let frozen = Frozen {
            visual: &*backbones.visual,
            audio: &*backbones.audio,
            image_prep: &pair.image_prep,
            sound_prep: &pair.sound_prep,
            tile: pair.sound_tile,
            device: self.device,
        };
        let options = Self::options(task);
        Ok(Bank::extract(&frozen, &self.seeds, &options, |_| {}))
    }

    /// Weights beside the model's into a module; none where there is no such file.
    fn beside<M: Module + ModuleDisplay>(
        &self,
        name: &str,
        fresh: impl FnOnce() -> Result<M, ModelError>,
    ) -> Result<Option<M>, TrainError> {
        let Some(state) = self.bundle.beside(name)? else {
            return Ok(None);
        };
        Ok(Some(load_into(
            fresh()?,
            state,
            Names::Head,
            Path::new(name),
        )?))
    }

    fn no_head(&self, task: &'static str) -> TrainError {
        TrainError::NoHead(self.model.about.name.clone(), task)
    }

    /// Share of segments familiar to the model.
    fn familiar(&self, banks: &[&Bank]) -> f64 {
        let known = self.model.familiarity.as_ref().and_then(Familiarity::read);
        let familiar = |pooled: &&Vec<f32>| known.as_ref().is_none_or(|f| f.score(pooled) >= 0.5);
        let all = || banks.iter().flat_map(|bank| &bank.described);
        all().filter(familiar).count() as f64 / all().count().max(1) as f64
    }

    fn localize(&self) -> Result<LocalizeReport, TrainError> {
        let head = self.model.localize.as_ref();
        let head = head.ok_or_else(|| self.no_head("event localization"))?;
        let bank = self.bank(SceneTask::Localize)?;
        let width = bank.pooled.first().map_or(1, Vec::len);
        let probe = self.beside(PROBE, || Ok(Probe::new(width, self.device)))?;
        let truth = localize::truth(&bank);
        let background = truth.iter().filter(|class| **class == CATEGORIES.len());
        Ok(LocalizeReport {
            scenes: bank.len(),
            head: localize::accuracy(head, &bank, self.device),
            probe: probe.map(|probe| probe::accuracy(&probe, &bank, self.device)),
            background: background.count() as f64 / truth.len().max(1) as f64,
            familiar: self.familiar(&[&bank]),
        })
    }

    fn parse(&self) -> Result<ParseReport, TrainError> {
        let manifest = self.bundle.manifest();
        let (Some(head), Some(entry)) = (&self.model.parse, &manifest.parse) else {
            return Err(self.no_head("video parsing"));
        };
        let (visual, audio) = manifest.layers()?;
        let classes = entry.labels.len();
        let bank = self.bank(SceneTask::Parse)?;
        let mut baselines = vec![];
        for (config, name) in parse_baselines(&entry.config).iter().zip(PARSE_BASELINES) {
            let fresh = || config.init(&visual, &audio, classes, self.device);
            let baseline = self.beside(name, fresh)?;
            let scores = baseline.map(|head| parse::scores(&head, &bank, self.device));
            baselines.push(scores.transpose()?);
        }
        Ok(ParseReport {
            scenes: bank.len(),
            scores: Compared::new(parse::scores(head, &bank, self.device)?, &baselines),
            familiar: self.familiar(&[&bank]),
        })
    }

    fn segment(&self) -> Result<SegmentReport, TrainError> {
        let manifest = self.bundle.manifest();
        let (Some(head), Some(entry)) = (&self.model.segment, &manifest.segment) else {
            return Err(self.no_head("segmentation"));
        };
        let (visual, audio) = manifest.layers()?;
        let mut heads = vec![];
        for (config, name) in segment_baselines(&entry.config)
            .iter()
            .zip(SEGMENT_BASELINES)
        {
            heads.push(self.beside(name, || config.init(&visual, &audio, self.device))?);
        }
        let tasks = [SceneTask::Segment, SceneTask::SegmentMany];
        let [single, several] = tasks;
        let banks = [self.bank(single)?, self.bank(several)?];
        let [single, many] = [0, 1].map(|i| -> Result<Compared<MaskScores>, TrainError> {
            let scores = |head: &SegmentHead| self.masks(head, &banks[i], tasks[i]);
            let mut baselines = vec![];
            for head in &heads {
                baselines.push(head.as_ref().map(scores).transpose()?);
            }
            Ok(Compared::new(scores(head)?, &baselines))
        });
        Ok(SegmentReport {
            scenes: self.seeds.len(),
            single: single?,
            many: many?,
            familiar: self.familiar(&[&banks[0], &banks[1]]),
        })
    }

    fn masks(
        &self,
        head: &SegmentHead,
        bank: &Bank,
        task: SceneTask,
    ) -> Result<MaskScores, TrainError> {
        let truth = |clip: usize| {
            let scene = Scene::generate(self.seeds[clip], &Self::options(task));
            let stage = scene.stage(SIDE, SIDE);
            let masks = scene.seconds().into_iter().map(|s| stage.mask(s.middle()));
            masks.flat_map(|m| m.data).map(|v| v > 0).collect()
        };
        segment::scores(head, bank, SIDE, truth, self.device)
    }
}
