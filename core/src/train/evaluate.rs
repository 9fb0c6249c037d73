//! How well a model does on scenes it has never seen: unseen seeds, unseen drawings.

use std::path::Path;

use burn::tensor::Device;

use super::demo::{PROBE, TrainError, seeds};
use super::features::{Bank, Frozen};
use super::head;
use super::metrics::Report;
use super::probe::{self, Probe};
use crate::data::scenes::{CATEGORIES, SceneOptions, Split};
use crate::model::weights::{Names, StateDict, load_into, read_checkpoint, read_checkpoint_bytes};
use crate::model::{Familiarity, LoadedModel, ModelBundle};

/// Seeds that no training begins with.
const UNSEEN_SEEDS: u64 = 5_000_000_000;
/// The probe that was trained beside the embedded model.
const DEMO_PROBE: &[u8] = include_bytes!("../../../assets/demo/probe.safetensors");

/// Measures the embedded demo model on `count` scenes; `seed` picks which.
///
/// # Errors
/// The embedded model is damaged.
pub fn evaluate_demo(count: usize, seed: u64) -> Result<Report, TrainError> {
    let device = Device::flex();
    let model = ModelBundle::demo()?.load(&device)?;
    let name = Path::new(PROBE);
    let probe = read_checkpoint_bytes(DEMO_PROBE, name)?;
    evaluate(&model, Some((probe, name)), count, seed, &device)
}

/// Measures the model of a folder, and the linear probe beside it where there is one.
///
/// # Errors
/// The folder holds no model with a localization head.
pub fn evaluate_folder(dir: &Path, count: usize, seed: u64) -> Result<Report, TrainError> {
    let device = Device::flex();
    let model = ModelBundle::open(dir)?.load(&device)?;
    let path = dir.join(PROBE);
    let probe = path.exists().then(|| read_checkpoint(&path)).transpose()?;
    let probe = probe.map(|state| (state, path.as_path()));
    evaluate(&model, probe, count, seed, &device)
}

fn evaluate(
    model: &LoadedModel,
    probe: Option<(StateDict, &Path)>,
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
    let probe = probe
        .map(|(state, path)| {
            let width = bank.pooled.first().map_or(1, Vec::len);
            load_into(Probe::new(width, device), state, Names::Head, path)
        })
        .transpose()?;
    let known = model.familiarity.as_ref().and_then(Familiarity::read);
    let familiar = |pooled: &&Vec<f32>| known.as_ref().is_none_or(|f| f.score(pooled) >= 0.5);
    let truth = head::truth(&bank);
    let background = truth.iter().filter(|class| **class == CATEGORIES.len());
    let share = |part: usize, all: usize| part as f64 / all.max(1) as f64;
    Ok(Report {
        scenes: bank.len(),
        head: head::accuracy(head, &bank, device),
        probe: probe.map(|probe| probe::accuracy(&probe, &bank, device)),
        background: share(background.count(), truth.len()),
        familiar: share(
            bank.described.iter().filter(familiar).count(),
            bank.pooled.len(),
        ),
    })
}
