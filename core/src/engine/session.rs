//! What stays with a worker thread from job to job: the compute device, the models that are open.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use burn::tensor::Device;

use super::model::bundle;
use super::worker::Session;
use super::{EngineError, EngineOptions, HeadChoice, ModelChoice, WhichHead};
use crate::base::{HeadId, PairId, Problem, Task};
use crate::features::{FeatureCache, FeatureKey};
use crate::gpu::{DeviceError, DeviceReport, choose, is_lost, retire};
use crate::media::Source;
use crate::model::{FrozenPair, HeadCatalogue, HeadFile, ModelBundle, ModelInfo, TaskHead};
use crate::predict::DistilledSeconds;
use crate::train::{Before, Examples, TrainError, before};

/// The session of the `engine` thread.
pub struct ComputeSession {
    options: EngineOptions,
    report: Arc<Mutex<DeviceReport>>,
    device: Result<Device, DeviceError>,
    models: HashMap<ModelChoice, OpenModel>,
    distilled: DistilledSeconds,
}

/// A model on the device. Its backbones are loaded when they are first asked to compute, a head when it is first asked.
struct OpenModel {
    bundle: ModelBundle,
    pair: FrozenPair,
    heads: HashMap<HeadId, Rc<ReadyHead>>,
}

/// A head on the device.
pub(super) struct ReadyHead {
    /// What is known of it.
    pub file: HeadFile,
    /// Its weights.
    pub head: TaskHead,
    /// What it said of clips that were learned from or replayed: the next training begins with the same head, and asks the same.
    said: RefCell<HashMap<FeatureKey, Arc<Before>>>,
}

impl ReadyHead {
    /// What it says of a clip, which has these features.
    ///
    /// # Errors
    /// As of [`before`].
    pub fn before(
        &self,
        [visual, _]: [FeatureKey; 2],
        of: (&dyn Examples, usize),
        device: &Device,
    ) -> Result<Arc<Before>, TrainError> {
        if let Some(said) = self.said.borrow().get(&visual) {
            return Ok(Arc::clone(said));
        }
        let said = Arc::new(before(&self.head, of, device)?);
        self.said.borrow_mut().insert(visual, Arc::clone(&said));
        Ok(said)
    }
}

/// The session of the `media` thread: decoders belong to the jobs.
pub struct MediaSession {
    /// Where features of clips are kept, if anywhere.
    pub(super) features: Option<FeatureCache>,
    /// Where clips are read from.
    pub(super) source: Arc<dyn Source>,
}

impl Session for MediaSession {}

/// The session of the `weights` thread: downloads belong to the jobs.
pub struct WeightsSession;

impl Session for WeightsSession {}

/// A report to be filled in once the device is open.
pub(super) fn shared_report() -> Arc<Mutex<DeviceReport>> {
    Arc::new(Mutex::new(DeviceReport {
        name: "starting…".to_owned(),
        ..DeviceReport::default()
    }))
}

impl ComputeSession {
    /// Open the device. A device that cannot be had is an error of every job, not of the start.
    pub(super) fn open(options: EngineOptions, report: Arc<Mutex<DeviceReport>>) -> Self {
        Self {
            device: open_device(&options, &report),
            options,
            report,
            models: HashMap::new(),
            distilled: DistilledSeconds::default(),
        }
    }

    /// Where features of clips are kept, if anywhere.
    pub(super) fn features(&self) -> Option<FeatureCache> {
        self.options.features.clone()
    }

    /// Where trained heads lie.
    pub(super) fn heads(&self) -> HeadCatalogue {
        self.options.heads.clone()
    }

    /// The heads that come with a model, and the backbones they read.
    pub(super) fn own_heads(
        &mut self,
        choice: &ModelChoice,
    ) -> Result<(PairId, Vec<HeadFile>), EngineError> {
        let model = self.model(choice)?;
        Ok((model.pair.about().id, model.bundle.heads().to_vec()))
    }

    /// What is known of a model, with these heads in place of its own.
    pub(super) fn about(
        &mut self,
        choice: &ModelChoice,
        heads: &[WhichHead],
    ) -> Result<ModelInfo, EngineError> {
        let mut info = self.model(choice)?.bundle.about();
        for which in heads {
            let model = choice.clone();
            let head = HeadChoice {
                model,
                which: *which,
            };
            info = info.with_head(&self.head_file(&head)?);
        }
        Ok(info)
    }

    /// The device.
    pub(super) fn device(&self) -> Result<&Device, EngineError> {
        Ok(self.device.as_ref().map_err(Clone::clone)?)
    }

    /// The device's name.
    pub(super) fn device_name(&self) -> String {
        let report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        report.name.clone()
    }

    /// Whether predictions also tell what the head distilled of each second.
    pub(super) fn tells_meta_tokens(&self) -> bool {
        self.options.meta_tokens
    }

    /// Whether somebody waits for the next score, in a window.
    pub(super) fn is_watched(&self) -> bool {
        self.options.beside_window
    }

    /// Whether what heads distil is kept, so that seconds like one can be found.
    pub(super) fn finds_alike(&self) -> bool {
        self.options.finds_alike
    }

    /// What heads distilled so far.
    pub(super) fn distilled(&mut self) -> &mut DistilledSeconds {
        &mut self.distilled
    }

    /// Where clips are read from.
    pub(super) fn source(&self) -> Arc<dyn Source> {
        Arc::clone(&self.options.source)
    }

    /// A model's backbones, which need not be loaded: for what is known of them, and to read kept features.
    pub(super) fn pair(&mut self, choice: &ModelChoice) -> Result<&FrozenPair, EngineError> {
        Ok(&self.model(choice)?.pair)
    }

    /// The same, loaded and ready to compute.
    pub(super) fn loaded(&mut self, choice: &ModelChoice) -> Result<&FrozenPair, EngineError> {
        if !self.pair(choice)?.is_loaded() {
            // One at a time beside the small demo model: those of full size take a gigabyte and more.
            let large = |known: &ModelChoice| known != choice && *known != ModelChoice::Demo;
            let others = self.models.iter_mut().filter(|(known, _)| large(known));
            others.for_each(|(_, model)| model.pair.unload());
        }
        let pair = &self.model(choice)?.pair;
        pair.backbones()?;
        Ok(pair)
    }

    /// A head, loaded the first time it is asked for.
    pub(super) fn head(&mut self, choice: &HeadChoice) -> Result<Rc<ReadyHead>, EngineError> {
        let model = self.model(&choice.model)?;
        let id = match choice.which {
            WhichHead::Named(id) => Some(id),
            WhichHead::For(task) => model.bundle.head(task).map(|file| file.id),
        };
        if let Some(known) = id.and_then(|id| model.heads.get(&id)) {
            return Ok(Rc::clone(known));
        }
        let file = self.head_file(choice)?;
        let model = self.model(&choice.model)?;
        Ok(match model.heads.entry(file.id) {
            Entry::Occupied(known) => Rc::clone(known.get()),
            Entry::Vacant(place) => {
                let head = file.load(model.pair.about(), model.pair.device())?;
                let said = RefCell::default();
                Rc::clone(place.insert(Rc::new(ReadyHead { file, head, said })))
            }
        })
    }

    fn head_file(&mut self, choice: &HeadChoice) -> Result<HeadFile, EngineError> {
        let catalogue = self.options.heads.clone();
        let bundle = &self.model(&choice.model)?.bundle;
        match choice.which {
            WhichHead::For(task) => match bundle.head(task) {
                Some(file) => Ok(file.clone()),
                None => self.reopened_for(choice, task),
            },
            WhichHead::Named(id) => match catalogue.by_id(id, bundle) {
                Some(file) => Ok(file),
                None => self.reopened(choice, id),
            },
        }
    }

    /// The same: a head may have been added.
    fn reopened_for(&mut self, choice: &HeadChoice, task: Task) -> Result<HeadFile, EngineError> {
        self.models.remove(&choice.model);
        let bundle = &self.model(&choice.model)?.bundle;
        bundle.head(task).cloned().ok_or(EngineError::NoHead {
            model: bundle.about().name,
            task,
        })
    }

    /// A model's folder may have changed since it was opened.
    fn reopened(&mut self, choice: &HeadChoice, id: HeadId) -> Result<HeadFile, EngineError> {
        self.models.remove(&choice.model);
        let catalogue = self.options.heads.clone();
        let bundle = &self.model(&choice.model)?.bundle;
        catalogue.by_id(id, bundle).ok_or(EngineError::UnknownHead {
            model: bundle.about().name,
            head: id,
        })
    }

    fn model(&mut self, choice: &ModelChoice) -> Result<&mut OpenModel, EngineError> {
        let device = self.device.as_ref().map_err(Clone::clone)?;
        Ok(match self.models.entry(choice.clone()) {
            Entry::Occupied(open) => open.into_mut(),
            Entry::Vacant(place) => {
                let bundle = bundle(choice)?;
                place.insert(OpenModel {
                    pair: bundle.pair(device, self.options.precision)?,
                    heads: HashMap::new(),
                    bundle,
                })
            }
        })
    }
}

impl Session for ComputeSession {
    /// A device that is lost is opened again, and models are loaded anew as they are needed.
    fn recover(&mut self, error: &EngineError) -> Option<Problem> {
        let device = self.device.as_ref().ok()?;
        if !error.may_be_the_device() || !is_lost(device) {
            return None;
        }
        self.models.clear();
        retire(device);
        self.device = open_device(&self.options, &self.report);
        let advice = match &self.device {
            Ok(_) => "It was started anew, and what was being computed begins again. Nothing else is lost.".to_owned(),
            Err(error) => format!("It could not be started anew: {error}. Choose another device."),
        };
        let notice = Problem::warning("The compute device stopped working", advice);
        Some(notice.with_detail(error.to_string()))
    }
}

fn open_device(
    options: &EngineOptions,
    report: &Mutex<DeviceReport>,
) -> Result<Device, DeviceError> {
    let chosen = choose(options.device, &options.prober);
    let said = match &chosen {
        Ok((_, said)) => said.clone(),
        Err(error) => DeviceReport {
            name: "no device".to_owned(),
            refusals: vec![error.to_string()],
            failed: vec![error.to_string()],
            no_f16: None,
            no_bf16: None,
        },
    };
    *report.lock().unwrap_or_else(PoisonError::into_inner) = said;
    chosen.map(|(device, _)| device)
}
