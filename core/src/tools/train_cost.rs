//! What training costs at the paper's size on this machine: `mettle bench train`.

use std::path::Path;
use std::time::Duration;

use burn::tensor::Device;

use crate::base::Task;
use crate::engine::EngineError;
use crate::features::FeatureCache;
use crate::gpu::{DeviceChoice, DeviceReport, Prober, choose};
use crate::hub::description;
use crate::model::{
    AvelConfig, BackboneDesc, Distillation, HeadConfig, LayerShape, ModelError, ParseConfig,
    SegmentConfig, speed,
};
use crate::train::{Learns, StepBench};

/// Who looks and who listens in the paper's main setting.
const PAIR: [&str; 2] = ["swinv2_large_window12_192", "htsat_audioset"];
/// Seconds of a clip.
const SECONDS: usize = 10;

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
        let layers = [&self.layers[0][..], &self.layers[1]];
        Ok(CostSteps {
            bench: StepBench::new(
                &head,
                layers,
                ([clips, batch], learns),
                &cache,
                &self.device,
            )?,
            of: self,
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
                let test = |name| speed::SpeedTest::new(name, SECONDS, &self.of.device, None);
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

    /// The textbook form of distillation of events in place of ours, from features on the device.
    ///
    /// # Errors
    /// The device failed.
    pub fn textbook(&mut self) -> Result<Duration, EngineError> {
        self.backbones = None;
        let distill = Distillation::avel();
        let layers = [&self.of.layers[0][..], &self.of.layers[1]];
        let tokens = [distill.visual.tokens, distill.audio.tokens];
        Ok(self.bench.textbook(layers, tokens, distill.d)?)
    }
}
