//! The demo's two backbones, from seeds, or from where an earlier run left their weights.

use std::path::{Path, PathBuf};

use burn::module::{Module, ModuleDisplay};
use burn::tensor::Device;

use super::groups::Groups;
use super::lesson::Lesson;
use super::lessons::Lessons;
use super::real::{Drawing, Real, RealPrep};
use super::recipe::DemoRecipe;
use super::samples;
use super::schedule::Schedule;
use super::tagger::{Tagger, Widen, hits, tensors, train};
use super::told::Told;
use super::{MORE_PICTURES, MORE_SOUNDS, PICTURE_SEEDS, SOUND_SEEDS, VALIDATION_SEEDS, seeds};
use crate::data::scenes::Split;
use crate::model::weights::{Names, load_into, read_checkpoint, save_module};
use crate::model::{Backbone, BackboneSpec, HtsAt, SwinV2};
use crate::train::error::TrainError;
use crate::train::evaluation::numbers;
use crate::train::examples::Side;

/// The files that a teacher's script writes into one folder.
const PICTURES: &str = "pictures.safetensors";
/// As above.
const SOUNDS: &str = "sounds.safetensors";
/// Held-out real examples that are looked at on the way, and at the end.
const SOME: usize = 300;
/// As above.
const MANY: usize = 2000;

/// Trains one backbone of the demo into a folder: on scenes, and then, with a folder of teachers' files (`tests/peers/teachers.py` writes
/// them), on real examples, too, among which scenes go on. Weights that lie there already are kept, those of each stage before the
/// last under a name of their own.
///
/// # Errors
/// The recipe describes what cannot be built, a teacher's file cannot be learned from, or the folder cannot be written.
pub fn train_trunk(
    out: &Path,
    recipe: &DemoRecipe,
    side: Side,
    teachers: Option<&Path>,
    mut log: impl FnMut(&str),
) -> Result<(), TrainError> {
    std::fs::create_dir_all(out).map_err(|e| TrainError::io(out, e))?;
    let (device, done) = (Device::flex(), out.join(file(side)));
    if done.exists() {
        return Ok(());
    }
    let lessons = match (side, teachers) {
        (_, None) => None,
        (Side::Visual, Some(folder)) => {
            let (prep, side) = (recipe.image_prep(), side_of(&recipe.visual.spec("visual")));
            Some(Lessons::pictures(&folder.join(PICTURES), &prep, side)?)
        }
        (Side::Audio, Some(folder)) => {
            let prep = recipe.audio.sound_prep();
            Some(Lessons::sounds(&folder.join(SOUNDS), &prep)?)
        }
    };
    let stages = match side {
        Side::Visual => &recipe.pictures,
        Side::Audio => &recipe.sounds,
    };
    let fitting = |stage: &&Schedule| stage.real == 0 || lessons.is_some();
    let stages: Vec<Schedule> = stages.iter().filter(fitting).copied().collect();
    let mut before: Option<PathBuf> = None;
    for (number, schedule) in stages.iter().enumerate() {
        let path = match number + 1 == stages.len() {
            true => done.clone(),
            false => out.join(format!("stage-{}-{}", number + 1, file(side))),
        };
        let stage = Stage {
            recipe,
            schedule: *schedule,
            number: number as u64,
            before: before.as_deref(),
            lessons: lessons.as_ref().filter(|_| schedule.real > 0),
            device: &device,
            path: &path,
        };
        match side {
            _ if path.exists() => {}
            Side::Visual => stage.look(&mut log)?,
            Side::Audio => stage.listen(&mut log)?,
        }
        before = Some(path);
    }
    Ok(())
}

/// One stage of a backbone's training.
struct Stage<'a> {
    recipe: &'a DemoRecipe,
    schedule: Schedule,
    number: u64,
    /// Where the stage before left the weights; none for the first.
    before: Option<&'a Path>,
    lessons: Option<&'a Lessons>,
    device: &'a Device,
    /// Where it leaves them.
    path: &'a Path,
}

/// Between the seeds of two stages.
const STAGE_SEEDS: u64 = 100_000_000;

fn file(side: Side) -> &'static str {
    match side {
        Side::Visual => "visual.safetensors",
        Side::Audio => "audio.safetensors",
    }
}

/// Cells along a side of what a backbone says last.
fn side_of(spec: &BackboneSpec) -> usize {
    spec.layers.last().map_or(1, |layer| layer.grid.0)
}

/// The backbone that looks, as a file has it.
pub(super) fn visual(
    path: &Path,
    recipe: &DemoRecipe,
    device: &Device,
) -> Result<SwinV2, TrainError> {
    let (fresh, state) = (recipe.visual.init(device)?, read_checkpoint(path)?);
    Ok(load_into(fresh, state, Names::SwinV2, path)?)
}

/// The backbone that listens, as a file has it.
pub(super) fn audio(
    path: &Path,
    recipe: &DemoRecipe,
    device: &Device,
) -> Result<HtsAt, TrainError> {
    let (fresh, state) = (recipe.audio.init(device)?, read_checkpoint(path)?);
    Ok(load_into(fresh, state, Names::HtsAt, path)?)
}

impl Stage<'_> {
    fn look(&self, log: &mut impl FnMut(&str)) -> Result<(), TrainError> {
        let (device, schedule, prep) = (self.device, self.schedule, self.recipe.image_prep());
        let shape = [3, prep.height, prep.width];
        let learning = device.clone().autodiff();
        device.seed(1);
        let start = match self.before {
            None => self.recipe.visual.init(device)?.map(&mut Widen),
            Some(before) => visual(before, self.recipe, device)?,
        };
        let side = side_of(start.spec());
        let rows = side * side;
        let groups = self.groups();
        let real = self
            .lessons
            .map(|l| Drawing::new(l, &groups, RealPrep::Picture(&prep), side))
            .map(|drawing| drawing.pasting(schedule.pasted));
        let tagger = self.tagger(start, &groups).fork(&learning).train();
        log(&format!(
            "visual backbone: {} parameters",
            tagger.backbone.num_params()
        ));
        let held_out = [Split::Train, Split::Test].map(|split| {
            let seeds = seeds(VALIDATION_SEEDS, 160);
            let tagged = samples::pictures(&seeds, split, &prep, 0.0, side);
            let targets = groups.widened(&tagged);
            (targets, tensors(tagged, shape, rows, &groups, device).0)
        });
        let lesson = |step: usize| {
            // Half of them close-ups at first, then fewer and fewer.
            let easy = (0.5 - step as f32 / schedule.steps as f32).max(0.1);
            let seed = self.seed([PICTURE_SEEDS, MORE_PICTURES], step);
            let seeds = seeds(seed, schedule.batch);
            let tagged = samples::pictures(&seeds, Split::Train, &prep, easy, side);
            Lesson {
                drawn: tensors(tagged, shape, rows, &groups, &learning),
                real: self.batch(real.as_ref(), seed, &learning),
            }
        };
        let tagger = train(tagger, schedule, lesson, |tagger, line| {
            let frozen = tagger.valid();
            let [known, unseen] = held_out.each_ref().map(|(targets, input)| {
                let logits = numbers(frozen.forward(input.clone(), rows)).unwrap_or_default();
                100.0 * hits(&logits, targets, groups.count(), true)
            });
            log(&format!(
                "{line}  cells right: known drawings {known:.0} %, unseen {unseen:.0} %{}",
                mean(&frozen, real.as_ref(), device)
            ));
        });
        finish(&tagger.valid(), real.as_ref(), self.path, device, log)
    }

    fn listen(&self, log: &mut impl FnMut(&str)) -> Result<(), TrainError> {
        let (device, schedule, prep) = (self.device, self.schedule, self.recipe.audio.sound_prep());
        let shape = [1, prep.frames(prep.sample_rate as usize), prep.mel_bins];
        let learning = device.clone().autodiff();
        device.seed(2);
        let start = match self.before {
            None => self.recipe.audio.init(device)?,
            Some(before) => audio(before, self.recipe, device)?,
        };
        let groups = self.groups();
        let real = self
            .lessons
            .map(|l| Drawing::new(l, &groups, RealPrep::Sound(&prep), 1));
        let tagger = self.tagger(start, &groups).fork(&learning).train();
        log(&format!(
            "audio backbone: {} parameters",
            tagger.backbone.num_params()
        ));
        let tagged = samples::sounds(&seeds(VALIDATION_SEEDS, 20), Split::Train, &prep, false);
        let targets = groups.widened(&tagged);
        let held_out = tensors(tagged, shape, 1, &groups, device).0;
        let lesson = |step: usize| {
            let seed = self.seed([SOUND_SEEDS, MORE_SOUNDS], step);
            let seeds = seeds(seed, schedule.batch);
            let tagged = samples::sounds(&seeds, Split::Train, &prep, true);
            Lesson {
                drawn: tensors(tagged, shape, 1, &groups, &learning),
                real: self.batch(real.as_ref(), seed, &learning),
            }
        };
        let tagger = train(tagger, schedule, lesson, |tagger, line| {
            let frozen = tagger.valid();
            let logits = numbers(frozen.forward(held_out.clone(), 1)).unwrap_or_default();
            let right = 100.0 * hits(&logits, &targets, groups.count(), false);
            let real = mean(&frozen, real.as_ref(), device);
            log(&format!("{line}  right: {right:.0} %{real}"));
        });
        finish(&tagger.valid(), real.as_ref(), self.path, device, log)
    }

    /// What is told apart.
    fn groups(&self) -> Groups {
        Groups::with(self.lessons.map_or(&[][..], |lessons| &lessons.classes[..]))
    }

    /// With layers for the groups, and for the logits of the real classes and the teacher's features.
    fn tagger<B: Module + ModuleDisplay + Backbone>(&self, start: B, groups: &Groups) -> Tagger<B> {
        let whole = |lessons: &Lessons| lessons.classes.len() + lessons.width;
        Tagger::new(start, groups, self.lessons.map_or(0, whole), self.device)
    }

    /// The first seed of a step, of the first stage or of one that goes on.
    fn seed(&self, [first, more]: [u64; 2], step: usize) -> u64 {
        let start = match self.number {
            0 => first,
            number => more + (number - 1) * STAGE_SEEDS,
        };
        start + (step * self.schedule.batch) as u64
    }

    fn batch(&self, real: Option<&Drawing>, seed: u64, device: &Device) -> Option<Real> {
        Some(real?.batch(self.schedule.real, seed, device))
    }
}

/// Writes the weights, and says how well real classes are told apart.
fn finish<B: Module + ModuleDisplay + Backbone>(
    tagger: &Tagger<B>,
    real: Option<&Drawing>,
    path: &Path,
    device: &Device,
    log: &mut impl FnMut(&str),
) -> Result<(), TrainError> {
    save_module(&tagger.backbone, path)?;
    if let Some(real) = real {
        let told = told(tagger, real, MANY, device)?;
        log(&format!(
            "held-out real examples: mean F1 {:.1}",
            told.mean()
        ));
        told.lines().iter().for_each(|line| log(line));
    }
    Ok(())
}

/// Among so many held-out real examples, what a linear layer on the mean of all tokens tells apart.
fn told<'a, B: Module + ModuleDisplay + Backbone>(
    tagger: &Tagger<B>,
    real: &'a Drawing,
    most: usize,
    device: &Device,
) -> Result<Told<'a>, TrainError> {
    let names = &real.lessons.classes;
    let mut told = Told::new(names);
    for some in real.held_out(most).chunks(50) {
        let examples = real.plain(some, device);
        let logits = tagger.classes(examples.input, names.len());
        told.add(&numbers(logits)?, &numbers(examples.classes)?);
    }
    Ok(told)
}

/// The mean of that for a line of the log; nothing without real examples.
fn mean<B: Module + ModuleDisplay + Backbone>(
    tagger: &Tagger<B>,
    real: Option<&Drawing>,
    device: &Device,
) -> String {
    let told = real.and_then(|real| told(tagger, real, SOME, device).ok());
    told.map_or(String::new(), |told| {
        format!("  real: mean F1 {:.0}", told.mean())
    })
}
