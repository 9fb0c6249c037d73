//! What a training step costs at the paper's size, measured: from features in the cache, and with the textbook form of
//! distillation in place of the re-associated one.

mod noise;
mod textbook;

use std::sync::Arc;
use std::time::{Duration, Instant};

use burn::module::Module;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::Device;

use self::textbook::Textbook;
use super::clips::ClipExamples;
use super::config::{Learns, TrainConfig};
use super::error::TrainError;
use super::examples::{Batch, Examples};
use super::trainer::{Step, Trainer};
use crate::features::FeatureCache;
use crate::model::{Distillation, HeadConfig, LayerShape, TaskHead};

pub use noise::clip_seconds;

/// A training at the paper's size on clips of noise, whose features lie in a cache of its own.
pub struct StepBench {
    trainer: Trainer,
    clips: Arc<ClipExamples>,
    batch: usize,
    /// Of the textbook form, what it learns from and whatever learns.
    book: Option<(Batch, Textbook)>,
    optimiser: ModuleOptimizer,
    rate: f64,
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
        let task = head.task();
        let classes = noise::classes(task);
        let mut clips = ClipExamples::new(Arc::new(lease), classes);
        noise::add(&mut clips, (task, count), [visual, audio], cache)?;
        device.seed(1);
        let fresh = head.init(visual, audio, classes, device)?;
        let config = TrainConfig {
            batch,
            learns,
            epochs: usize::MAX,
            ..TrainConfig::of(task)
        };
        let optimiser = config.optimiser;
        let clips = Arc::new(clips);
        let none = ClipExamples::new(clips.lease(), classes);
        let trainer = Trainer::new(fresh, config, clips.clone(), Arc::new(none), device)?;
        Ok(Self {
            trainer,
            clips,
            batch,
            book: None,
            optimiser: optimiser.init(),
            rate: optimiser.rate,
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

    /// Gets ready for steps of the textbook form: features on the device, the head with fresh weights.
    ///
    /// # Errors
    /// The cache cannot be read.
    pub fn open_textbook(
        &mut self,
        distill: &Distillation,
        layers: [&[LayerShape]; 2],
    ) -> Result<(), TrainError> {
        let learning = self.device.clone().autodiff();
        let all: Vec<usize> = (0..self.batch.min(self.clips.len())).collect();
        let batch = Batch::read(&*self.clips, &all, &learning)?;
        let head: TaskHead = self.trainer.head().fork(&learning).train();
        let book = Textbook::new(distill, layers, head, &learning);
        self.book = Some((batch, book));
        self.sync()
    }

    /// One step of the textbook form on features that are on the device already: queries, keys and values of every token by burn's
    /// own attention, a layer each, the head behind them, and Adam.
    ///
    /// # Errors
    /// The device failed, or nothing was opened.
    pub fn textbook(&mut self) -> Result<Duration, TrainError> {
        let closed = || TrainError::Data("the textbook form is not open".to_owned());
        let (batch, book) = self.book.take().ok_or_else(closed)?;
        let begin = Instant::now();
        let loss = book.loss(&batch, &self.device.clone().autodiff())?;
        let grads = GradientsParams::from_grads(loss.backward(), &book);
        let book = self.optimiser.step(self.rate, book, grads);
        self.sync()?;
        let time = begin.elapsed();
        self.book = Some((batch, book));
        Ok(time)
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
