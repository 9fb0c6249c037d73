//! What a head makes of a few clips: of two things that no training before has shown it, and of seconds that are denied. The same
//! functions as a training on a person's corrections, on scenes that never become files.

mod clips;

use std::sync::Arc;
use std::time::{Duration, Instant};

use burn::tensor::Device;

use self::clips::{Clip, Lesson, trust};
use super::frozen::Frozen;
use super::replay::DrawnReplay;
use super::seeds;
use crate::base::{Said, Task};
use crate::data::scenes::{Scene, SceneOptions, SceneTask, Split};
use crate::data::{SaidGrid, Targets};
use crate::model::{Familiarity, HeadConfig, LoadedModel, ModelBundle, TaskHead};
use crate::train::config::{FEW_STEPS, TrainConfig};
use crate::train::error::TrainError;
use crate::train::evaluation::{Evaluation, Figures};
use crate::train::examples::Examples;
use crate::train::familiarity::familiar_with;
use crate::train::grown::grown;
use crate::train::taught::{before, filled};
use crate::train::trainer::{Step, Trainer};

/// Seeds of scenes that are taught, and of those that are asked: no training begins with them.
const TAUGHT_SEEDS: u64 = 8_250_000_000;
const ASKED_SEEDS: u64 = 8_500_000_000;
/// Seconds that are denied.
const DENIED: usize = 3;

/// The experiment: scenes through the backbones once, then any number of trainings.
pub struct FewShot {
    model: LoadedModel,
    head: TaskHead,
    config: HeadConfig,
    device: Device,
    /// Classes of the head as it is shipped; newcomers stand behind them.
    known: usize,
    newcomers: usize,
    taught: Vec<Clip>,
    asked_new: Vec<Clip>,
    asked_old: Vec<Clip>,
    /// Drawn scenes to be replayed, which know what the head says of them.
    drawn: Lesson,
}

/// How a head is kept from forgetting what it knew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keeping {
    /// In seconds of the taught clips of which nothing is said.
    pub seconds: bool,
    /// On so many drawn scenes, of which some join each step; all there are, where these are fewer.
    pub scenes: usize,
}

impl Keeping {
    /// As a training on a person's corrections does.
    pub const USUAL: Self = Self {
        seconds: true,
        scenes: usize::MAX,
    };
    /// Not at all.
    pub const NOTHING: Self = Self {
        seconds: false,
        scenes: 0,
    };
}

/// What came of teaching newcomers: shares of seconds that are right, before and after.
#[derive(Clone, Copy, Debug)]
pub struct FewShotReport {
    /// In clips of the newcomers that were not taught.
    pub new: [f64; 2],
    /// In clips of what the head knew.
    pub old: [f64; 2],
    /// Optimiser steps.
    pub steps: usize,
    /// What the training took.
    pub took: Duration,
}

/// What came of denying the first seconds of an event, clip by clip.
#[derive(Clone, Copy, Debug, Default)]
pub struct Denied {
    /// Denied seconds of which the head no longer says the event, and all.
    pub gone: [usize; 2],
    /// Other seconds of which it still says it, and all.
    pub kept: [usize; 2],
}

impl FewShot {
    /// Makes scenes: `clips` of some newcomers in turn to be taught, and `asked` of them and of what the demo model knows, with
    /// drawings it has never met.
    ///
    /// # Errors
    /// The demo model is damaged, or the device fails.
    pub fn new(
        newcomers: &[u64],
        clips: usize,
        asked: usize,
        seed: u64,
    ) -> Result<Self, TrainError> {
        let (device, bundle) = (Device::flex(), ModelBundle::demo()?);
        let model = bundle.load(&device)?;
        let none = || TrainError::NoHead(model.about.name.clone(), "event localization");
        let file = bundle.head(Task::Localize).ok_or_else(none)?;
        let (head, config) = (file.load(model.pair.about(), &device)?, file.config.clone());
        let frozen = Frozen::of(&model.pair)?;
        let options = SceneOptions {
            split: Split::Test,
            task: SceneTask::Localize,
            all_classes: true,
            ..SceneOptions::default()
        };
        let known = file.labels.len();
        let classes = known + newcomers.len();
        let new = |start, count| -> Result<Vec<Clip>, TrainError> {
            let each = seeds(start + seed * 1_000_000, count).into_iter();
            let each = each.zip(newcomers.iter().enumerate().cycle());
            each.map(|(seed, (place, which))| {
                let scene = Scene::of_newcomer(*which, seed, &options);
                Clip::of(
                    &frozen,
                    &scene,
                    said_of_newcomer(&scene, known + place, classes),
                )
            })
            .collect()
        };
        let (taught, asked_new) = (new(TAUGHT_SEEDS, clips)?, new(ASKED_SEEDS, asked)?);
        let old = seeds(ASKED_SEEDS + 500_000 + seed * 1_000_000, asked).into_iter();
        let old = old.map(|seed| {
            let scene = Scene::generate(seed, &options);
            Clip::of(&frozen, &scene, said_of_known(&scene, classes))
        });
        let asked_old = old.collect::<Result<_, _>>()?;
        let mut drawn = Lesson::default();
        for scene in DrawnReplay::of(Task::Localize).scenes() {
            let clip = Clip::of(&frozen, &scene, said_of_known(&scene, known))?;
            drawn.add(clip.features, Targets::unknown(clip.truth.seconds(), known));
            let last = drawn.len() - 1;
            drawn.know(before(&head, (&drawn, last), &device)?);
        }
        Ok(Self {
            known,
            newcomers: newcomers.len(),
            model,
            head,
            config,
            device,
            taught,
            asked_new,
            asked_old,
            drawn,
        })
    }

    /// How a few clips are learned from, unless said otherwise.
    pub fn config(&self, clips: usize) -> TrainConfig {
        TrainConfig::few_clips(Task::Localize, clips, FEW_STEPS)
    }

    /// Teaches the newcomers: of each clip in which seconds its own one happens, and nothing else.
    ///
    /// # Errors
    /// The device fails, or the loss runs away.
    pub fn teach(
        &self,
        config: &TrainConfig,
        keeping: Keeping,
    ) -> Result<FewShotReport, TrainError> {
        let classes = self.known + self.newcomers;
        self.device.seed(config.seed);
        let about = self.model.pair.about();
        let start = grown(&self.head, &self.config, about, classes, &self.device)?;
        let said = self.taught.iter().map(|clip| {
            let mut said = Targets::unknown(clip.truth.seconds(), classes);
            let of = clip.truth.both.rows().enumerate();
            for (t, row) in of {
                for (class, truth) in row.iter().enumerate().skip(self.known) {
                    if clip.truth.both.sometime(class) == Said::Yes {
                        said.both.set(t, class, *truth);
                    }
                }
            }
            said
        });
        let lesson = self.lesson(self.taught.iter(), said.collect(), keeping.seconds)?;
        let began = Instant::now();
        let (learned, steps) = self.learn(start.clone(), config, &lesson, keeping)?;
        let took = began.elapsed();
        let known = self.familiarity();
        let taught = match &known {
            Some(known) => Some(familiar_with(known, &*lesson, &self.device)?),
            None => None,
        };
        Ok(FewShotReport {
            new: [
                self.accuracy(&start, &self.asked_new, known.as_ref())?,
                self.accuracy(&learned, &self.asked_new, taught.as_ref())?,
            ],
            old: [
                self.accuracy(&start, &self.asked_old, known.as_ref())?,
                self.accuracy(&learned, &self.asked_old, taught.as_ref())?,
            ],
            steps,
            took,
        })
    }

    /// Denies the first seconds of the event that the head finds in a clip, each clip in a training of its own, as far as it finds
    /// more seconds than those.
    ///
    /// # Errors
    /// The device fails, or the loss runs away.
    pub fn deny(
        &self,
        config: &TrainConfig,
        clips: usize,
        keeping: Keeping,
    ) -> Result<Denied, TrainError> {
        let mut sum = Denied::default();
        for clip in self.asked_old.iter().take(clips) {
            let found = self.found(&self.head, clip)?;
            let Some(event) = found.iter().copied().find(|class| *class < self.known) else {
                continue;
            };
            let there: Vec<usize> = (0..found.len()).filter(|t| found[*t] == event).collect();
            let Some((denied, others)) = there.split_at_checked(DENIED) else {
                continue;
            };
            let mut said = Targets::unknown(found.len(), self.known);
            denied
                .iter()
                .for_each(|t| said.both.set(*t, event, Said::No));
            let lesson = self.lesson([clip].into_iter(), vec![said], keeping.seconds)?;
            let (learned, _) = self.learn(self.head.clone(), config, &lesson, keeping)?;
            let after = self.found(&learned, clip)?;
            let says = |t: &&usize| after[**t] == event;
            sum.gone[0] += denied.len() - denied.iter().filter(says).count();
            sum.gone[1] += denied.len();
            sum.kept[0] += others.iter().filter(says).count();
            sum.kept[1] += others.len();
        }
        Ok(sum)
    }

    fn familiarity(&self) -> Option<Familiarity> {
        let kept = self.model.familiarity.as_ref();
        kept.and_then(Familiarity::read)
    }

    /// What is learned, as a training on corrections makes it of what was said.
    fn lesson<'a>(
        &self,
        clips: impl Iterator<Item = &'a Clip>,
        said: Vec<Targets>,
        keep: bool,
    ) -> Result<Arc<Lesson>, TrainError> {
        let mut lesson = Lesson {
            features: clips.map(|clip| clip.features.clone()).collect(),
            before: vec![None; said.len()],
            targets: said,
        };
        for clip in 0..lesson.targets.len() {
            let of = (&lesson as &dyn Examples, clip);
            let said = filled(&self.head, of, &self.device)?;
            if keep {
                lesson.before[clip] = Some(Arc::new(before(&self.head, of, &self.device)?));
            }
            lesson.targets[clip] = said;
        }
        Ok(Arc::new(lesson))
    }

    fn learn(
        &self,
        head: TaskHead,
        config: &TrainConfig,
        lesson: &Arc<Lesson>,
        keeping: Keeping,
    ) -> Result<(TaskHead, usize), TrainError> {
        let none = Arc::new(Lesson::default());
        let trainer = Trainer::new(head, config.clone(), lesson.clone(), none, &self.device)?;
        let replayed = self.drawn.first(keeping.scenes, lesson.classes());
        let mut trainer = trainer.replaying(Arc::new(replayed));
        let mut steps = 0;
        loop {
            match trainer.step()? {
                Step::Learned { .. } => steps += 1,
                Step::Done => break,
                Step::Distilled | Step::Checked | Step::Epoch(_) => {}
            }
        }
        Ok((trainer.head(), steps))
    }

    /// Share of the seconds that are right, as a user is shown them.
    fn accuracy(
        &self,
        head: &TaskHead,
        clips: &[Clip],
        familiarity: Option<&Familiarity>,
    ) -> Result<f64, TrainError> {
        let mut evaluation = Evaluation::default();
        for clip in clips {
            let batch = clip.batch(&self.device);
            let trust = trust(&batch, familiarity)?;
            evaluation.add_weighed(head, &batch, &trust)?;
        }
        Ok(evaluation.figures().map_or(0.0, |figures| match figures {
            Figures::Localize { accuracy, .. } => accuracy,
            _ => 0.0,
        }))
    }

    /// The event of each second; one past the last class for none.
    fn found(&self, head: &TaskHead, clip: &Clip) -> Result<Vec<usize>, TrainError> {
        let TaskHead::Localize(head) = head else {
            let name = self.model.about.name.clone();
            return Err(TrainError::NoHead(name, "event localization"));
        };
        let batch = clip.batch(&self.device);
        let found = crate::train::taught::events(head, &batch.visual, &batch.audio)?;
        Ok(found.0)
    }
}

/// In which seconds a scene's newcomer is both heard and seen, as the class of a place behind the known ones.
fn said_of_newcomer(scene: &Scene, place: usize, classes: usize) -> SaidGrid {
    let there = scene.newcomer_seconds();
    let mut both = SaidGrid::all(there.len(), classes, Said::No);
    for (t, there) in there.into_iter().enumerate() {
        both.set(t, place, Said::from(there));
    }
    both
}

/// What of the known classes is both heard and seen; no newcomer is.
fn said_of_known(scene: &Scene, classes: usize) -> SaidGrid {
    let said = scene.targets(None).both;
    let mut both = SaidGrid::all(said.seconds(), classes, Said::No);
    for (t, row) in said.rows().enumerate() {
        let each = row.iter().enumerate();
        each.for_each(|(class, said)| both.set(t, class, *said));
    }
    both
}
