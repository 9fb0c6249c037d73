//! Layer features on the host in 16 bit: what is kept of a clip.

use burn::tensor::{Device, Tensor, TensorData};
use half::f16;
use half::slice::HalfFloatSliceExt;

use crate::gpu::ComputeError;
use crate::model::LayerFeatures;

/// Layer features of a run of segments, every layer in turn and the final norm last, rounded to 16 bit. Numbers beyond
/// f16's range (65504) become its ends.
#[derive(Clone, Debug, PartialEq)]
pub struct HalfFeatures {
    segments: usize,
    layers: Vec<Layer>,
}

#[derive(Clone, Debug, PartialEq)]
struct Layer {
    /// Tokens and width.
    size: [usize; 2],
    /// `[segments, tokens, width]`.
    values: Vec<f16>,
}

impl HalfFeatures {
    /// Room for segments of layers of these sizes.
    pub(super) fn with_sizes(sizes: &[[usize; 2]]) -> Self {
        let empty = |size: &[usize; 2]| Layer {
            size: *size,
            values: Vec::new(),
        };
        Self {
            segments: 0,
            layers: sizes.iter().map(empty).collect(),
        }
    }

    /// From the device, rounded.
    ///
    /// # Errors
    /// When the device fails.
    pub fn of(features: &LayerFeatures) -> Result<Self, ComputeError> {
        let tensors = features.layers.iter().chain([&features.final_norm]);
        let layers: Result<Vec<Layer>, ComputeError> = tensors.map(rounded).collect();
        Ok(Self {
            segments: features.final_norm.dims()[0],
            layers: layers?,
        })
    }

    /// Back to the device as f32.
    pub fn to_device(&self, device: &Device) -> LayerFeatures {
        let tensor = |layer: &Layer| {
            let mut values = vec![0.0_f32; layer.values.len()];
            layer.values.convert_to_f32_slice(&mut values);
            let [tokens, width] = layer.size;
            let data = TensorData::new(values, [self.segments, tokens, width]);
            Tensor::<3>::from_data(data, device)
        };
        let mut layers: Vec<Tensor<3>> = self.layers.iter().map(tensor).collect();
        // Every backbone has a final norm; without any layer there is nothing to see.
        let empty = || Tensor::zeros([self.segments, 0, 0], device);
        let final_norm = layers.pop().unwrap_or_else(empty);
        LayerFeatures { layers, final_norm }
    }

    /// How many segments.
    pub fn segments(&self) -> usize {
        self.segments
    }

    /// Tokens and width of every layer.
    pub fn sizes(&self) -> Vec<[usize; 2]> {
        self.layers.iter().map(|layer| layer.size).collect()
    }

    /// One segment's numbers, layer by layer.
    pub(super) fn segment(&self, index: usize) -> impl Iterator<Item = &[f16]> {
        self.layers.iter().map(move |layer| {
            let count = layer.size[0] * layer.size[1];
            &layer.values[index * count..(index + 1) * count]
        })
    }

    /// These segments, in this order.
    pub(super) fn picked(&self, segments: &[usize]) -> Self {
        let layer = |layer: &Layer| {
            let count = layer.size[0] * layer.size[1];
            let rows = segments
                .iter()
                .map(|at| &layer.values[at * count..][..count]);
            Layer {
                size: layer.size,
                values: rows.flatten().copied().collect(),
            }
        };
        Self {
            segments: segments.len(),
            layers: self.layers.iter().map(layer).collect(),
        }
    }

    /// Adds the segments of others with the same layers behind its own; false, and nothing is changed, where layers differ.
    pub fn append(&mut self, other: &Self) -> bool {
        if self.sizes() != other.sizes() {
            return false;
        }
        for (layer, more) in self.layers.iter_mut().zip(&other.layers) {
            layer.values.extend_from_slice(&more.values);
        }
        self.segments += other.segments;
        true
    }

    /// Adds a segment's numbers, all layers in one row.
    pub(super) fn push_segment(&mut self, row: &[f16]) {
        let mut rest = row;
        for layer in &mut self.layers {
            let (now, later) = rest.split_at(layer.size[0] * layer.size[1]);
            layer.values.extend_from_slice(now);
            rest = later;
        }
        self.segments += 1;
    }
}

fn rounded(tensor: &Tensor<3>) -> Result<Layer, ComputeError> {
    let [_, tokens, width] = tensor.dims();
    let mut values: Vec<f32> = tensor.clone().try_into_vec_as().map_err(ComputeError::of)?;
    let limit = f16::MAX.to_f32();
    values.iter_mut().for_each(|v| *v = v.clamp(-limit, limit));
    let mut half = vec![f16::ZERO; values.len()];
    half.convert_from_f32_slice(&values);
    Ok(Layer {
        size: [tokens, width],
        values: half,
    })
}
