//! What stays with a worker thread from job to job: the compute device, the models that are loaded.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use burn::tensor::Device;

use super::model::bundle;
use super::{EngineError, EngineOptions, ModelChoice};
use crate::features::FeatureCache;
use crate::gpu::{DeviceError, DeviceReport, choose};
use crate::media::Source;
use crate::model::{Familiarity, LoadedModel, Precision};

/// The session of the `engine` thread.
pub struct ComputeSession {
    device: Result<Device, DeviceError>,
    precision: Precision,
    models: HashMap<ModelChoice, ReadyModel>,
    features: Option<FeatureCache>,
    source: Arc<dyn Source>,
}

/// A model on the device.
pub(super) struct ReadyModel {
    /// Backbones and head.
    pub model: LoadedModel,
    /// What it knows of its training data, if its maker measured that.
    pub familiarity: Option<Familiarity>,
}

/// The session of the `media` thread: decoders belong to the jobs.
pub struct MediaSession {
    /// Where features of clips are kept, if anywhere.
    pub(super) features: Option<FeatureCache>,
    /// Where clips are read from.
    pub(super) source: Arc<dyn Source>,
}

/// The session of the `weights` thread: downloads belong to the jobs.
pub struct WeightsSession;

/// A report to be filled in once the device is open.
pub(super) fn shared_report() -> Arc<Mutex<DeviceReport>> {
    Arc::new(Mutex::new(DeviceReport {
        name: "starting…".to_owned(),
        ..DeviceReport::default()
    }))
}

impl ComputeSession {
    /// Open the device. A device that cannot be had is an error of every job, not of the start.
    pub(super) fn open(options: &EngineOptions, report: &Mutex<DeviceReport>) -> Self {
        let chosen = choose(options.device, &options.prober);
        let said = match &chosen {
            Ok((_, said)) => said.clone(),
            Err(error) => DeviceReport {
                name: "no device".to_owned(),
                refusals: vec![error.to_string()],
                no_f16: None,
            },
        };
        *report.lock().unwrap_or_else(PoisonError::into_inner) = said;
        Self {
            device: chosen.map(|(device, _)| device),
            precision: options.precision,
            models: HashMap::new(),
            features: options.features.clone(),
            source: Arc::clone(&options.source),
        }
    }

    /// Where features of clips are kept, if anywhere.
    pub(super) fn features(&self) -> Option<FeatureCache> {
        self.features.clone()
    }

    /// Where clips are read from.
    pub(super) fn source(&self) -> Arc<dyn Source> {
        Arc::clone(&self.source)
    }

    /// The device and a model on it, loaded the first time it is asked for.
    pub(super) fn model(
        &mut self,
        choice: &ModelChoice,
    ) -> Result<(&Device, &ReadyModel), EngineError> {
        let device = self.device.as_ref().map_err(Clone::clone)?;
        if !self.models.contains_key(choice) {
            // One at a time beside the small demo model: those of full size take a gigabyte and more.
            self.models.retain(|known, _| *known == ModelChoice::Demo);
        }
        let model = match self.models.entry(choice.clone()) {
            Entry::Occupied(loaded) => loaded.into_mut(),
            Entry::Vacant(place) => {
                let model = bundle(choice)?.load_in(device, self.precision)?;
                let known = model.familiarity.as_ref();
                place.insert(ReadyModel {
                    familiarity: known.and_then(Familiarity::read),
                    model,
                })
            }
        };
        Ok((device, model))
    }
}
