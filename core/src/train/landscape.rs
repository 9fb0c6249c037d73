//! The loss around a trained head, on a plane through it (Li et al. 2018, "Visualizing the Loss Landscape of Neural Nets", 4): two
//! random directions, each filter of them as long as the head's own, so that planes of different heads can be held against each
//! other. Biases and gains stay as they are, as there.

use std::f32::consts::TAU;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::error::TrainError;
use super::evaluation::numbers;
use super::examples::{Batch, Examples};
use super::losses::LossConfig;
use super::objective;
use crate::base::Rng;
use crate::model::TaskHead;

/// Losses on a square of a plane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Landscape {
    /// How far the square reaches to each side of the head, in lengths of its filters.
    pub extent: f32,
    /// Points to a side; odd, so that the head is one of them.
    pub side: usize,
    /// The mean loss of the clips at each point, row after row.
    pub losses: Vec<f32>,
}

impl Landscape {
    /// At the head itself.
    pub fn centre(&self) -> f32 {
        let middle = self.side / 2;
        let at = middle * self.side + middle;
        self.losses.get(at).copied().unwrap_or(f32::NAN)
    }

    /// Where a row or column lies, in lengths of the head's filters.
    pub fn place(&self, at: usize) -> f32 {
        let steps = self.side.saturating_sub(1).max(1) as f32;
        (2.0 * at as f32 / steps - 1.0) * self.extent
    }

    /// How many points lie below all of their neighbours: one in a bowl, several in rugged land.
    pub fn valleys(&self) -> usize {
        let at = |x: usize, y: usize| self.losses.get(y * self.side + x);
        let is_valley = |x: usize, y: usize| {
            let around = (y.saturating_sub(1)..=y + 1)
                .flat_map(|y| (x.saturating_sub(1)..=x + 1).map(move |x| (x, y)));
            let mut others = around.filter(|(i, j)| (*i, *j) != (x, y) && *i < self.side);
            at(x, y).is_some_and(|own| others.all(|(i, j)| at(i, j).is_none_or(|loss| own < loss)))
        };
        let points = (0..self.side).flat_map(|y| (0..self.side).map(move |x| (x, y)));
        points.filter(|(x, y)| is_valley(*x, *y)).count()
    }
}

/// Computes the losses around a head on some clips; `go_on` hears how many of how many points are done, and may say no.
///
/// # Errors
/// Features cannot be read, or the device fails.
pub fn landscape(
    head: &TaskHead,
    clips: &dyn Examples,
    config: &LossConfig,
    device: &Device,
    (extent, side, seed): (f32, usize, u64),
    go_on: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Option<Landscape>, TrainError> {
    let plane = Plane::through(head, seed);
    let mut landscape = Landscape {
        extent,
        side,
        losses: vec![0.0; side * side],
    };
    let (points, count) = (side * side, clips.len());
    if !go_on(0, count * points) {
        return Ok(None);
    }
    // One clip's features at a time.
    for clip in 0..count {
        let batch = Batch::read(clips, &[clip], device)?;
        for point in 0..points {
            let (x, y) = (point % side, point / side);
            let at = (landscape.place(x), landscape.place(y));
            let head = plane.at(at, device);
            let losses = objective::losses(&head, &batch.shown(), config, device)?;
            let loss = losses.learned.map(numbers).transpose()?.unwrap_or_default();
            let loss = loss.first().copied().unwrap_or(f32::NAN);
            landscape.losses[point] += loss / count as f32;
            if !go_on(clip * points + point + 1, count * points) {
                return Ok(None);
            }
        }
    }
    Ok(Some(landscape))
}

/// A head and two directions.
struct Plane<'a> {
    head: &'a TaskHead,
    directions: [Vec<Vec<f32>>; 2],
}

impl<'a> Plane<'a> {
    fn through(head: &'a TaskHead, seed: u64) -> Self {
        let directions = [0, 1].map(|purpose| {
            let mut drawn = Drawn {
                rng: Rng::of(seed, purpose),
                within: vec![],
                direction: vec![],
            };
            head.visit(&mut drawn);
            drawn.direction
        });
        Self { head, directions }
    }

    /// The head so far along each direction.
    fn at(&self, (x, y): (f32, f32), device: &Device) -> TaskHead {
        let [first, second] = &self.directions;
        let mut mover = Moved {
            along: first.iter().zip(second),
            at: (x, y),
            device,
        };
        self.head.clone().map(&mut mover)
    }
}

/// Draws a direction, filter by filter.
struct Drawn {
    rng: Rng,
    /// Types of the modules around the parameter.
    within: Vec<String>,
    direction: Vec<Vec<f32>>,
}

impl ModuleVisitor for Drawn {
    fn enter_module(&mut self, _: &str, container: &str) {
        self.within.push(container.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.within.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let data = param.val().into_data();
        let values: Vec<f32> = data.iter::<f32>().collect();
        // A linear layer's weights stand [inputs, outputs], so that its filters are columns; others' are rows.
        let linear = self.within.last().is_some_and(|of| of.ends_with("Linear"));
        let direction = match (&param.val().dims()[..], linear) {
            ([_, columns], true) => self.filters(&values, *columns, |at, columns| at % columns),
            ([rows, _, ..], _) => {
                let size = values.len() / (*rows).max(1);
                self.filters(&values, *rows, |at, _| at / size.max(1))
            }
            _ => vec![0.0; values.len()],
        };
        self.direction.push(direction);
    }
}

impl Drawn {
    /// Normal numbers, those of each filter together as long as its weights.
    fn filters(
        &mut self,
        values: &[f32],
        count: usize,
        filter_of: impl Fn(usize, usize) -> usize,
    ) -> Vec<f32> {
        let mut drawn: Vec<f32> = values.iter().map(|_| self.normal()).collect();
        let lengths = |of: &[f32]| {
            let mut lengths = vec![0.0_f32; count];
            for (at, value) in of.iter().enumerate() {
                lengths[filter_of(at, count)] += value * value;
            }
            lengths
        };
        let (own, theirs) = (lengths(values), lengths(&drawn));
        for (at, value) in drawn.iter_mut().enumerate() {
            let filter = filter_of(at, count);
            *value *= (own[filter] / theirs[filter].max(f32::MIN_POSITIVE)).sqrt();
        }
        drawn
    }

    /// By Box and Muller.
    fn normal(&mut self) -> f32 {
        let (a, b) = (1.0 - self.rng.unit(), self.rng.unit());
        (-2.0 * a.ln()).sqrt() * (TAU * b).cos()
    }
}

/// Moves every parameter along both directions.
struct Moved<'a, I> {
    along: I,
    at: (f32, f32),
    device: &'a Device,
}

impl<'a, I: Iterator<Item = (&'a Vec<f32>, &'a Vec<f32>)>> ModuleMapper for Moved<'a, I> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some((first, second)) = self.along.next() else {
            return param;
        };
        let (id, tensor, mapper) = param.consume();
        let steps = first.iter().zip(second);
        let step: Vec<f32> = steps.map(|(a, b)| a * self.at.0 + b * self.at.1).collect();
        let step = TensorData::new(step, tensor.dims());
        let moved = tensor + Tensor::from_data(step, self.device);
        Param::from_mapped_value(id, moved, mapper)
    }
}
