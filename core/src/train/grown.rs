//! A head that knows more classes: the old ones keep their weights, the new ones stand behind them.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData};

use super::error::TrainError;
use crate::model::{HeadConfig, PairAbout, TaskHead};

/// The bias of a class that nothing was learned of yet: a tenth as probability, -ln(9), so that at first it is nowhere and takes
/// little from the others (a prior as that of Lin et al. 2017, 3.3), and yet a few steps away from being found.
const NOWHERE: f32 = -2.197;

/// A head of the same shape with more classes, the first ones those of `head`. The rows of the new ones are drawn from the device's
/// random numbers.
///
/// # Errors
/// The shape does not fit, or it cannot have so many classes.
pub fn grown(
    head: &TaskHead,
    config: &HeadConfig,
    pair: &PairAbout,
    classes: usize,
    device: &Device,
) -> Result<TaskHead, TrainError> {
    let fresh = config.init(&pair.visual.layers, &pair.audio.layers, classes, device)?;
    grown_into(head, fresh, device)
}

/// The same, into a fresh head with more classes.
///
/// # Errors
/// The two are not of one shape.
fn grown_into(head: &TaskHead, fresh: TaskHead, device: &Device) -> Result<TaskHead, TrainError> {
    let mut old = Known(Vec::new());
    head.visit(&mut old);
    let mut grower = Grower {
        old: old.0.into_iter(),
        device: device.clone(),
        fits: true,
    };
    let head = fresh.map(&mut grower);
    match grower.fits && grower.old.next().is_none() {
        true => Ok(head),
        false => Err(TrainError::Data(
            "the head has another shape than its description says: choose another one".to_owned(),
        )),
    }
}

/// A head's tensors in the order it visits them.
struct Known(Vec<TensorData>);

impl ModuleVisitor for Known {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.push(param.val().into_data());
    }
}

struct Grower {
    old: std::vec::IntoIter<TensorData>,
    device: Device,
    fits: bool,
}

impl Grower {
    fn grow<const D: usize>(&mut self, fresh: Tensor<D>) -> Option<Tensor<D>> {
        let old = self.old.next()?;
        let (before, now) = (old.shape().to_vec(), fresh.dims());
        let smaller = before.len() == D && before.iter().zip(now).all(|(old, new)| *old <= new);
        if !smaller {
            return None;
        }
        let old = Tensor::<D>::from_data(old, &self.device);
        if before == now {
            return Some(old);
        }
        let ground = match D {
            1 => Tensor::full(now, NOWHERE, &self.device),
            _ => fresh,
        };
        Some(ground.slice_assign(std::array::from_fn::<_, D, _>(|d| 0..before[d]), old))
    }
}

impl ModuleMapper for Grower {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, tensor, mapper) = param.consume();
        let tensor = self.grow(tensor.clone()).unwrap_or_else(|| {
            self.fits = false;
            tensor
        });
        Param::from_mapped_value(id, tensor, mapper)
    }
}
