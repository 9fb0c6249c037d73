//! The demo's heads: frozen features of scenes, once, then every task's head and the baselines it is held against.

use std::path::Path;
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Device;

use super::frozen::{Frozen, SceneExamples};
use super::probe::{self, Pooled};
use super::recipe::DemoRecipe;
use super::{HEAD_SEEDS, VALIDATION_SEEDS, seeds};
use crate::data::scenes::{CATEGORIES, SceneOptions, SceneTask};
use crate::features::Lease;
use crate::model::weights::{Names, load_into, read_checkpoint, save_module};
use crate::model::{
    Familiarity, LayerShape, LocalizeHead, ModelError, ParseConfig, ParseHead, SegmentConfig,
    SegmentHead, TaskHead,
};
use crate::train::config::TrainConfig;
use crate::train::error::TrainError;
use crate::train::examples::{Examples, Mixture};
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

/// Scenes of one kind for learning, and for choosing an epoch.
struct Scenes {
    training: Arc<dyn Examples>,
    validation: Arc<dyn Examples>,
}

/// Side of the masks that heads learn from and an epoch is chosen by.
const MASK_SIDE: usize = 96;

/// Everything heads are trained with.
pub(super) struct HeadTraining<'a> {
    pub out: &'a Path,
    pub recipe: &'a DemoRecipe,
    pub frozen: &'a Frozen<'a>,
    /// Pins the features of scenes.
    pub lease: Arc<Lease>,
    pub log: &'a mut dyn FnMut(&str),
}

impl<'a> HeadTraining<'a> {
    /// Trains all heads and baselines; the baselines and the probe are written, the heads returned.
    pub fn run(&mut self) -> Result<(Vec<TaskHead>, Option<Familiarity>), TrainError> {
        let scenes = self.recipe.scenes;
        let events = self.scenes(SceneTask::Localize, scenes.localize)?;
        let localize = self.localize(&events)?;
        let parsing = self.scenes(SceneTask::Parse, scenes.parse)?;
        let [parse_direct, parse_linear, parse] = self.parse(&events, &parsing)?;
        let one = self.scenes(SceneTask::Segment, scenes.segment)?;
        let many = self.scenes(SceneTask::SegmentMany, scenes.segment_many)?;
        let from = [&parse_direct, &parse_linear, &parse];
        let segment = self.segment(&one, &many, from)?;
        let all = [&events, &parsing, &one, &many].map(|scenes| Arc::clone(&scenes.validation));
        let validation = Mixture::of(all.to_vec());
        let familiarity = familiarity::fit(&*events.training, &validation, self.frozen.device)?;
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

    fn scenes(
        &mut self,
        task: SceneTask,
        (training, validation): (usize, usize),
    ) -> Result<Scenes, TrainError> {
        Ok(Scenes {
            training: self.examples(task, HEAD_SEEDS, training)?,
            validation: self.examples(task, VALIDATION_SEEDS, validation)?,
        })
    }

    /// Scenes with their features, from the cache where an earlier run kept them.
    fn examples(
        &mut self,
        task: SceneTask,
        start: u64,
        count: usize,
    ) -> Result<Arc<dyn Examples>, TrainError> {
        let started = std::time::Instant::now();
        let options = SceneOptions {
            task,
            all_classes: true,
            ..SceneOptions::default()
        };
        let masks = matches!(task, SceneTask::Segment | SceneTask::SegmentMany);
        let masks = masks.then_some(MASK_SIDE);
        let (lease, seeds) = (Arc::clone(&self.lease), seeds(start, count));
        let examples =
            SceneExamples::prepare(self.frozen, seeds, options, masks, &lease, |done| {
                if done.is_multiple_of(200) || done == count {
                    let secs = started.elapsed().as_secs();
                    (self.log)(&format!(
                        "  features of {done} scenes for {}  {secs} s",
                        task.name()
                    ));
                }
            })?;
        Ok(Arc::new(examples))
    }

    fn say(&mut self, name: &str, score: f64) {
        (self.log)(&format!("{name}: validation {:.1} %", score * 100.0));
    }

    fn localize(&mut self, scenes: &Scenes) -> Result<LocalizeHead, TrainError> {
        let (recipe, device) = (self.recipe, self.frozen.device);
        let training = Pooled::of(&*scenes.training, device)?;
        let validation = Pooled::of(&*scenes.validation, device)?;
        let probe = probe::train(&training, &validation, device)?;
        let share = probe::accuracy(&probe, &validation, device)?;
        self.say("linear probe", share);
        save_module(&probe, &self.out.join(PROBE))?;
        let [visual, audio] = self.layers();
        let fresh = || {
            let classes = CATEGORIES.len();
            recipe.localize.init(visual, audio, classes, device)
        };
        let config = &recipe.localize_training;
        self.learn("localize.safetensors", fresh, config, scenes)
    }

    /// "Direct", "Linear" and the head.
    fn parse(&mut self, events: &Scenes, own: &Scenes) -> Result<[ParseHead; 3], TrainError> {
        let training = vec![Arc::clone(&events.training), Arc::clone(&own.training)];
        let scenes = Scenes {
            training: Arc::new(Mixture::of(training)),
            validation: Arc::clone(&own.validation),
        };
        let (recipe, device) = (self.recipe, self.frozen.device);
        let [visual, audio] = self.layers();
        let [direct, linear] = parse_baselines(&recipe.parse);
        let mut learn = |file: &str, config: &ParseConfig| {
            let fresh = || config.init(visual, audio, CATEGORIES.len(), device);
            self.learn(file, fresh, &recipe.parse_training, &scenes)
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
        one: &Scenes,
        many: &Scenes,
        from: [&ParseHead; 3],
    ) -> Result<SegmentHead, TrainError> {
        let both = |of: fn(&Scenes) -> &Arc<dyn Examples>| {
            let parts = [one, many].map(|scenes| Arc::clone(of(scenes)));
            Arc::new(Mixture::of(parts.to_vec()))
        };
        let scenes = Scenes {
            training: both(|scenes| &scenes.training),
            validation: both(|scenes| &scenes.validation),
        };
        let (recipe, device) = (self.recipe, self.frozen.device);
        let [visual, audio] = self.layers();
        let (direct, linear) = (recipe.segment.direct(), recipe.segment.linear());
        let mut learn = |file: &str, config: &SegmentConfig, from: &ParseHead| {
            let (seen, heard) = from.distillers();
            let fresh = || {
                Ok(config
                    .init(visual, audio, device)?
                    .distilling_as(seen, heard))
            };
            self.learn(file, fresh, &recipe.segment_training, &scenes)
        };
        learn(SEGMENT_BASELINES[0], &direct, from[0])?;
        learn(SEGMENT_BASELINES[1], &linear, from[1])?;
        learn("segment.safetensors", &recipe.segment, from[2])
    }

    /// A head as an earlier run left it in the folder, or trained and written there.
    fn learn<H: OneTask>(
        &mut self,
        file: &str,
        fresh: impl Fn() -> Result<H, ModelError>,
        config: &TrainConfig,
        scenes: &Scenes,
    ) -> Result<H, TrainError> {
        let (path, device) = (self.out.join(file), self.frozen.device);
        if path.exists() {
            let state = read_checkpoint(&path)?;
            return Ok(load_into(fresh()?, state, Names::Head, &path)?);
        }
        device.seed(3);
        let head = fresh()?;
        (self.log)(&format!("{file}: {} parameters", Module::num_params(&head)));
        let (head, score) = self.fit(head.into_task(), config, scenes, device)?;
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
        scenes: &Scenes,
        device: &Device,
    ) -> Result<(TaskHead, f64), TrainError> {
        let [training, validation] = [&scenes.training, &scenes.validation].map(Arc::clone);
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
                Step::Learned { .. } | Step::Checked => {}
            }
        }
        let last = trainer.head();
        Ok(trainer.best().map_or((last, 0.0), |best| {
            let score = best.figures.map_or(0.0, |figures| figures.score());
            (best.head.clone(), score)
        }))
    }
}

/// The head of one task, as one of any.
trait OneTask: Module + burn::module::ModuleDisplay {
    fn into_task(self) -> TaskHead;
    fn of(head: TaskHead) -> Option<Self>
    where
        Self: Sized;
}

macro_rules! one_task {
    ($head:ty, $task:ident) => {
        impl OneTask for $head {
            fn into_task(self) -> TaskHead {
                TaskHead::$task(self)
            }

            fn of(head: TaskHead) -> Option<Self> {
                match head {
                    TaskHead::$task(head) => Some(head),
                    _ => None,
                }
            }
        }
    };
}

one_task!(LocalizeHead, Localize);
one_task!(ParseHead, Parse);
one_task!(SegmentHead, Segment);
