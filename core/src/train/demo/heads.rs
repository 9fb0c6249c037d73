//! The demo's heads: frozen features of scenes and of clips made of real sounds and photographs, once, then every task's head and
//! the baselines it is held against.

use std::path::Path;
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Device;

use super::clips::{Clips, with};
use super::frozen::{Frozen, SourceExamples};
use super::one_task::OneTask;
use super::probe::{self, Pooled};
use super::recipe::{DemoRecipe, labels};
use super::source::{ClipSource, Made, Scenes};
use super::{DemoMaterial, HEAD_SEEDS, MADE_SEEDS, VALIDATION_SEEDS, seeds};
use crate::data::material::Material;
use crate::data::scenes::{SceneOptions, SceneTask};
use crate::features::Lease;
use crate::model::weights::{Names, load_into, read_checkpoint, save_module};
use crate::model::{
    Calibration, Familiarity, LayerShape, LocalizeHead, ModelError, ParseConfig, ParseHead,
    SegmentConfig, SegmentHead, TaskHead,
};
use crate::train::calibration::fit_calibration;
use crate::train::config::TrainConfig;
use crate::train::error::TrainError;
use crate::train::examples::Examples;
use crate::train::familiarity;
use crate::train::trainer::{Step, Trainer};

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

/// Seconds of the clips made of material for events and parsing, and for masks.
const EVENTS: usize = 10;
/// As above.
const MASKS: usize = 5;
/// Side of the masks that heads learn from and an epoch is chosen by.
const MASK_SIDE: usize = 96;

/// What came of it.
pub(super) struct TrainedHeads {
    /// Of every task.
    pub heads: Vec<TaskHead>,
    /// What they find familiar.
    pub familiarity: Option<Familiarity>,
    /// Of event localization and of parsing.
    pub calibrations: [Option<Calibration>; 2],
}

/// Everything heads are trained with.
pub(super) struct HeadTraining<'a> {
    pub out: &'a Path,
    pub recipe: &'a DemoRecipe,
    pub frozen: &'a Frozen<'a>,
    /// Real sounds and photographs, where there are any.
    pub material: Option<&'a DemoMaterial>,
    /// Pins the features of scenes.
    pub lease: Arc<Lease>,
    pub log: &'a mut dyn FnMut(&str),
}

impl<'a> HeadTraining<'a> {
    /// Trains all heads and baselines; the baselines and the probe are written, the heads returned.
    pub fn run(&mut self) -> Result<TrainedHeads, TrainError> {
        let counts = self.recipe.scenes;
        let events = self.scenes(SceneTask::Localize, counts.localize)?;
        let made = self.made(counts.made, EVENTS, None)?;
        let localized = with(&[&events], made.as_ref());
        let localize = TaskHead::Localize(self.localize(&localized)?);
        let parsing = self.scenes(SceneTask::Parse, counts.parse)?;
        let [parse_direct, parse_linear, parse] = self.parse(&events, &parsing, made.as_ref())?;
        let one = self.scenes(SceneTask::Segment, counts.segment)?;
        let many = self.scenes(SceneTask::SegmentMany, counts.segment_many)?;
        let cut_out = self.made(counts.made_masks, MASKS, Some(MASK_SIDE))?;
        let from = [&parse_direct, &parse_linear, &parse];
        let segment = self.segment(&with(&[&one, &many], cut_out.as_ref()), from)?;
        let drawn = Clips::of(&[&events, &parsing, &one, &many]).validation;
        let mut kinds: Vec<[&dyn Examples; 2]> = vec![[&*events.training, &*drawn]];
        kinds.extend(
            made.as_ref()
                .map(|made| [&*made.training, &*made.validation]),
        );
        let familiarity = familiarity::fit_kinds(&kinds, self.frozen.device)?;
        let parse = TaskHead::Parse(parse);
        let parsed = with(&[&parsing], made.as_ref());
        let calibrated = |head: &TaskHead, clips: &Clips| {
            fit_calibration(head, &*clips.validation, self.frozen.device)
        };
        Ok(TrainedHeads {
            calibrations: [
                calibrated(&localize, &localized)?,
                calibrated(&parse, &parsed)?,
            ],
            heads: vec![localize, parse, TaskHead::Segment(segment)],
            familiarity,
        })
    }

    fn layers(&self) -> [&'a [LayerShape]; 2] {
        let frozen = self.frozen;
        [&frozen.visual.spec().layers, &frozen.audio.spec().layers]
    }

    fn scenes(
        &mut self,
        task: SceneTask,
        (training, validation): (usize, usize),
    ) -> Result<Clips, TrainError> {
        let options = SceneOptions {
            task,
            all_classes: true,
            ..SceneOptions::default()
        };
        let masks = matches!(task, SceneTask::Segment | SceneTask::SegmentMany);
        let scenes = || Scenes::new(options, masks.then_some(MASK_SIDE));
        Ok(Clips {
            training: self.examples(scenes(), HEAD_SEEDS, training)?,
            validation: self.examples(scenes(), VALIDATION_SEEDS, validation)?,
        })
    }

    /// Clips of so many seconds made of the material; none where there is no material.
    fn made(
        &mut self,
        (training, validation): (usize, usize),
        seconds: usize,
        masks: Option<usize>,
    ) -> Result<Option<Clips>, TrainError> {
        let Some(material) = self.material else {
            return Ok(None);
        };
        let rate = self.frozen.sound_prep.sample_rate();
        let made = |of: &Arc<Material>| Made::new(Arc::clone(of), labels(), masks, seconds, rate);
        let start = MADE_SEEDS + (seconds * 1_000_000) as u64;
        Ok(Some(Clips {
            training: self.examples(made(&material.training), start, training)?,
            validation: self.examples(made(&material.validation), start, validation)?,
        }))
    }

    /// Clips with their features, from the cache where an earlier run kept them.
    fn examples(
        &mut self,
        source: impl ClipSource + 'static,
        start: u64,
        count: usize,
    ) -> Result<Arc<dyn Examples>, TrainError> {
        let started = std::time::Instant::now();
        let (lease, seeds) = (Arc::clone(&self.lease), seeds(start, count));
        let (name, classes) = (source.name(start), labels().len());
        let each = |done: usize| {
            if done.is_multiple_of(200) || done == count {
                let secs = started.elapsed().as_secs();
                (self.log)(&format!(
                    "  features of {done} clips from {name} on  {secs} s"
                ));
            }
        };
        let examples = SourceExamples::prepare(self.frozen, source, seeds, classes, &lease, each)?;
        Ok(Arc::new(examples))
    }

    fn say(&mut self, name: &str, score: f64) {
        (self.log)(&format!("{name}: validation {:.1} %", score * 100.0));
    }

    fn localize(&mut self, clips: &Clips) -> Result<LocalizeHead, TrainError> {
        let (recipe, device) = (self.recipe, self.frozen.device);
        let training = Pooled::of(&*clips.training, device)?;
        let validation = Pooled::of(&*clips.validation, device)?;
        let probe = probe::train(&training, &validation, device)?;
        let share = probe::accuracy(&probe, &validation, device)?;
        self.say("linear probe", share);
        save_module(&probe, &self.out.join(PROBE))?;
        let [visual, audio] = self.layers();
        let fresh = |classes: usize| recipe.localize.init(visual, audio, classes, device);
        let config = &recipe.localize_training;
        self.learn("localize.safetensors", fresh, config, clips)
    }

    /// "Direct", "Linear" and the head.
    fn parse(
        &mut self,
        events: &Clips,
        own: &Clips,
        made: Option<&Clips>,
    ) -> Result<[ParseHead; 3], TrainError> {
        let clips = Clips {
            training: with(&[events, own], made).training,
            validation: with(&[own], made).validation,
        };
        let (recipe, device) = (self.recipe, self.frozen.device);
        let [visual, audio] = self.layers();
        let [direct, linear] = parse_baselines(&recipe.parse);
        let mut learn = |file: &str, config: &ParseConfig| {
            let fresh = |classes: usize| config.init(visual, audio, classes, device);
            self.learn(file, fresh, &recipe.parse_training, &clips)
        };
        Ok([
            learn(PARSE_BASELINES[0], &direct)?,
            learn(PARSE_BASELINES[1], &linear)?,
            learn("parse.safetensors", &recipe.parse)?,
        ])
    }

    /// Each goes on from what its own parsing head distils: the baselines from their baselines.
    fn segment(&mut self, clips: &Clips, from: [&ParseHead; 3]) -> Result<SegmentHead, TrainError> {
        let (recipe, device) = (self.recipe, self.frozen.device);
        let [visual, audio] = self.layers();
        let (direct, linear) = (recipe.segment.direct(), recipe.segment.linear());
        let mut learn = |file: &str, config: &SegmentConfig, from: &ParseHead| {
            let (seen, heard) = from.distillers();
            let fresh = |_: usize| {
                Ok(config
                    .init(visual, audio, device)?
                    .distilling_as(seen, heard))
            };
            self.learn(file, fresh, &recipe.segment_training, clips)
        };
        learn(SEGMENT_BASELINES[0], &direct, from[0])?;
        learn(SEGMENT_BASELINES[1], &linear, from[1])?;
        learn("segment.safetensors", &recipe.segment, from[2])
    }

    /// A head as an earlier run left it in the folder, or trained and written there.
    fn learn<H: OneTask>(
        &mut self,
        file: &str,
        fresh: impl Fn(usize) -> Result<H, ModelError>,
        config: &TrainConfig,
        clips: &Clips,
    ) -> Result<H, TrainError> {
        let (path, device) = (self.out.join(file), self.frozen.device);
        let classes = labels().len();
        if path.exists() {
            let state = read_checkpoint(&path)?;
            return Ok(load_into(fresh(classes)?, state, Names::Head, &path)?);
        }
        device.seed(3);
        let head = fresh(classes)?;
        (self.log)(&format!("{file}: {} parameters", Module::num_params(&head)));
        let (head, score) = self.fit(head.into_task(), config, clips, device)?;
        self.say(file, score);
        let trained =
            H::of(head).ok_or_else(|| TrainError::Data(format!("{file}: another task")))?;
        save_module(&trained, &path)?;
        Ok(trained)
    }

    /// Trains to the end; gives the best head and its score.
    fn fit(
        &mut self,
        head: TaskHead,
        config: &TrainConfig,
        clips: &Clips,
        device: &Device,
    ) -> Result<(TaskHead, f64), TrainError> {
        let [training, validation] = [&clips.training, &clips.validation].map(Arc::clone);
        let mut trainer = Trainer::new(head, config.clone(), training, validation, device)?;
        loop {
            match trainer.step()? {
                Step::Epoch(epoch) => (self.log)(&format!(
                    "  epoch {}/{}  loss {:.3}  validation {:.1} %",
                    epoch.epoch,
                    config.epochs,
                    epoch.loss,
                    epoch.figures.map_or(0.0, |figures| figures.score() * 100.0)
                )),
                Step::Done => break,
                Step::Distilled | Step::Learned { .. } | Step::Checked => {}
            }
        }
        let last = trainer.head();
        Ok(trainer.best().map_or((last, 0.0), |best| {
            let score = best.figures.map_or(0.0, |figures| figures.score());
            (best.head.clone(), score)
        }))
    }
}
