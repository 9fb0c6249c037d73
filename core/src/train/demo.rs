//! The embedded demo model, from seeds to files: two small backbones trained on scenes, frozen, and a localization head
//! trained on what they see and hear. Also how well it does on scenes nobody has seen.

use std::path::Path;

use burn::module::Module;
use burn::tensor::Device;
use thiserror::Error;

use super::backbones::{Schedule, Tagger, exact_share, tensors, train};
use super::features::{Bank, Frozen, numbers};
use super::head::{self, HeadSchedule};
use super::probe::{self, Probe};
use super::{Report, familiarity, samples};
use crate::data::scenes::{CATEGORIES, SceneOptions, Split, labels};
use crate::model::weights::{Names, load_into, read_checkpoint, save_module};
use crate::model::{
    AvelConfig, BackboneEntry, Familiarity, Granularity, HtsAt, HtsAtConfig, ImagePrep,
    LoadedModel, LocalizeEntry, LocalizeHead, Manifest, ModelBundle, ModelDesc, ModelError, SCHEMA,
    SwinV2, SwinV2Config,
};

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

/// Where the seeds of each purpose start; no two overlap.
const PICTURE_SEEDS: u64 = 1_000_000_000;
const SOUND_SEEDS: u64 = 2_000_000_000;
const HEAD_SEEDS: u64 = 3_000_000_000;
const VALIDATION_SEEDS: u64 = 4_000_000_000;
const UNSEEN_SEEDS: u64 = 5_000_000_000;

/// Everything that decides what the demo model becomes.
#[derive(Clone, Debug)]
pub struct DemoRecipe {
    /// The backbone that looks.
    pub visual: SwinV2Config,
    /// The backbone that listens.
    pub audio: HtsAtConfig,
    /// The head.
    pub head: AvelConfig,
    /// Optimiser steps and batch for the visual backbone.
    pub picture_steps: (usize, usize),
    /// Optimiser steps for the audio backbone, and scenes (of ten seconds each) a step.
    pub sound_steps: (usize, usize),
    /// Scenes for the head, and for choosing its epoch.
    pub head_scenes: (usize, usize),
    /// Epochs of the head. Table 13 has 10 on 3339 clips; fewer, easier clips want more.
    pub head_epochs: usize,
}

impl Default for DemoRecipe {
    fn default() -> Self {
        Self {
            visual: SwinV2Config {
                img_size: (96, 96),
                embed_dim: 32,
                depths: vec![2, 2, 2],
                num_heads: vec![2, 4, 8],
                window_size: 6,
                num_classes: 0,
                ..SwinV2Config::default()
            },
            audio: HtsAtConfig {
                spec_size: 64,
                embed_dim: 32,
                depths: vec![2, 2, 2],
                num_heads: vec![2, 4, 8],
                window_size: 8,
                hop_size: 512,
                num_classes: 0,
                ..HtsAtConfig::default()
            },
            head: AvelConfig {
                d: 128,
                granularity: Granularity::Block,
                ..AvelConfig::default()
            },
            picture_steps: (700, 32),
            sound_steps: (700, 4),
            head_scenes: (1200, 200),
            head_epochs: 14,
        }
    }
}

impl DemoRecipe {
    fn image_prep(&self) -> ImagePrep {
        let (height, width) = self.visual.img_size;
        ImagePrep::imagenet(height, width)
    }

    fn manifest(&self, familiarity: Option<&Familiarity>) -> Manifest {
        let names: Vec<String> = labels().iter().map(|l| l.to_string()).collect();
        Manifest {
            schema: SCHEMA.to_owned(),
            name: "Demo".to_owned(),
            about: format!(
                "A small model that comes with the program. It was trained from seeds on drawn and synthesised scenes \
                 only, so it recognises cartoon pictures with synthetic sound; of real footage it knows nothing and \
                 should say so by low scores. It can recognise: {}.",
                names.join("; ")
            ),
            visual: entry(
                "demo-swin-v2",
                "swin_v2",
                &self.visual,
                "visual.safetensors",
            ),
            audio: entry("demo-hts-at", "hts_at", &self.audio, "audio.safetensors"),
            localize: Some(LocalizeEntry {
                labels: labels(),
                config: self.head.clone(),
                weights: "localize.safetensors".to_owned(),
                familiarity: familiarity.and_then(|f| serde_json::to_value(f).ok()),
            }),
        }
    }
}

fn entry(
    name: &str,
    architecture: &str,
    config: &impl serde::Serialize,
    weights: &str,
) -> BackboneEntry {
    BackboneEntry {
        description: ModelDesc {
            name: name.to_owned(),
            architecture: architecture.to_owned(),
            config: serde_json::to_value(config).unwrap_or_default(),
            prep: None,
            layers: None,
            source: Some("trained on sounding scenes by make-demo".to_owned()),
            licence: Some("MIT OR Apache-2.0".to_owned()),
            size: None,
            sha256: None,
        },
        weights: weights.to_owned(),
        tile: (architecture == "hts_at").then_some(1),
    }
}

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
    let (image_prep, sound_prep) = (recipe.image_prep(), recipe.audio.sound_prep());
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
    let visual_width = visual.spec().layers.last().map_or(0, |layer| layer.width);
    let familiarity = familiarity::fit(&training, &validation, visual_width);
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
const PROBE: &str = "probe.safetensors";

fn visual(
    out: &Path,
    recipe: &DemoRecipe,
    device: &Device,
    log: &mut impl FnMut(&str),
) -> Result<SwinV2, TrainError> {
    let path = out.join("visual.safetensors");
    if !path.exists() {
        let (steps, batch) = recipe.picture_steps;
        let prep = recipe.image_prep();
        let shape = [3, prep.height, prep.width];
        let learning = device.clone().autodiff();
        learning.seed(1);
        let tagger = Tagger::new(recipe.visual.init(&learning)?, CATEGORIES.len(), &learning);
        log(&format!(
            "visual backbone: {} parameters",
            tagger.backbone.num_params()
        ));
        let schedule = Schedule {
            steps,
            lr: 2e-3,
            warm_up: 40,
        };
        let draw = |step: usize| {
            let seeds = seeds(PICTURE_SEEDS + (step * batch) as u64, batch);
            tensors(
                samples::pictures(&seeds, Split::Train, &prep),
                shape,
                &learning,
            )
        };
        let tagger = train(tagger, schedule, &learning, draw, &mut *log).valid();
        for (name, split) in [("known", Split::Train), ("unseen", Split::Test)] {
            let held_out = samples::pictures(&seeds(VALIDATION_SEEDS, 400), split, &prep);
            let targets = held_out.target.clone();
            let (input, _) = tensors(held_out, shape, device);
            let share = exact_share(&numbers(tagger.forward(input)), &targets, CATEGORIES.len());
            log(&format!(
                "  pictures of {name} drawings all right: {:.1} %",
                share * 100.0
            ));
        }
        save_module(&tagger.backbone, &path)?;
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
        let (steps, scenes) = recipe.sound_steps;
        let prep = recipe.audio.sound_prep();
        let shape = [1, prep.frames(prep.sample_rate as usize), prep.mel_bins];
        let learning = device.clone().autodiff();
        learning.seed(2);
        let tagger = Tagger::new(recipe.audio.init(&learning)?, CATEGORIES.len(), &learning);
        log(&format!(
            "audio backbone: {} parameters",
            tagger.backbone.num_params()
        ));
        let schedule = Schedule {
            steps,
            lr: 2e-3,
            warm_up: 40,
        };
        let listen = |step: usize| {
            let seeds = seeds(SOUND_SEEDS + (step * scenes) as u64, scenes);
            tensors(
                samples::sounds(&seeds, Split::Train, &prep, true),
                shape,
                &learning,
            )
        };
        let tagger = train(tagger, schedule, &learning, listen, &mut *log).valid();
        let held_out = samples::sounds(&seeds(VALIDATION_SEEDS, 40), Split::Train, &prep, false);
        let targets = held_out.target.clone();
        let (input, _) = tensors(held_out, shape, device);
        let share = exact_share(&numbers(tagger.forward(input)), &targets, CATEGORIES.len());
        log(&format!(
            "  seconds of sound all right: {:.1} %",
            share * 100.0
        ));
        save_module(&tagger.backbone, &path)?;
    }
    let state = read_checkpoint(&path)?;
    Ok(load_into(
        recipe.audio.init(device)?,
        state,
        Names::HtsAt,
        &path,
    )?)
}

fn seeds(start: u64, count: usize) -> Vec<u64> {
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
    };
    let (head, best) = head::train(head, schedule, training, validation, device, &mut *log);
    log(&format!("head: validation {:.1} %", best * 100.0));
    Ok(head)
}

/// Measures the model of a folder on `count` scenes from unseen seeds (`seed` picks which) with unseen drawings.
///
/// # Errors
/// The folder holds no model with a localization head.
pub fn evaluate_folder(dir: &Path, count: usize, seed: u64) -> Result<Report, TrainError> {
    let device = Device::flex();
    let model = ModelBundle::open(dir)?.load(&device)?;
    let path = dir.join(PROBE);
    let probe = path.exists().then(|| read_checkpoint(&path)).transpose()?;
    evaluate(
        &model,
        probe.map(|state| (state, path.as_path())),
        count,
        seed,
        &device,
    )
}

fn evaluate(
    model: &LoadedModel,
    probe: Option<(crate::model::weights::StateDict, &Path)>,
    count: usize,
    seed: u64,
    device: &Device,
) -> Result<Report, TrainError> {
    let head = model
        .localize
        .as_ref()
        .ok_or_else(|| TrainError::NoHead(model.about.name.clone()))?;
    let frozen = Frozen {
        visual: &*model.visual,
        audio: &*model.audio,
        image_prep: &model.image_prep,
        sound_prep: &model.sound_prep,
        tile: model.sound_tile,
        device,
    };
    let options = SceneOptions {
        split: Split::Test,
        ..SceneOptions::default()
    };
    let unseen = seeds(UNSEEN_SEEDS + seed * 1_000_000, count);
    let bank = Bank::extract(&frozen, &unseen, &options, |_| {});
    let width = bank.pooled.first().map_or(1, Vec::len);
    let probe = match probe {
        Some((state, path)) => Some(load_into(
            Probe::new(width, device),
            state,
            Names::Head,
            path,
        )?),
        None => None,
    };
    let known = model.familiarity.as_ref().and_then(Familiarity::read);
    let familiar = |pooled: &Vec<f32>| known.as_ref().is_none_or(|f| f.score(pooled) >= 0.5);
    let truth = head::truth(&bank);
    let background = truth.iter().filter(|class| **class == CATEGORIES.len());
    Ok(Report {
        scenes: bank.len(),
        head: head::accuracy(head, &bank, device),
        probe: probe.map(|probe| probe::accuracy(&probe, &bank, device)),
        background: background.count() as f64 / truth.len().max(1) as f64,
        familiar: bank.pooled.iter().filter(|p| familiar(p)).count() as f64
            / bank.pooled.len().max(1) as f64,
    })
}
