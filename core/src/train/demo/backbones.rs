//! The demo's two backbones, from seeds, or from where an earlier run left their weights.

use std::path::Path;

use burn::module::{Module, ModuleDisplay};
use burn::tensor::Device;

use super::groups::Groups;
use super::lessons::Lessons;
use super::real::{Drawing, RealPrep};
use super::recipe::DemoRecipe;
use super::samples;
use super::tagger::{Lesson, Tagger, Widen, hits, tensors, train};
use super::told::Told;
use super::{MORE_PICTURES, MORE_SOUNDS, PICTURE_SEEDS, SOUND_SEEDS, VALIDATION_SEEDS, seeds};
use crate::data::scenes::Split;
use crate::model::weights::{Names, load_into, read_checkpoint, save_module};
use crate::model::{Backbone, HtsAt, SwinV2};
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
/// them), on real examples, too, among which scenes go on. Weights that lie there already are kept, those of scenes alone under
/// a name of their own.
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
    let mut learn = |path: &Path, lessons: Option<(&Lessons, &Path)>| match side {
        Side::Visual => look(path, recipe, lessons, &device, &mut log),
        Side::Audio => listen(path, recipe, lessons, &device, &mut log),
    };
    let Some(folder) = teachers else {
        return learn(&done, None);
    };
    let lessons = match side {
        Side::Visual => Lessons::pictures(&folder.join(PICTURES), &recipe.image_prep())?,
        Side::Audio => Lessons::sounds(&folder.join(SOUNDS), &recipe.audio.sound_prep())?,
    };
    let drawn = out.join(format!("drawn-{}", file(side)));
    if !drawn.exists() {
        learn(&drawn, None)?;
    }
    learn(&done, Some((&lessons, &drawn)))
}

fn file(side: Side) -> &'static str {
    match side {
        Side::Visual => "visual.safetensors",
        Side::Audio => "audio.safetensors",
    }
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

fn look(
    path: &Path,
    recipe: &DemoRecipe,
    lessons: Option<(&Lessons, &Path)>,
    device: &Device,
    log: &mut impl FnMut(&str),
) -> Result<(), TrainError> {
    let prep = recipe.image_prep();
    let shape = [3, prep.height, prep.width];
    let learning = device.clone().autodiff();
    device.seed(1);
    let (schedule, start, seed) = match lessons {
        None => (
            recipe.pictures,
            recipe.visual.init(device)?.map(&mut Widen),
            PICTURE_SEEDS,
        ),
        Some((_, drawn)) => (
            recipe.real_pictures,
            visual(drawn, recipe, device)?,
            MORE_PICTURES,
        ),
    };
    let lessons = lessons.map(|(lessons, _)| lessons);
    let side = start.spec().layers.last().map_or(1, |layer| layer.grid.0);
    let rows = side * side;
    let groups = Groups::with(lessons.map_or(&[][..], |lessons| &lessons.classes[..]));
    let real = lessons.map(|l| Drawing::new(l, &groups, RealPrep::Picture(&prep), side));
    let tagger = Tagger::new(start, &groups, whole(lessons), device);
    let tagger = tagger.fork(&learning).train();
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
        let start = seed + (step * schedule.batch) as u64;
        let seeds = seeds(start, schedule.batch);
        let tagged = samples::pictures(&seeds, Split::Train, &prep, easy, side);
        let real = real.as_ref();
        Lesson {
            drawn: tensors(tagged, shape, rows, &groups, &learning),
            real: real.map(|real| real.batch(schedule.real, start, &learning)),
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
    finish(&tagger.valid(), real.as_ref(), path, device, log)
}

fn listen(
    path: &Path,
    recipe: &DemoRecipe,
    lessons: Option<(&Lessons, &Path)>,
    device: &Device,
    log: &mut impl FnMut(&str),
) -> Result<(), TrainError> {
    let prep = recipe.audio.sound_prep();
    let shape = [1, prep.frames(prep.sample_rate as usize), prep.mel_bins];
    let learning = device.clone().autodiff();
    device.seed(2);
    let (schedule, start, seed) = match lessons {
        None => (recipe.sounds, recipe.audio.init(device)?, SOUND_SEEDS),
        Some((_, drawn)) => (
            recipe.real_sounds,
            audio(drawn, recipe, device)?,
            MORE_SOUNDS,
        ),
    };
    let lessons = lessons.map(|(lessons, _)| lessons);
    let groups = Groups::with(lessons.map_or(&[][..], |lessons| &lessons.classes[..]));
    let real = lessons.map(|l| Drawing::new(l, &groups, RealPrep::Sound(&prep), 1));
    let tagger = Tagger::new(start, &groups, whole(lessons), device);
    let tagger = tagger.fork(&learning).train();
    log(&format!(
        "audio backbone: {} parameters",
        tagger.backbone.num_params()
    ));
    let tagged = samples::sounds(&seeds(VALIDATION_SEEDS, 20), Split::Train, &prep, false);
    let targets = groups.widened(&tagged);
    let held_out = tensors(tagged, shape, 1, &groups, device).0;
    let lesson = |step: usize| {
        let start = seed + (step * schedule.batch) as u64;
        let seeds = seeds(start, schedule.batch);
        let tagged = samples::sounds(&seeds, Split::Train, &prep, true);
        let real = real.as_ref();
        Lesson {
            drawn: tensors(tagged, shape, 1, &groups, &learning),
            real: real.map(|real| real.batch(schedule.real, start, &learning)),
        }
    };
    let tagger = train(tagger, schedule, lesson, |tagger, line| {
        let frozen = tagger.valid();
        let logits = numbers(frozen.forward(held_out.clone(), 1)).unwrap_or_default();
        let right = 100.0 * hits(&logits, &targets, groups.count(), false);
        let real = mean(&frozen, real.as_ref(), device);
        log(&format!("{line}  right: {right:.0} %{real}"));
    });
    finish(&tagger.valid(), real.as_ref(), path, device, log)
}

/// Numbers that the layer over the mean of all tokens gives: logits of the real classes and the teacher's features.
fn whole(lessons: Option<&Lessons>) -> usize {
    lessons.map_or(0, |lessons| lessons.classes.len() + lessons.width)
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
