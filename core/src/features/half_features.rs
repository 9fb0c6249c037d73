//! Layer features on the host in 16 bit: what is kept of a clip.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use half::f16;
use half::slice::HalfFloatSliceExt;
use half::vec::HalfBitsVecExt;

use crate::gpu::ComputeError;
use crate::model::{FrozenLayer, LayerFeatures};

/// Layer features of a run of segments, every layer in turn and the final norm last, rounded to 16 bit. Numbers beyond
/// f16's range (65504) become its ends. A clone shares the numbers until one of both is written to.
#[derive(Clone, Debug, PartialEq)]
pub struct HalfFeatures {
    segments: usize,
    layers: Arc<Vec<Layer>>,
}

#[derive(Clone, Debug, PartialEq)]
struct Layer {
    /// Tokens and width.
    size: [usize; 2],
    /// `[segments, tokens, width]`.
    values: Vec<f16>,
}

impl HalfFeatures {
    /// Segments of layers of these sizes, all zero: room to read them into.
    pub(super) fn zeros(sizes: &[[usize; 2]], segments: usize) -> Self {
        // Bits that are all zero come from the system as they are; numbers would be written one by one.
        let zeros = |size: &[usize; 2]| Layer {
            size: *size,
            values: vec![0_u16; segments * size[0] * size[1]].reinterpret_into(),
        };
        Self {
            segments,
            layers: Arc::new(sizes.iter().map(zeros).collect()),
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
            layers: Arc::new(layers?),
        })
    }

    /// Back to the device as f32.
    pub fn to_device(&self, device: &Device) -> LayerFeatures {
        let tensor = |layer: &Layer| layer.to_device(self.segments, device);
        let mut layers: Vec<Tensor<3>> = self.layers.iter().map(tensor).collect();
        // Every backbone has a final norm; without any layer there is nothing to see.
        let empty = || Tensor::zeros([self.segments, 0, 0], device);
        let final_norm = layers.pop().unwrap_or_else(empty);
        LayerFeatures { layers, final_norm }
    }

    /// One layer of it, where there is such a one.
    pub fn layer_to_device(&self, layer: FrozenLayer, device: &Device) -> Option<Tensor<3>> {
        let layer = self.layers.get(self.place(layer)?)?;
        Some(layer.to_device(self.segments, device))
    }

    /// A layer's numbers, `[segments, tokens, width]`, and its tokens and width.
    pub(super) fn layer(&self, layer: FrozenLayer) -> Option<(&[f16], [usize; 2])> {
        let layer = self.layers.get(self.place(layer)?)?;
        Some((&layer.values, layer.size))
    }

    fn place(&self, layer: FrozenLayer) -> Option<usize> {
        let blocks = self.layers.len().checked_sub(1)?;
        match layer {
            FrozenLayer::Block(index) => (index < blocks).then_some(index),
            FrozenLayer::Normed => Some(blocks),
        }
    }

    /// How many numbers.
    pub fn numbers(&self) -> usize {
        self.layers.iter().map(|layer| layer.values.len()).sum()
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
            layers: Arc::new(self.layers.iter().map(layer).collect()),
        }
    }

    /// Adds the segments of others with the same layers behind its own; false, and nothing is changed, where layers differ.
    pub fn append(&mut self, other: &Self) -> bool {
        if self.sizes() != other.sizes() {
            return false;
        }
        for (layer, more) in self.written().iter_mut().zip(&*other.layers) {
            layer.values.extend_from_slice(&more.values);
        }
        self.segments += other.segments;
        true
    }

    /// The layers, to be written.
    fn written(&mut self) -> &mut Vec<Layer> {
        Arc::make_mut(&mut self.layers)
    }

    /// One segment's numbers, layer by layer, to be written.
    pub(super) fn segment_mut(&mut self, index: usize) -> impl Iterator<Item = &mut [f16]> {
        self.written().iter_mut().map(move |layer| {
            let count = layer.size[0] * layer.size[1];
            &mut layer.values[index * count..(index + 1) * count]
        })
    }

    /// Makes a segment the same as another.
    pub(super) fn copy_segment(&mut self, from: usize, to: usize) {
        for layer in self.written() {
            let count = layer.size[0] * layer.size[1];
            layer
                .values
                .copy_within(from * count..(from + 1) * count, to * count);
        }
    }
}

impl Layer {
    fn to_device(&self, segments: usize, device: &Device) -> Tensor<3> {
        let mut values = vec![0.0_f32; self.values.len()];
        self.values.convert_to_f32_slice(&mut values);
        let [tokens, width] = self.size;
        Tensor::from_data(TensorData::new(values, [segments, tokens, width]), device)
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
