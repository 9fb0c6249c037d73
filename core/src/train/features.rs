//! Frozen features of scenes, every layer of both backbones, computed once and kept in 16 bit for the heads.

use burn::tensor::{Device, Tensor, TensorData};
use half::f16;
use half::slice::HalfFloatSliceExt;
use rayon::prelude::*;

use super::samples::cut;
use crate::data::scenes::{Scene, SceneOptions, Truth};
use crate::model::{Backbone, ImagePrep, LayerFeatures, LayerShape, SoundInput, describe};

/// Frozen backbones and how their input is made.
pub(super) struct Frozen<'a> {
    pub visual: &'a dyn Backbone,
    pub audio: &'a dyn Backbone,
    pub image_prep: &'a ImagePrep,
    pub sound_prep: &'a SoundInput,
    pub tile: usize,
    pub device: &'a Device,
}

/// Features of many scenes of the same length.
pub(super) struct Bank {
    pub layers: [Vec<Layer>; 2],
    /// Mean tokens of both normed last layers, `[clips * seconds, width]`.
    pub pooled: Vec<Vec<f32>>,
    /// What familiarity is judged by, in the same order: visual, then audio.
    pub described: Vec<Vec<f32>>,
    /// How many numbers of that are visual.
    pub visual_part: usize,
    /// The truth of every scene.
    pub truths: Vec<Truth>,
    /// Segments a scene.
    pub seconds: usize,
    /// Which class is in front in the middle of each segment, [`MAP_SIDE`] squared numbers a segment, [`NOTHING`] where
    /// there is none.
    pub maps: Vec<u8>,
}

/// Rows and columns of a class map.
pub(super) const MAP_SIDE: usize = 96;
/// Where no class is to be seen.
pub(super) const NOTHING: u8 = u8::MAX;

pub(super) struct Layer {
    pub shape: LayerShape,
    pub data: Vec<f16>,
}

/// Scenes that go through the backbones together.
const TOGETHER: usize = 4;

impl Bank {
    /// Draws, sounds and extracts the scenes of the seeds. `keep` says whether to keep all layers, or only what is pooled.
    pub fn extract(
        frozen: &Frozen,
        seeds: &[u64],
        options: &SceneOptions,
        mut each: impl FnMut(usize),
    ) -> Self {
        let empty = |backbone: &dyn Backbone| {
            let layer = |shape: &LayerShape| Layer {
                shape: *shape,
                data: vec![],
            };
            let layers = &backbone.spec().layers;
            // Behind the last block, the same after the final norm.
            layers.iter().chain(layers.last()).map(layer).collect()
        };
        let mut bank = Self {
            layers: [empty(frozen.visual), empty(frozen.audio)],
            pooled: vec![],
            described: vec![],
            visual_part: 0,
            truths: vec![],
            seconds: 1,
            maps: vec![],
        };
        for seeds in seeds.chunks(TOGETHER) {
            bank.add(frozen, seeds, options);
            each(bank.truths.len());
        }
        bank
    }

    fn add(&mut self, frozen: &Frozen, seeds: &[u64], options: &SceneOptions) {
        let (image_prep, sound_prep, tile) = (frozen.image_prep, frozen.sound_prep, frozen.tile);
        let inputs: Vec<Input> = seeds
            .par_iter()
            .map(|&seed| prepare(image_prep, sound_prep, tile, seed, options))
            .collect();
        let (mut pictures, mut sounds) = (vec![], vec![]);
        for input in inputs {
            pictures.extend(input.pictures);
            sounds.extend(input.sounds);
            self.maps.extend(input.maps);
            self.seconds = input.truth.labels.len();
            self.truths.push(input.truth);
        }
        let n = seeds.len() * self.seconds;
        let (h, w) = (frozen.image_prep.height, frozen.image_prep.width);
        let [c, frames, mels] = frozen.sound_prep.shape(sounds.len() / n.max(1));
        let tensor = |data, shape: [usize; 4]| {
            Tensor::<4>::from_data(TensorData::new(data, shape), frozen.device)
        };
        let seen = frozen.visual.forward(tensor(pictures, [n, 3, h, w]));
        let heard = frozen.audio.forward(tensor(sounds, [n, c, frames, mels]));
        let (seen_mean, heard_mean) = (mean_rows(&seen), mean_rows(&heard));
        for (seen, heard) in seen_mean.into_iter().zip(heard_mean) {
            self.pooled.push([seen, heard].concat());
        }
        let (seen_described, heard_described) = (describe(&seen), describe(&heard));
        self.visual_part = seen_described.dims()[1];
        let described = Tensor::cat(vec![seen_described, heard_described], 1);
        let width = described.dims()[1];
        let described = numbers(described);
        self.described
            .extend(described.chunks(width).map(<[f32]>::to_vec));
        for (layers, features) in self.layers.iter_mut().zip([seen, heard]) {
            let tensors = features.layers.into_iter().chain([features.final_norm]);
            for (layer, tensor) in layers.iter_mut().zip(tensors) {
                let values = numbers(tensor);
                let start = layer.data.len();
                layer.data.resize(start + values.len(), f16::ZERO);
                layer.data[start..].convert_from_f32_slice(&values);
            }
        }
    }

    /// The visual and audio layer features of some clips, in that order.
    pub fn batch(&self, clips: &[usize], device: &Device) -> (LayerFeatures, LayerFeatures) {
        self.pairs(clips, clips, device)
    }

    /// The visual features of some clips and the audio features of as many, the same ones or others.
    pub fn pairs(
        &self,
        seen: &[usize],
        heard: &[usize],
        device: &Device,
    ) -> (LayerFeatures, LayerFeatures) {
        let of = |layers: &[Layer], clips: &[usize]| {
            let mut tensors: Vec<Tensor<3>> = layers
                .iter()
                .map(|layer| self.layer(layer, clips, device))
                .collect();
            let normed = tensors.pop();
            LayerFeatures {
                final_norm: normed.unwrap_or_else(|| Tensor::zeros([0, 0, 0], device)),
                layers: tensors,
            }
        };
        (of(&self.layers[0], seen), of(&self.layers[1], heard))
    }

    fn layer(&self, layer: &Layer, clips: &[usize], device: &Device) -> Tensor<3> {
        let LayerShape { tokens, width, .. } = layer.shape;
        let stride = self.seconds * tokens * width;
        let mut values = vec![0.0; clips.len() * stride];
        for (out, clip) in values.chunks_exact_mut(stride).zip(clips) {
            layer.data[clip * stride..(clip + 1) * stride].convert_to_f32_slice(out);
        }
        let shape = [clips.len() * self.seconds, tokens, width];
        Tensor::from_data(TensorData::new(values, shape), device)
    }

    /// How many scenes.
    pub fn len(&self) -> usize {
        self.truths.len()
    }
}

/// All segments of a scene.
struct Input {
    pictures: Vec<f32>,
    sounds: Vec<f32>,
    maps: Vec<u8>,
    truth: Truth,
}

/// The pictures and spectrograms of all segments of a scene, drawn at the scene's size as a decoder would give them.
fn prepare(
    image_prep: &ImagePrep,
    sound_prep: &SoundInput,
    tile: usize,
    seed: u64,
    options: &SceneOptions,
) -> Input {
    let scene = Scene::generate(seed, options);
    let (stage, sound) = (scene.stage(options.width, options.height), scene.sound());
    let small = scene.stage(MAP_SIDE, MAP_SIDE);
    let (mut pictures, mut sounds, mut maps) = (vec![], vec![], vec![]);
    for second in scene.seconds() {
        let classes = small.classes(second.middle());
        maps.extend(classes.iter().map(|c| c.map_or(NOTHING, |c| c as u8)));
        pictures.extend(image_prep.frame(&stage.frame(second.middle())));
        sounds.extend(sound_prep.second(cut(&sound, second), tile));
    }
    Input {
        pictures,
        sounds,
        maps,
        truth: scene.truth(),
    }
}

fn mean_rows(features: &LayerFeatures) -> Vec<Vec<f32>> {
    let mean = features.final_norm.clone().mean_dim(1).squeeze_dim::<2>(1);
    let width = mean.dims()[1];
    numbers(mean)
        .chunks_exact(width)
        .map(<[f32]>::to_vec)
        .collect()
}

/// The values of a tensor.
pub(super) fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}
