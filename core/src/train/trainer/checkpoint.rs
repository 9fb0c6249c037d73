//! Keeping a training on disk and going on from there: weights in full precision, the optimiser's memory, and where it stands.

use std::path::Path;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{Bytes, Device, Tensor, TensorData};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use super::progress::Position;
use super::{Best, Epoch, Trainer};
use crate::base::write_whole;
use crate::model::TaskHead;
use crate::train::config::TrainConfig;
use crate::train::error::TrainError;
use crate::train::evaluation::Figures;

/// What stands in the file's header.
#[derive(Serialize, Deserialize)]
struct State {
    config: TrainConfig,
    /// Clips to learn from and to choose an epoch by: others would be another training.
    clips: [usize; 2],
    position: Position,
    history: Vec<Epoch>,
    best: Option<(usize, Option<Figures>)>,
    /// The names under which the optimiser knows the head's tensors, in their order.
    ids: Vec<u64>,
}

/// The header's one entry.
const STATE: &str = "training";
const OPTIMISER: &str = "optimiser";

impl Trainer {
    /// Keeps everything in a file. It replaces an older one as a whole: a process that is killed meanwhile leaves that.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn checkpoint(&self, path: &Path) -> Result<(), TrainError> {
        let failed = |e: &dyn std::fmt::Display| {
            TrainError::checkpoint(path, format!("could not be written: {e}"))
        };
        let head = Tensors::of(&self.head.valid());
        let best = self.best.as_ref().map(|best| Tensors::of(&best.head));
        let state = State {
            config: self.config.clone(),
            clips: [self.training.len(), self.validation.len()],
            position: self.position,
            history: self.history.clone(),
            best: self.best.as_ref().map(|best| (best.epoch, best.figures)),
            ids: head.ids.clone(),
        };
        let memory = self.optimiser.into_bytes().map_err(|e| failed(&e))?;
        let mut views = vec![];
        let bytes = TensorView::new(Dtype::U8, vec![memory.len()], &memory);
        views.push((OPTIMISER.to_owned(), bytes.map_err(|e| failed(&e))?));
        for (name, tensors) in [("head", Some(&head)), ("best", best.as_ref())] {
            let Some(tensors) = tensors else { continue };
            for (i, (shape, bytes)) in tensors.values.iter().enumerate() {
                let view = TensorView::new(Dtype::F32, shape.clone(), bytes);
                views.push((format!("{name}.{i}"), view.map_err(|e| failed(&e))?));
            }
        }
        let state = serde_json::to_string(&state).map_err(|e| failed(&e))?;
        let about = [(STATE.to_owned(), state)].into();
        let bytes = safetensors::serialize(views, Some(about)).map_err(|e| failed(&e))?;
        write_whole(path, &bytes).map_err(|e| TrainError::io(path, e))
    }

    /// Goes on from what [`Self::checkpoint`] kept, into a trainer made for the same head, configuration and clips. On the CPU
    /// all that follows is what it would have been without the stop, bit by bit.
    ///
    /// # Errors
    /// The file cannot be read, or is of another training.
    pub fn resume(mut self, path: &Path) -> Result<Self, TrainError> {
        let wrong = |what: &str| TrainError::checkpoint(path, what);
        let bytes = std::fs::read(path).map_err(|e| TrainError::io(path, e))?;
        let damaged = || wrong("is no checkpoint of a training, or damaged. Start without it");
        let (_, header) = SafeTensors::read_metadata(&bytes).map_err(|_| damaged())?;
        let state = header
            .metadata()
            .as_ref()
            .and_then(|about| about.get(STATE));
        let state: State = state
            .and_then(|text| serde_json::from_str(text).ok())
            .ok_or_else(damaged)?;
        let file = SafeTensors::deserialize(&bytes).map_err(|_| damaged())?;
        if state.config != self.config {
            return Err(wrong(
                "is of a training with another configuration. Give the same one, or start without it",
            ));
        }
        if state.clips != [self.training.len(), self.validation.len()] {
            return Err(wrong(
                "is of a training on other clips. Give the same data, or start without it",
            ));
        }
        let other = || wrong("is of another head. Give the same one, or start without it");
        let read = |head, name, device: &Device| {
            Loader::load(head, &file, name, &state.ids, device).ok_or_else(other)
        };
        let plain = self.head.valid();
        self.head = read(plain.clone(), "head", &self.device)?
            .fork(&self.learning)
            .train();
        self.best = match state.best {
            Some((epoch, figures)) => Some(Best {
                head: read(plain, "best", &self.device)?,
                epoch,
                figures,
            }),
            None => None,
        };
        let memory = file.tensor(OPTIMISER).map_err(|_| damaged())?;
        let memory = Bytes::from_bytes_vec(memory.data().to_vec());
        let fresh = self.config.optimiser.init();
        self.optimiser = fresh.from_bytes(memory).map_err(|_| damaged())?;
        (self.position, self.history) = (state.position, state.history);
        self.order = self.epoch_order();
        Ok(self)
    }
}

/// A head's tensors in the order it visits them, as bytes of f32.
#[derive(Default)]
struct Tensors {
    ids: Vec<u64>,
    values: Vec<(Vec<usize>, Vec<u8>)>,
}

impl Tensors {
    fn of(head: &TaskHead) -> Self {
        let mut this = Self::default();
        head.visit(&mut this);
        this
    }
}

impl ModuleVisitor for Tensors {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        let shape = tensor.dims().to_vec();
        let values: Vec<f32> = tensor.into_data().iter().collect();
        self.ids.push(param.id.val());
        // As this machine has them: it is the one that goes on.
        let bytes = bytemuck::cast_slice(&values).to_vec();
        self.values.push((shape, bytes));
    }
}

/// Puts kept tensors into a head of the same shape.
struct Loader<'a> {
    file: &'a SafeTensors<'a>,
    name: &'a str,
    ids: &'a [u64],
    device: &'a Device,
    next: usize,
    fits: bool,
}

impl<'a> Loader<'a> {
    fn load(
        head: TaskHead,
        file: &'a SafeTensors<'a>,
        name: &'a str,
        ids: &'a [u64],
        device: &'a Device,
    ) -> Option<TaskHead> {
        let mut loader = Self {
            file,
            name,
            ids,
            device,
            next: 0,
            fits: true,
        };
        let head = head.map(&mut loader);
        (loader.fits && loader.next == ids.len()).then_some(head)
    }

    fn take<const D: usize>(&mut self, shape: [usize; D]) -> Option<(ParamId, Tensor<D>)> {
        let id = ParamId::from(*self.ids.get(self.next)?);
        let name = format!("{}.{}", self.name, self.next);
        let view = self.file.tensor(&name).ok()?;
        if view.shape() != shape || view.dtype() != Dtype::F32 {
            return None;
        }
        let floats = view.data().as_chunks::<4>().0.iter();
        let values: Vec<f32> = floats.map(|bytes| f32::from_ne_bytes(*bytes)).collect();
        self.next += 1;
        let data = TensorData::new(values, shape);
        Some((id, Tensor::from_data(data, self.device)))
    }
}

impl ModuleMapper for Loader<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (own, tensor, mapper) = param.consume();
        let (id, tensor) = self.take(tensor.dims()).unwrap_or_else(|| {
            self.fits = false;
            (own, tensor)
        });
        Param::from_mapped_value(id, tensor, mapper)
    }
}
