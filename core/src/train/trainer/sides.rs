//! Both modalities distilled for a step, each with a record of gradients of its own, so that neither waits for the other: on small layers
//! a step is many small operations one after another, and on the CPU those of sound run beside those of pictures.

use burn::tensor::{Device, Gradients, Tensor};

use crate::model::heads::Distiller;
use crate::train::error::TrainError;
use crate::train::examples::Distilled;
use crate::train::streamed::Streamed;

/// What the distillers made of some clips: of pictures, then of sound.
pub(super) struct Sides([Made; 2]);

/// One modality's features, `[n, d]`.
struct Made {
    /// With the record of how they were made.
    recorded: Tensor<2>,
    /// The same numbers, where the record of what follows begins.
    begun: Tensor<2>,
}

impl Sides {
    /// By the distillers of a head that learns on `device`.
    ///
    /// # Errors
    /// The system gives no thread. What could not be read is said by [`Streamed::check`].
    pub fn distil(
        [seeing, hearing]: [&Distiller; 2],
        [visual, audio]: [&mut Streamed<'_>; 2],
        device: &Device,
    ) -> Result<Self, TrainError> {
        let seen = || Made::by(seeing, visual);
        let heard = || Made::by(hearing, audio);
        Ok(Self(side_by_side(device, seen, heard)?))
    }

    /// For what follows.
    pub fn features(&self) -> Distilled {
        let [visual, audio] = &self.0;
        (visual.begun.clone(), audio.begun.clone())
    }

    /// Takes the gradients of what followed on to the numbers of the distillers.
    ///
    /// # Errors
    /// Features cannot be read, or the system gives no thread.
    pub fn carry(
        self,
        [visual, audio]: [&mut Streamed<'_>; 2],
        grads: &mut Vec<Gradients>,
        device: &Device,
    ) -> Result<(), TrainError> {
        let [seen, heard] = self.0.map(|made| made.loss(grads));
        let seen = || back(seen, visual);
        let heard = || back(heard, audio);
        for own in side_by_side(device, seen, heard)? {
            grads.extend(own?);
        }
        Ok(())
    }
}

impl Made {
    fn by(distiller: &Distiller, layers: &mut Streamed<'_>) -> Self {
        let recorded = distiller.forward(&*layers);
        Self {
            begun: Tensor::from_inner(recorded.clone().inner()).require_grad(),
            recorded,
        }
    }

    /// A number whose gradients are those of what followed; none where nothing did.
    fn loss(self, grads: &[Gradients]) -> Option<Tensor<1>> {
        let parts = grads.iter().filter_map(|grads| self.begun.grad(grads));
        let wanted = parts.reduce(|a, b| a + b)?;
        Some((self.recorded * Tensor::from_inner(wanted)).sum())
    }
}

/// All gradients of one modality's distiller.
fn back(loss: Option<Tensor<1>>, layers: &mut Streamed<'_>) -> Result<Vec<Gradients>, TrainError> {
    let mut grads: Vec<Gradients> = loss.map(|loss| loss.backward()).into_iter().collect();
    layers.carry(&mut grads)?;
    Ok(grads)
}

/// Both results. On the CPU the second work has a thread of its own; another device has enough to do with one.
fn side_by_side<T: Send>(
    device: &Device,
    one: impl FnOnce() -> T,
    other: impl FnOnce() -> T + Send,
) -> Result<[T; 2], TrainError> {
    if device.clone().inner() != Device::flex() {
        return Ok([one(), other()]);
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("distil".to_owned());
        let other = thread.spawn_scoped(scope, other);
        let other = other.map_err(|e| TrainError::Data(format!("no thread for a step: {e}")))?;
        let one = one();
        match other.join() {
            Ok(other) => Ok([one, other]),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
