//! The demo's heads: frozen features of scenes, once, then every task's head and the baselines it is held against.

use std::path::Path;

use burn::module::{Module, ModuleDisplay};

use super::TrainError;
use crate::data::scenes::{CATEGORIES, SceneOptions, SceneTask};
use crate::model::weights::{Names, load_into, read_checkpoint, save_module};
use crate::model::{
    Familiarity, Injection, LayerShape, LocalizeHead, ModelError, ParseConfig, ParseHead,
    SegmentConfig, SegmentHead, TaskHead,
};
use crate::train::familiarity;
use crate::train::features::{Bank, Frozen};
use crate::train::fit::{HeadSchedule, Lesson, fit};
use crate::train::localize::Localizing;
use crate::train::parse::Parsing;
use crate::train::probe;
use crate::train::recipe::DemoRecipe;
use crate::train::segment::Segmenting;

use super::{HEAD_SEEDS, VALIDATION_SEEDS, seeds};

/// The probe's weights, beside the model's: so that its figure can be had again.
pub(crate) const PROBE: &str = "probe.safetensors";
/// The same of the paper's two baselines, which are the tasks' own heads on pooled features of the last layer.
pub(crate) const PARSE_BASELINES: [&str; 2] =
    ["parse-direct.safetensors", "parse-linear.safetensors"];
/// As above.
pub(crate) const SEGMENT_BASELINES: [&str; 2] =
    ["segment-direct.safetensors", "segment-linear.safetensors"];

/// The baselines of a parsing head: "Direct" and "Linear".
pub(crate) fn parse_baselines(config: &ParseConfig) -> [ParseConfig; 2] {
    [config.distill.direct(), config.distill.linear_probe()].map(|distill| ParseConfig {
        distill,
        ..config.clone()
    })
}

/// The baselines of a segmentation head. "Direct" is the decoder on frozen maps alone, into which nothing is injected;
/// "Linear" is injected the pooled features through one linear layer a modality.
pub(crate) fn segment_baselines(config: &SegmentConfig) -> [SegmentConfig; 2] {
    let direct = SegmentConfig {
        distill: config.distill.direct(),
        injection: Injection::none(),
        ..config.clone()
    };
    let linear = SegmentConfig {
        distill: config.distill.linear_probe(),
        ..config.clone()
    };
    [direct, linear]
}

/// Features of scenes for learning and for choosing an epoch.
struct Banks {
    training: Vec<Bank>,
    validation: Bank,
}

/// Scenes of one bank, and of one file.
const CHUNK: usize = 1200;

/// Everything heads are trained with.
pub(super) struct School<'a> {
    pub out: &'a Path,
    pub recipe: &'a DemoRecipe,
    pub frozen: &'a Frozen<'a>,
    /// Where features are kept from one run to the next, if they are.
    pub features: Option<&'a Path>,
    /// Stands for the backbones' weights in the names of such files.
    pub backbones: String,
    pub log: &'a mut dyn FnMut(&str),
}

impl<'a> School<'a> {
    /// Trains all heads and baselines; the baselines and the probe are written, the heads returned.
    pub fn teach(&mut self) -> Result<(Vec<TaskHead>, Option<Familiarity>), TrainError> {
        let scenes = self.recipe.scenes;
        let events = self.banks(SceneTask::Localize, scenes.localize)?;
        let localize = self.localize(&events)?;
        let parsing = self.banks(SceneTask::Parse, scenes.parse)?;
        let [parse_direct, parse_linear, parse] = self.parse(&events, &parsing)?;
        let one = self.banks(SceneTask::Segment, scenes.segment)?;
        let many = self.banks(SceneTask::SegmentMany, scenes.segment_many)?;
        let from = [&parse_direct, &parse_linear, &parse];
        let segment = self.segment(&one, &many, from)?;
        let validation = [&events, &parsing, &one, &many].map(|banks| &banks.validation);
        let training: Vec<&Bank> = events.training.iter().collect();
        let familiarity = familiarity::fit(&training, &validation);
        let heads = vec![
            TaskHead::Localize(localize),
            TaskHead::Parse(parse),
            TaskHead::Segment(segment),
        ];
        Ok((heads, familiarity))
    }

    fn layers(&self) -> [&'a [LayerShape]; 2] {
        let frozen = self.frozen;
        [&frozen.visual.spec().layers, &frozen.audio.spec().layers]
    }

    fn banks(
        &mut self,
        task: SceneTask,
        (training, validation): (usize, usize),
    ) -> Result<Banks, TrainError> {
        let options = SceneOptions {
            task,
            all_classes: true,
            ..SceneOptions::default()
        };
        Ok(Banks {
            training: (0..training)
                .step_by(CHUNK)
                .map(|first| {
                    let count = CHUNK.min(training - first);
                    self.bank(&options, HEAD_SEEDS + first as u64, count)
                })
                .collect::<Result<_, _>>()?,
            validation: self.bank(&options, VALIDATION_SEEDS, validation)?,
        })
    }

    /// Features of scenes, from the folder where an earlier run kept them, or computed and kept.
    fn bank(
        &mut self,
        options: &SceneOptions,
        start: u64,
        count: usize,
    ) -> Result<Bank, TrainError> {
        let (started, task, seeds) = (std::time::Instant::now(), options.task, seeds(start, count));
        let name = format!(
            "{}-{}-{start}-{count}-{}.safetensors",
            task.name(),
            options.split.name(),
            self.backbones
        );
        let kept = self.features.map(|dir| dir.join(name));
        if let Some(path) = kept.as_ref().filter(|path| path.exists()) {
            return Bank::read(path, self.frozen, &seeds, options);
        }
        let bank = Bank::extract(self.frozen, &seeds, options, |done| {
            if done.is_multiple_of(200) || done == count {
                let secs = started.elapsed().as_secs();
                (self.log)(&format!(
                    "  features of {done} scenes for {task:?}  {secs} s"
                ));
            }
        });
        if let Some(path) = kept {
            bank.keep(&path)?;
        }
        Ok(bank)
    }

    fn say(&mut self, name: &str, score: f64) {
        (self.log)(&format!("{name}: validation {:.1} %", score * 100.0));
    }

    fn localize(&mut self, banks: &Banks) -> Result<LocalizeHead, TrainError> {
        let (recipe, device) = (self.recipe, self.frozen.device);
        let training: Vec<&Bank> = banks.training.iter().collect();
        let probe = probe::train(&training, &banks.validation, device);
        let share = probe::accuracy(&probe, &banks.validation, device);
        self.say("linear probe", share);
        save_module(&probe, &self.out.join(PROBE))?;
        let [visual, audio] = self.layers();
        let fresh = || {
            let classes = CATEGORIES.len();
            recipe.localize.init(visual, audio, classes, device)
        };
        let banks = [&training[..], &[&banks.validation]];
        let schedule = recipe.localize_schedule;
        self.learn("localize.safetensors", fresh, &Localizing, schedule, banks)
    }

    /// "Direct", "Linear" and the head.
    fn parse(&mut self, events: &Banks, own: &Banks) -> Result<[ParseHead; 3], TrainError> {
        // The first of the others: as many as are worth their time.
        let training: Vec<&Bank> = events
            .training
            .iter()
            .take(1)
            .chain(&own.training)
            .collect();
        let banks = [&training[..], &[&own.validation]];
        let (recipe, device, schedule) =
            (self.recipe, self.frozen.device, self.recipe.parse_schedule);
        let [visual, audio] = self.layers();
        let [direct, linear] = parse_baselines(&recipe.parse);
        let mut learn = |file: &str, config: &ParseConfig| {
            let fresh = || config.init(visual, audio, CATEGORIES.len(), device);
            self.learn(file, fresh, &Parsing, schedule, banks)
        };
        Ok([
            learn(PARSE_BASELINES[0], &direct)?,
            learn(PARSE_BASELINES[1], &linear)?,
            learn("parse.safetensors", &recipe.parse)?,
        ])
    }

    /// Each goes on from what its own parsing head distils: the baselines from their baselines.
    fn segment(
        &mut self,
        one: &Banks,
        many: &Banks,
        from: [&ParseHead; 3],
    ) -> Result<SegmentHead, TrainError> {
        let training: Vec<&Bank> = one.training.iter().chain(&many.training).collect();
        let banks = [&training[..], &[&one.validation, &many.validation]];
        let (recipe, device, schedule) = (
            self.recipe,
            self.frozen.device,
            self.recipe.segment_schedule,
        );
        let [visual, audio] = self.layers();
        let [direct, linear] = segment_baselines(&recipe.segment);
        let mut learn = |file: &str, config: &SegmentConfig, from: &ParseHead| {
            let (seen, heard) = from.distillers();
            let fresh = || {
                Ok(config
                    .init(visual, audio, device)?
                    .distilling_as(seen, heard))
            };
            self.learn(file, fresh, &Segmenting, schedule, banks)
        };
        learn(SEGMENT_BASELINES[0], &direct, from[0])?;
        learn(SEGMENT_BASELINES[1], &linear, from[1])?;
        learn("segment.safetensors", &recipe.segment, from[2])
    }

    /// A head as an earlier run left it in the folder, or trained and written there.
    fn learn<H: Module + ModuleDisplay, L: Lesson<H>>(
        &mut self,
        file: &str,
        fresh: impl Fn() -> Result<H, ModelError>,
        lesson: &L,
        schedule: HeadSchedule,
        banks: [&[&Bank]; 2],
    ) -> Result<H, TrainError> {
        let (path, device) = (self.out.join(file), self.frozen.device);
        if path.exists() {
            let state = read_checkpoint(&path)?;
            return Ok(load_into(fresh()?, state, Names::Head, &path)?);
        }
        device.seed(3);
        let head = fresh()?;
        (self.log)(&format!("{file}: {} parameters", Module::num_params(&head)));
        let (head, score) = fit(head, lesson, schedule, banks, device, &mut *self.log)?;
        self.say(file, score);
        save_module(&head, &path)?;
        Ok(head)
    }
}
