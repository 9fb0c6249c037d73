//! Adam and AdamW on the CPU in one pass over each matrix: burn's take a pass an operation, each through all of memory, which for
//! the paper's 78 million numbers takes longer than to learn from a batch. Other devices fuse by themselves and keep burn's.

use burn::optim::{Adam, AdamConfig, AdamState, AdaptiveMomentumState, LearningRate, Optimizer};
use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

/// Numbers of a task.
const TASK: usize = 1 << 14;

/// Adam (Kingma and Ba 2015), or with decoupled decay (Loshchilov and Hutter 2019), with PyTorch's order of operations.
#[derive(Clone)]
pub(super) struct AnyAdam {
    betas: (f32, f32),
    epsilon: f32,
    /// Added to the gradient.
    coupled: f32,
    /// Taken off the weights, times the rate.
    decoupled: f32,
    /// For other devices.
    whole: Adam,
}

impl AnyAdam {
    /// With a decay of one of both kinds.
    pub fn new(betas: (f32, f32), epsilon: f32, [coupled, decoupled]: [f32; 2]) -> Self {
        let whole = AdamConfig::new()
            .with_beta_1(betas.0)
            .with_beta_2(betas.1)
            .with_epsilon(epsilon);
        Self {
            betas,
            epsilon,
            coupled,
            decoupled,
            whole: whole.build(),
        }
    }

    /// Numbers of one step, the `time`-th from 1.
    fn step_at(&self, rate: f64, time: usize) -> Numbers {
        let time = i32::try_from(time).unwrap_or(i32::MAX);
        let second = (1.0 - self.betas.1.powi(time)).sqrt();
        Numbers {
            betas: self.betas,
            scale: second / (1.0 - self.betas.0.powi(time)),
            epsilon: self.epsilon * second,
            rate: rate as f32,
            coupled: self.coupled,
            kept: 1.0 - (rate * f64::from(self.decoupled)) as f32,
        }
    }
}

impl Optimizer for AnyAdam {
    type State<const D: usize> = AdamState<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        tensor: Tensor<D>,
        grad: Tensor<D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<D>, Option<Self::State<D>>) {
        let device = tensor.device();
        if device != Device::flex() {
            let grad = grad + tensor.clone() * self.coupled;
            let kept = 1.0 - rate * f64::from(self.decoupled);
            return self.whole.step(rate, tensor * kept, grad, state);
        }
        let zeros = || Tensor::zeros(tensor.dims(), &device);
        let momentum = state.map(|state| state.momentum);
        let momentum = momentum.unwrap_or_else(|| AdaptiveMomentumState::new(0, zeros(), zeros()));
        let time = momentum.time + 1;
        let grad = grad.into_data();
        let mut held = Held {
            weights: tensor.into_data(),
            means: momentum.moment_1.into_data(),
            squares: momentum.moment_2.into_data(),
        };
        held.step(&grad, &self.step_at(rate, time));
        let back = |data| Tensor::from_data(data, &device);
        let momentum = AdaptiveMomentumState::new(time, back(held.means), back(held.squares));
        (back(held.weights), Some(AdamState::new(momentum)))
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &Device) -> Self::State<D> {
        Adam::to_device(state, device)
    }
}

/// What a step multiplies by.
struct Numbers {
    betas: (f32, f32),
    scale: f32,
    epsilon: f32,
    rate: f32,
    coupled: f32,
    kept: f32,
}

impl Numbers {
    /// On a part of a matrix.
    fn step(&self, ((weights, means), (squares, grads)): Part<'_>) {
        let (one, two) = self.betas;
        let both = weights.iter_mut().zip(means.iter_mut());
        let all = both.zip(squares.iter_mut().zip(grads));
        for ((weight, mean), (square, grad)) in all {
            let grad = grad + self.coupled * *weight;
            *mean = *mean * one + grad * (1.0 - one);
            *square = *square * two + grad * grad * (1.0 - two);
            let delta = *mean * self.scale / (square.sqrt() + self.epsilon);
            *weight = *weight * self.kept - delta * self.rate;
        }
    }
}

/// Weights and means, squares and gradients.
type Part<'a> = ((&'a mut [f32], &'a mut [f32]), (&'a mut [f32], &'a [f32]));

/// A matrix and what is remembered of its gradients, on the host: taken over without a copy where nobody else holds them.
struct Held {
    weights: TensorData,
    means: TensorData,
    squares: TensorData,
}

impl Held {
    fn step(&mut self, grads: &TensorData, numbers: &Numbers) {
        let all = (
            self.weights.as_mut_slice::<f32>(),
            self.means.as_mut_slice::<f32>(),
            self.squares.as_mut_slice::<f32>(),
            grads.as_slice::<f32>(),
        );
        // Parameters are f32, and so is what comes of them: others cannot occur.
        if let (Ok(weights), Ok(means), Ok(squares), Ok(grads)) = all {
            let both = weights.par_chunks_mut(TASK).zip(means.par_chunks_mut(TASK));
            let rest = squares.par_chunks_mut(TASK).zip(grads.par_chunks(TASK));
            both.zip(rest).for_each(|part| numbers.step(part));
        }
    }
}
