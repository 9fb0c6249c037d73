//! The embedded demo model, from seeds to files: two small backbones trained on scenes, frozen, and a localization head
//! trained on what they see and hear. Also how well it does on scenes nobody has seen.

use std::path::Path;

use burn::module::Module;
use burn::tensor::Device;
use thiserror::Error;

use super::backbones::{Tagger, Widen, hits, tensors, train};
use super::familiarity;
use super::features::{Bank, Frozen, numbers};
use super::head::{self, HeadSchedule};
use super::probe;
use super::recipe::DemoRecipe;
use super::samples::{self, GROUPS};
use crate::data::scenes::{CATEGORIES, SceneOptions, Split};
use crate::model::weights::{Names, load_into, read_checkpoint, save_module};
use crate::model::{HtsAt, LocalizeHead, ModelBundle, ModelError, SoundInput, SwinV2};

/// Why the demo model cannot be trained or measured.
#[derive(Debug, Error)]
pub enum TrainError {
    /// A model cannot be built, read or written.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The model has no head for localization.
    #[error("{0} has no head for event localization")]
    NoHead(String),
}

/// Where the seeds of each purpose start; no two overlap, nor does what is measured on.
const PICTURE_SEEDS: u64 = 1_000_000_000;
const SOUND_SEEDS: u64 = 2_000_000_000;
const HEAD_SEEDS: u64 = 3_000_000_000;
const VALIDATION_SEEDS: u64 = 4_000_000_000;

/// Trains the demo model into a folder. Backbones whose weights already lie there are kept, so that a run can go on
/// where another stopped; an empty folder gives everything from seeds. `log` gets the figures line by line.
///
/// # Errors
/// The recipe describes what cannot be built, or the folder cannot be written.
pub fn train_demo(
    out: &Path,
    recipe: &DemoRecipe,
    mut log: impl FnMut(&str),
) -> Result<ModelBundle, TrainError> {
    std::fs::create_dir_all(out).map_err(|source| TrainError::Io {
        path: out.display().to_string(),
        source,
    })?;
    let device = Device::flex();
    let visual = visual(out, recipe, &device, &mut log)?;
    let audio = audio(out, recipe, &device, &mut log)?;
    let image_prep = recipe.image_prep();
    let sound_prep = SoundInput::Logmel(recipe.audio.sound_prep());
    let (still_visual, still_audio) = (
        visual.clone().freeze_tables(),
        audio.clone().freeze_tables(),
    );
    let frozen = Frozen {
        visual: &still_visual,
        audio: &still_audio,
        image_prep: &image_prep,
        sound_prep: &sound_prep,
        tile: 1,
        device: &device,
    };
    let (training, validation) = banks(&frozen, recipe, &mut log);
    let familiarity = familiarity::fit(&training, &validation);
    let probe = probe::train(&training, &validation, &device);
    let share = probe::accuracy(&probe, &validation, &device);
    log(&format!("linear probe: validation {:.1} %", share * 100.0));
    save_module(&probe, &out.join(PROBE))?;
    let head = localize(recipe, &frozen, &training, &validation, &mut log)?;
    let manifest = recipe.manifest(familiarity.as_ref());
    Ok(ModelBundle::save(
        out,
        &manifest,
        &visual,
        &audio,
        Some(&head),
    )?)
}

/// The probe's weights, beside the model's: so that its figure can be had again.
pub(super) const PROBE: &str = "probe.safetensors";

fn visual(
    out: &Path,
    recipe: &DemoRecipe,
    device: &Device,
    log: &mut impl FnMut(&str),
) -> Result<SwinV2, TrainError> {
    let path = out.join("visual.safetensors");
    if !path.exists() {
        let (schedule, prep) = (recipe.pictures, recipe.image_prep());
        let shape = [3, prep.height, prep.width];
        let learning = device.clone().autodiff();
        device.seed(1);
        let fresh = recipe.visual.init(device)?.map(&mut Widen);
        let side = fresh.spec().layers.last().map_or(1, |layer| layer.grid.0);
        let rows = side * side;
        let tagger = Tagger::new(fresh, GROUPS, device).fork(&learning).train();
        log(&format!(
            "visual backbone: {} parameters",
            tagger.backbone.num_params()
        ));
        let held_out = [Split::Train, Split::Test].map(|split| {
            let seeds = seeds(VALIDATION_SEEDS, 160);
            let tagged = samples::pictures(&seeds, split, &prep, 0.0, side);
            (
                tagged.target.clone(),
                tensors(tagged, shape, rows, device).0,
            )
        });
        let draw = |step: usize| {
            // Half of them close-ups at first, then fewer and fewer.
            let easy = (0.5 - step as f32 / schedule.steps as f32).max(0.1);
            let start = PICTURE_SEEDS + (step * schedule.batch) as u64;
            let seeds = seeds(start, schedule.batch);
            let tagged = samples::pictures(&seeds, Split::Train, &prep, easy, side);
            tensors(tagged, shape, rows, &learning)
        };
        let tagger = train(tagger, schedule, draw, |tagger, line| {
            let frozen = tagger.valid();
            let [known, unseen] = held_out.each_ref().map(|(targets, input)| {
                100.0 * hits(&numbers(frozen.forward(input.clone(), rows)), targets, true)
            });
            log(&format!(
                "{line}  cells right: known drawings {known:.0} %, unseen {unseen:.0} %"
            ));
        });
        save_module(&tagger.valid().backbone, &path)?;
    }
    let state = read_checkpoint(&path)?;
    Ok(load_into(
        recipe.visual.init(device)?,
        state,
        Names::SwinV2,
        &path,
    )?)
}

fn audio(
    out: &Path,
    recipe: &DemoRecipe,
    device: &Device,
    log: &mut impl FnMut(&str),
) -> Result<HtsAt, TrainError> {
    let path = out.join("audio.safetensors");
    if !path.exists() {
        let (schedule, prep) = (recipe.sounds, recipe.audio.sound_prep());
        let shape = [1, prep.frames(prep.sample_rate as usize), prep.mel_bins];
        let learning = device.clone().autodiff();
        learning.seed(2);
        let tagger = Tagger::new(recipe.audio.init(&learning)?, GROUPS, &learning);
        log(&format!(
            "audio backbone: {} parameters",
            tagger.backbone.num_params()
        ));
        let tagged = samples::sounds(&seeds(VALIDATION_SEEDS, 20), Split::Train, &prep, false);
        let targets = tagged.target.clone();
        let held_out = tensors(tagged, shape, 1, device).0;
        let listen = |step: usize| {
            let start = SOUND_SEEDS + (step * schedule.batch) as u64;
            let seeds = seeds(start, schedule.batch);
            let tagged = samples::sounds(&seeds, Split::Train, &prep, true);
            tensors(tagged, shape, 1, &learning)
        };
        let tagger = train(tagger, schedule, listen, |tagger, line| {
            let logits = numbers(tagger.valid().forward(held_out.clone(), 1));
            let right = 100.0 * hits(&logits, &targets, false);
            log(&format!("{line}  right: {right:.0} %"));
        });
        save_module(&tagger.valid().backbone, &path)?;
    }
    let state = read_checkpoint(&path)?;
    Ok(load_into(
        recipe.audio.init(device)?,
        state,
        Names::HtsAt,
        &path,
    )?)
}

pub(super) fn seeds(start: u64, count: usize) -> Vec<u64> {
    (start..start + count as u64).collect()
}

fn banks(frozen: &Frozen, recipe: &DemoRecipe, log: &mut impl FnMut(&str)) -> (Bank, Bank) {
    let options = SceneOptions::default();
    let (training, validation) = recipe.head_scenes;
    let started = std::time::Instant::now();
    let mut each = |done: usize| {
        if done.is_multiple_of(200) {
            log(&format!(
                "  features of {done} scenes  {:.0} s",
                started.elapsed().as_secs_f32()
            ));
        }
    };
    (
        Bank::extract(frozen, &seeds(HEAD_SEEDS, training), &options, &mut each),
        Bank::extract(
            frozen,
            &seeds(VALIDATION_SEEDS, validation),
            &options,
            &mut each,
        ),
    )
}

fn localize(
    recipe: &DemoRecipe,
    frozen: &Frozen,
    training: &Bank,
    validation: &Bank,
    log: &mut impl FnMut(&str),
) -> Result<LocalizeHead, TrainError> {
    let device = frozen.device;
    device.seed(3);
    let (visual, audio) = (&frozen.visual.spec().layers, &frozen.audio.spec().layers);
    let head = recipe.head.init(visual, audio, CATEGORIES.len(), device)?;
    log(&format!("head: {} parameters", head.num_params()));
    let schedule = HeadSchedule {
        batch: 16,
        epochs: recipe.head_epochs,
        lr: 1e-3,
        step: recipe.head_epochs.div_ceil(4),
        gamma: 0.35,
        weight_decay: 0.01,
        recombined: 0.3,
    };
    let (head, best) = head::train(head, schedule, training, validation, device, &mut *log);
    log(&format!("head: validation {:.1} %", best * 100.0));
    Ok(head)
}
