//! The demo's two backbones, from seeds, or from where an earlier run left their weights.

use std::path::Path;

use burn::module::Module;
use burn::tensor::Device;

use super::recipe::DemoRecipe;
use super::samples::{self, GROUPS};
use super::tagger::{Tagger, Widen, hits, tensors, train};
use super::{PICTURE_SEEDS, SOUND_SEEDS, VALIDATION_SEEDS, seeds};
use crate::data::scenes::Split;
use crate::model::weights::{Names, load_into, read_checkpoint, save_module};
use crate::model::{HtsAt, SwinV2};
use crate::train::error::TrainError;
use crate::train::evaluation::numbers;

pub(super) fn visual(
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
                let logits = numbers(frozen.forward(input.clone(), rows));
                logits.map_or(0.0, |logits| 100.0 * hits(&logits, targets, true))
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

pub(super) fn audio(
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
            let right = logits.map_or(0.0, |logits| 100.0 * hits(&logits, &targets, false));
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
