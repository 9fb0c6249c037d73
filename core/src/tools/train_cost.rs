//! What training costs at the paper's size on this machine: `mettle bench train`.

use std::path::Path;
use std::time::Duration;

use burn::tensor::Device;
use mettle_kernels::give_back;

use crate::base::Task;
use crate::engine::EngineError;
use crate::features::FeatureCache;
use crate::gpu::{DeviceChoice, DeviceReport, Prober, choose};
use crate::hub::description;
use crate::model::{
    AvelConfig, BackboneDesc, HeadConfig, LayerShape, ModelError, ParseConfig, SegmentConfig, speed,
};
use crate::train::{Learns, StepBench, clip_seconds};

/// Who looks and who listens in the paper's main setting.
const PAIR: [&str; 2] = ["swinv2_large_window12_192", "htsat_audioset"];
/// A training of the paper's size on noise.
pub struct TrainCost {
    device: Device,
    report: DeviceReport,
    layers: [Vec<LayerShape>; 2],
}

/// Steps of a batch of clips.
pub struct CostSteps<'a> {
    of: &'a TrainCost,
    bench: StepBench,
    head: HeadConfig,
    batch: usize,
    backbones: Option<[speed::SpeedTest; 2]>,
}

impl TrainCost {
    /// Opens the device.
    ///
    /// # Errors
    /// The device cannot be had.
    pub fn open(choice: DeviceChoice, prober: &Prober) -> Result<Self, EngineError> {
        let (device, report) = choose(choice, prober)?;
        let layers = |name: &str| -> Result<Vec<LayerShape>, ModelError> {
            let text = description(name).unwrap_or_default();
            let desc: BackboneDesc =
                serde_json::from_str(text).map_err(|e| ModelError::Config(e.to_string()))?;
            Ok(desc.spec()?.layers)
        };
        Ok(Self {
            layers: [layers(PAIR[0])?, layers(PAIR[1])?],
            device,
            report,
        })
    }

    /// The device in use.
    pub fn device(&self) -> &DeviceReport {
        &self.report
    }

    fn layers(&self) -> [&[LayerShape]; 2] {
        [&self.layers[0], &self.layers[1]]
    }

    /// Gets ready for steps of a head of a task at the paper's size (Table 14), of which all or a part learns, on so many clips in
    /// batches; their features are in a cache in `folder`, and put there where they are not.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn steps(
        &self,
        task: Task,
        ([clips, batch], learns): ([usize; 2], Learns),
        folder: &Path,
    ) -> Result<CostSteps<'_>, EngineError> {
        let cache = FeatureCache::at(folder.to_owned());
        let head = match task {
            Task::Localize => HeadConfig::Localize(AvelConfig::default()),
            Task::Parse => HeadConfig::Parse(ParseConfig::default()),
            Task::Segment => HeadConfig::Segment(SegmentConfig::default()),
        };
        Ok(CostSteps {
            bench: StepBench::new(
                &head,
                self.layers(),
                ([clips, batch], learns),
                &cache,
                &self.device,
            )?,
            of: self,
            head,
            batch,
            backbones: None,
        })
    }
}

impl CostSteps<'_> {
    /// Numbers that are trained.
    pub fn parameters(&self) -> usize {
        self.bench.parameters()
    }

    /// Seconds of a clip.
    pub fn seconds(&self) -> usize {
        clip_seconds(self.head.task())
    }

    /// Gives the system back what was freed, so that what is taken from here on can be seen.
    pub fn settle(&self) {
        give_back();
    }

    /// A step from the cache.
    ///
    /// # Errors
    /// The device failed.
    pub fn from_cache(&mut self) -> Result<Duration, EngineError> {
        Ok(self.bench.from_cache()?)
    }

    /// All clips once, from the cache.
    ///
    /// # Errors
    /// The device failed.
    pub fn epoch(&mut self) -> Result<Duration, EngineError> {
        Ok(self.bench.epoch()?)
    }

    /// Both backbones over the batch, which a step in whose loop they are takes longer.
    ///
    /// # Errors
    /// The device failed.
    pub fn backbones(&mut self) -> Result<Duration, EngineError> {
        let both = match self.backbones.take() {
            Some(both) => both,
            None => {
                let [eye, ear] = PAIR;
                let seconds = self.seconds();
                let test = |name| speed::SpeedTest::new(name, seconds, &self.of.device, None);
                [test(eye)?, test(ear)?]
            }
        };
        let mut time = Duration::ZERO;
        for _ in 0..self.batch {
            time += both[0].pass()? + both[1].pass()?;
        }
        self.backbones = Some(both);
        Ok(time)
    }

    /// Gets ready for [`Self::textbook`].
    ///
    /// # Errors
    /// The cache cannot be read.
    pub fn open_textbook(&mut self) -> Result<(), EngineError> {
        self.backbones = None;
        if let Some(distill) = self.head.distillation() {
            self.bench.open_textbook(distill, self.of.layers())?;
        }
        Ok(())
    }

    /// The textbook form of distillation in place of ours before the same head, from features on the device.
    ///
    /// # Errors
    /// The device failed.
    pub fn textbook(&mut self) -> Result<Duration, EngineError> {
        Ok(self.bench.textbook()?)
    }
}
