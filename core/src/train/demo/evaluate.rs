//! How well a model does on scenes it has never seen: unseen seeds, unseen drawings. Each task against its baselines on the
//! same frozen features, whose weights lie beside the model's.

use std::path::Path;

use burn::module::{Module, ModuleDisplay};
use burn::tensor::Device;

use super::frozen::Frozen;
use super::heads::{PARSE_BASELINES, PROBE, SEGMENT_BASELINES, parse_baselines};
use super::probe::{self, Pooled, Probe};
use super::seeds;
use crate::base::{Labels, Task};
use crate::data::Targets;
use crate::data::scenes::{Scene, SceneOptions, SceneTask, Split};
use crate::features::{FeatureError, pooled};
use crate::model::weights::{Names, load_into};
use crate::model::{Familiarity, LoadedModel, ModelBundle, ModelError, Precision, TaskHead};
use crate::predict::UNFAMILIAR;
use crate::train::error::TrainError;
use crate::train::evaluation::{Evaluation, Figures};
use crate::train::metrics::{
    Compared, LlpScores, LocalizeReport, MaskScores, ParseReport, Report, SegmentReport,
};

/// Seeds that no training begins with.
const UNSEEN_SEEDS: u64 = 5_000_000_000;
/// Side of the masks that are compared: AVSBench's.
const SIDE: usize = 224;

/// Measures the embedded demo model on `count` scenes; `seed` picks which.
///
/// # Errors
/// The embedded model is damaged.
pub fn evaluate_demo(task: Task, count: usize, seed: u64) -> Result<Report, TrainError> {
    evaluate_in(&ModelBundle::demo()?, task, count, seed, Precision::F32)
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
    evaluate_in(&ModelBundle::open(dir)?, task, count, seed, Precision::F32)
}

/// Measures a model, its backbones in some numbers.
///
/// # Errors
/// The processor does not compute in them, or the model has no head for the task.
pub fn evaluate_in(
    bundle: &ModelBundle,
    task: Task,
    count: usize,
    seed: u64,
    precision: Precision,
) -> Result<Report, TrainError> {
    let device = Device::flex();
    let model = bundle.load_in(&device, precision)?;
    let measured = Measured {
        bundle,
        model: &model,
        frozen: Frozen::of(&model.pair)?,
        seeds: seeds(UNSEEN_SEEDS + seed * 1_000_000, count),
        device: &device,
    };
    match task {
        Task::Localize => measured.localize().map(Report::Localize),
        Task::Parse => measured.parse().map(Report::Parse),
        Task::Segment => measured.segment().map(Report::Segment),
    }
}

/// The scenes that models are measured on: `seed` picks which.
pub fn unseen_clips(task: SceneTask, count: usize, seed: u64) -> Vec<Scene> {
    let seeds = seeds(UNSEEN_SEEDS + seed * 1_000_000, count);
    let scene = |seed: &u64| Scene::generate(*seed, &unseen(task));
    seeds.iter().map(scene).collect()
}

/// Of drawings that no training has seen.
fn unseen(task: SceneTask) -> SceneOptions {
    SceneOptions {
        split: Split::Test,
        task,
        all_classes: true,
        ..SceneOptions::default()
    }
}

/// Scenes that go through everything together; no more are ever in memory.
const TOGETHER: usize = 4;

/// A model and the scenes it is measured on.
struct Measured<'a> {
    bundle: &'a ModelBundle,
    model: &'a LoadedModel,
    frozen: Frozen<'a>,
    seeds: Vec<u64>,
    device: &'a Device,
}

/// What came of some heads on the same scenes.
struct Found {
    /// Of each head.
    figures: Vec<Option<Figures>>,
    /// Segments familiar to the model, and all.
    familiar: [usize; 2],
    /// For the linear probe.
    pooled: Pooled,
}

impl Measured<'_> {
    /// Runs heads over all scenes of a kind, as a user is shown what they say: weighed by familiarity.
    fn run(&self, task: SceneTask, heads: &[&TaskHead]) -> Result<Found, TrainError> {
        let masks = matches!(task, SceneTask::Segment | SceneTask::SegmentMany);
        let masks = masks.then_some(SIDE);
        let known = self.model.familiarity.as_ref().and_then(Familiarity::read);
        let mut evaluations = vec![Evaluation::default(); heads.len()];
        let (mut familiar, mut all_pooled) = ([0; 2], Pooled::default());
        for seeds in self.seeds.chunks(TOGETHER) {
            let generate = |seed: &u64| Scene::generate(*seed, &unseen(task));
            let scenes: Vec<Scene> = seeds.iter().map(generate).collect();
            let targets = scenes.iter().map(|scene| scene.targets(masks));
            let targets: Vec<Targets> = targets
                .map(|t| t.with_classes(self.classes(task)))
                .collect();
            let found = self.frozen.extract(&scenes);
            let rows = pooled(&found.visual, &found.audio).map_err(FeatureError::Device)?;
            let trust = rows
                .iter()
                .map(|row| known.as_ref().map_or(1.0, |f| f.score(row)));
            let trust: Vec<f32> = trust.collect();
            familiar[0] += trust.iter().filter(|trust| **trust >= UNFAMILIAR).count();
            familiar[1] += trust.len();
            if task == SceneTask::Localize {
                all_pooled.add(&found.visual, &found.audio, &targets)?;
            }
            let batch = found.into_batch(targets, self.device)?;
            for (head, evaluation) in heads.iter().zip(&mut evaluations) {
                evaluation.add_weighed(head, &batch, &trust)?;
            }
        }
        Ok(Found {
            figures: evaluations.iter().map(Evaluation::figures).collect(),
            familiar,
            pooled: all_pooled,
        })
    }

    /// How many classes the model's head for a kind of scenes has.
    fn classes(&self, task: SceneTask) -> usize {
        let manifest = self.bundle.manifest();
        let labels = match task {
            SceneTask::Localize => manifest.localize.as_ref().map(|entry| &entry.labels),
            SceneTask::Parse => manifest.parse.as_ref().map(|entry| &entry.labels),
            SceneTask::Segment | SceneTask::SegmentMany => None,
        };
        labels.map_or(0, Labels::len)
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

    fn head(&self, task: Task, name: &'static str) -> Result<TaskHead, TrainError> {
        let head = self.model.head(task);
        head.ok_or_else(|| TrainError::NoHead(self.model.about.name.clone(), name))
    }

    /// Runs a head and, where they are kept, its baselines.
    fn compare<T: Copy + Default>(
        &self,
        task: SceneTask,
        head: &TaskHead,
        baselines: &[Option<TaskHead>],
        of: fn(Figures) -> Option<T>,
    ) -> Result<(Compared<T>, [usize; 2]), TrainError> {
        let all: Vec<&TaskHead> = [head]
            .into_iter()
            .chain(baselines.iter().flatten())
            .collect();
        let found = self.run(task, &all)?;
        let mut scores = found
            .figures
            .into_iter()
            .map(|figures| figures.and_then(of));
        let own = scores.next().flatten().unwrap_or_default();
        let beside = baselines.iter().map(|baseline| {
            let score = baseline.as_ref().and_then(|_| scores.next());
            score.flatten()
        });
        let beside: Vec<Option<T>> = beside.collect();
        Ok((Compared::new(own, &beside), found.familiar))
    }

    fn localize(&self) -> Result<LocalizeReport, TrainError> {
        let head = self.head(Task::Localize, "event localization")?;
        let found = self.run(SceneTask::Localize, &[&head])?;
        let (accuracy, background) = match found.figures.first() {
            Some(Some(Figures::Localize {
                accuracy,
                background,
            })) => (*accuracy, *background),
            _ => (0.0, 0.0),
        };
        let (width, classes) = (found.pooled.width(), self.classes(SceneTask::Localize));
        let probe = self.beside(PROBE, || Ok(Probe::new(width, classes, self.device)))?;
        let probe = probe.map(|probe| probe::accuracy(&probe, &found.pooled, self.device));
        Ok(LocalizeReport {
            clips: self.seeds.len(),
            head: accuracy,
            probe: probe.transpose()?,
            background,
            familiar: share(found.familiar),
        })
    }

    fn parse(&self) -> Result<ParseReport, TrainError> {
        let head = self.head(Task::Parse, "video parsing")?;
        let manifest = self.bundle.manifest();
        let (visual, audio) = manifest.layers()?;
        let mut baselines = vec![];
        if let Some(entry) = &manifest.parse {
            let classes = entry.labels.len();
            for (config, name) in parse_baselines(&entry.config).iter().zip(PARSE_BASELINES) {
                let fresh = || config.init(&visual, &audio, classes, self.device);
                baselines.push(self.beside(name, fresh)?.map(TaskHead::Parse));
            }
        }
        let of = |figures| match figures {
            Figures::Parse(scores) => Some::<LlpScores>(scores),
            _ => None,
        };
        let (scores, familiar) = self.compare(SceneTask::Parse, &head, &baselines, of)?;
        Ok(ParseReport {
            clips: self.seeds.len(),
            scores,
            familiar: share(familiar),
        })
    }

    fn segment(&self) -> Result<SegmentReport, TrainError> {
        let head = self.head(Task::Segment, "segmentation")?;
        let manifest = self.bundle.manifest();
        let (visual, audio) = manifest.layers()?;
        let mut baselines = vec![];
        if let Some(entry) = &manifest.segment {
            let configs = [entry.config.direct(), entry.config.linear()];
            for (config, name) in configs.iter().zip(SEGMENT_BASELINES) {
                let fresh = || config.init(&visual, &audio, self.device);
                baselines.push(self.beside(name, fresh)?.map(TaskHead::Segment));
            }
        }
        let of = |figures| match figures {
            Figures::Segment(scores) => Some::<MaskScores>(scores),
            _ => None,
        };
        let (single, one) = self.compare(SceneTask::Segment, &head, &baselines, of)?;
        let (many, several) = self.compare(SceneTask::SegmentMany, &head, &baselines, of)?;
        Ok(SegmentReport {
            clips: self.seeds.len(),
            single,
            many,
            familiar: share([one[0] + several[0], one[1] + several[1]]),
        })
    }
}

fn share([part, all]: [usize; 2]) -> f64 {
    part as f64 / all.max(1) as f64
}
