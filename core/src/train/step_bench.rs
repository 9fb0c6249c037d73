//! What a training step costs at the paper's size, measured: from features in the cache, and with the textbook form of
//! distillation in place of the re-associated one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use burn::module::{Initializer, Module, Param};
use burn::nn::attention::{MhaInput, MultiHeadAttention, MultiHeadAttentionConfig};
use burn::nn::{Linear, LinearConfig};
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Distribution, Tensor};

use super::clips::{AskTargets, ClipExamples};
use super::config::{Learns, OptimiserConfig, TrainConfig};
use super::error::TrainError;
use super::examples::{Batch, Examples};
use super::trainer::{Step, Trainer};
use crate::base::{ClipId, ContentHash, KeyHasher, Said, Task};
use crate::data::{SaidGrid, SoundingMask, Targets};
use crate::features::{EntryAbout, FeatureCache, FeatureError, FeatureKey, HalfFeatures};
use crate::model::{HeadConfig, LayerFeatures, LayerShape};

/// Seconds of a clip.
const SECONDS: usize = 10;
/// Classes.
const CLASSES: usize = 28;
/// Heads of attention.
const HEADS: usize = 8;

/// Rows and columns of a mask.
const MASK: (usize, usize) = (224, 224);

/// A training at the paper's size on clips of noise, whose features lie in a cache of its own.
pub struct StepBench {
    trainer: Trainer,
    clips: Arc<ClipExamples>,
    batch: usize,
    textbook: Option<Textbook>,
    optimiser: ModuleOptimizer,
    device: Device,
}

impl StepBench {
    /// Puts the features of some clips into `cache`, and makes a head with its optimiser, to learn from them in batches: all of the head
    /// or a part.
    ///
    /// # Errors
    /// The shape does not fit the layers, or the cache cannot be written.
    pub fn new(
        head: &HeadConfig,
        [visual, audio]: [&[LayerShape]; 2],
        ([count, batch], learns): ([usize; 2], Learns),
        cache: &FeatureCache,
        device: &Device,
    ) -> Result<Self, TrainError> {
        let lease = cache
            .lease()
            .map_err(|e| TrainError::io(cache.folder(), e))?;
        let mut clips = ClipExamples::new(Arc::new(lease), CLASSES);
        let task = head.task();
        for clip in 0..count {
            let keys = [(0, visual), (1, audio)].map(|(side, layers)| (key(clip, side), layers));
            clips.add_kept(keys.map(|(key, _)| key), SECONDS, said(task, clip))?;
            for (key, layers) in keys {
                if cache.get(&key, SECONDS).is_none() {
                    keep(cache, key, layers)?;
                }
            }
        }
        device.seed(1);
        let fresh = head.init(visual, audio, CLASSES, device)?;
        let config = TrainConfig {
            batch,
            learns,
            epochs: usize::MAX,
            ..TrainConfig::of(task)
        };
        let clips = Arc::new(clips);
        let none = ClipExamples::new(clips.lease(), CLASSES);
        let trainer = Trainer::new(fresh, config, clips.clone(), Arc::new(none), device)?;
        Ok(Self {
            trainer,
            clips,
            batch,
            textbook: None,
            optimiser: OptimiserConfig::default().init(),
            device: device.clone(),
        })
    }

    /// One step of ours from the cache: features read, forward, backward, Adam.
    ///
    /// # Errors
    /// The device failed.
    pub fn from_cache(&mut self) -> Result<Duration, TrainError> {
        loop {
            let begin = Instant::now();
            if let Step::Learned { .. } = self.trainer.step()? {
                self.sync()?;
                return Ok(begin.elapsed());
            }
        }
    }

    /// All clips once, from the cache.
    ///
    /// # Errors
    /// The device failed.
    pub fn epoch(&mut self) -> Result<Duration, TrainError> {
        let begin = Instant::now();
        while !matches!(self.trainer.step()?, Step::Epoch(_)) {}
        self.sync()?;
        Ok(begin.elapsed())
    }

    /// One step of the textbook form alone, on features that are on the device already: queries, keys and values of every token
    /// by burn's own attention, a block each, and Adam.
    ///
    /// # Errors
    /// The device failed.
    pub fn textbook(
        &mut self,
        layers: [&[LayerShape]; 2],
        tokens: [usize; 2],
        width: usize,
    ) -> Result<Duration, TrainError> {
        let learning = self.device.clone().autodiff();
        let all: Vec<usize> = (0..self.batch.min(self.clips.len())).collect();
        let batch = Batch::read(&*self.clips, &all, &learning)?;
        let book = match self.textbook.take() {
            Some(book) => book,
            None => Textbook::new(layers, tokens, width, &learning),
        };
        self.sync()?;
        let begin = Instant::now();
        let out = book.forward([&batch.visual, &batch.audio]);
        let grads = GradientsParams::from_grads((out.clone() * out).mean().backward(), &book);
        self.textbook = Some(self.optimiser.step(4e-4, book, grads));
        self.sync()?;
        Ok(begin.elapsed())
    }

    /// Numbers that are trained.
    pub fn parameters(&self) -> usize {
        self.trainer.head().num_params()
    }

    fn sync(&self) -> Result<(), TrainError> {
        let synced = self.device.sync();
        synced.map_err(|e| TrainError::Device(crate::gpu::ComputeError::of(e)))
    }
}

fn key(clip: usize, side: usize) -> FeatureKey {
    let name = |what: &str| KeyHasher::new(what).count(clip).count(side).finish();
    FeatureKey {
        clip: ClipId(name("clip of noise 1")),
        backbone: ContentHash::default(),
        prep: ContentHash::default(),
    }
}

/// One class in half of the seconds; half of the picture sounds then.
fn said(task: Task, clip: usize) -> AskTargets {
    Arc::new(move || {
        let mut there = SaidGrid::all(SECONDS, CLASSES, Said::No);
        let happens = |t: usize| t.is_multiple_of(2);
        let seconds = (0..SECONDS).filter(|t| happens(*t));
        seconds.for_each(|t| there.set(t, clip % CLASSES, Said::Yes));
        let mut targets = Targets::of_modalities(there.clone(), there);
        if task == Task::Segment {
            let places = MASK.0 * MASK.1;
            let mask = |t| SoundingMask {
                size: MASK,
                sounds: (0..places).map(|p| happens(t) && p < places / 2).collect(),
            };
            targets.masks = (0..SECONDS).map(|t| Some(mask(t))).collect();
        }
        Ok(targets)
    })
}

/// Features of noise.
fn keep(cache: &FeatureCache, key: FeatureKey, layers: &[LayerShape]) -> Result<(), TrainError> {
    let device = Device::flex();
    let noise = |layer: &LayerShape| {
        let shape = [SECONDS, layer.tokens, layer.width];
        Tensor::<3>::random(shape, Distribution::Normal(0.0, 1.0), &device)
    };
    let tensors: Vec<Tensor<3>> = layers.iter().map(noise).collect();
    let last = tensors.last().cloned();
    let features = LayerFeatures {
        final_norm: last.unwrap_or_else(|| Tensor::zeros([SECONDS, 1, 1], &device)),
        layers: tensors,
    };
    let half = HalfFeatures::of(&features).map_err(FeatureError::Device)?;
    let failed = |e: std::io::Error| TrainError::io(cache.folder(), e);
    let about = EntryAbout {
        clip: "noise".to_owned(),
        backbone: "noise".to_owned(),
    };
    let writer = cache.start(key, about, SECONDS, half.sizes());
    let mut writer = writer.ok_or_else(|| failed(std::io::Error::other("cannot be written")))?;
    writer.append(&half).map_err(failed)?;
    writer.finish().map_err(failed)
}

/// Eq. 3.1 and 3.2 as they are written, a block each.
#[derive(Module, Debug)]
struct Textbook {
    visual: Vec<TextbookLayer>,
    audio: Vec<TextbookLayer>,
}

#[derive(Module, Debug)]
struct TextbookLayer {
    meta: Param<Tensor<2>>,
    attention: MultiHeadAttention,
    direct: Linear,
    projection: Linear,
}

impl Textbook {
    fn new(layers: [&[LayerShape]; 2], tokens: [usize; 2], width: usize, device: &Device) -> Self {
        let side = |layers: &[LayerShape], k: usize| {
            let layer = |layer: &LayerShape| TextbookLayer {
                meta: Initializer::Normal {
                    mean: 0.0,
                    std: 0.02,
                }
                .init([k, layer.width], device),
                attention: MultiHeadAttentionConfig::new(layer.width, HEADS)
                    .with_dropout(0.0)
                    .init(device),
                direct: LinearConfig::new(layer.tokens, k).init(device),
                projection: LinearConfig::new(layer.width, width).init(device),
            };
            layers.iter().map(layer).collect()
        };
        Self {
            visual: side(layers[0], tokens[0]),
            audio: side(layers[1], tokens[1]),
        }
    }

    /// The mean of all layers' features of both, `[n, d]`.
    fn forward(&self, [visual, audio]: [&LayerFeatures; 2]) -> Tensor<2> {
        let side = |layers: &[TextbookLayer], features: &LayerFeatures| {
            let each = layers.iter().zip(&features.layers);
            let each = each.map(|(layer, tokens)| layer.forward(tokens.clone()));
            Tensor::stack::<3>(each.collect(), 0)
                .mean_dim(0)
                .squeeze_dim::<2>(0)
        };
        side(&self.visual, visual) + side(&self.audio, audio)
    }
}

impl TextbookLayer {
    /// `[n, N, D]` to `[n, d]`.
    fn forward(&self, tokens: Tensor<3>) -> Tensor<2> {
        let [n, _, width] = tokens.dims();
        let meta = self.meta.val();
        let k = meta.dims()[0];
        let query = meta.unsqueeze::<3>().expand([n, k, width]);
        let attended = MhaInput::new(query, tokens.clone(), tokens.clone());
        let attended = self.attention.forward(attended).context;
        let direct = self.direct.forward(tokens.swap_dims(1, 2)).swap_dims(1, 2);
        let features = self.projection.forward(attended + direct);
        features.mean_dim(1).squeeze_dim::<2>(1)
    }
}
