//! Layer features of inputs in a file, written to a file: what `mettle features` does.

use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData};
use safetensors::Dtype;
use safetensors::tensor::TensorView;

use super::weights::{RawTensor, read_checkpoint};
use super::{LayerFeatures, LayerShape, ModelDesc, ModelError, Prep};

/// Inputs a pass: enough to keep a device busy, few enough for its memory.
const BATCH: usize = 4;

/// What was written.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureSummary {
    /// Inputs.
    pub inputs: usize,
    /// One entry a layer.
    pub layers: Vec<LayerShape>,
}

/// Reads `input` from a safetensors file (`[n, 3, h, w]` normalised pictures, or `[n, samples]` sound at the model's rate),
/// runs the backbone, and writes `layer.0` … and `final`, each `[n, tokens, width]`, f32.
///
/// # Errors
/// A file cannot be read or written, weights do not fit the description, or the input does not fit the model.
pub fn run_features(
    desc: &Path,
    weights: &Path,
    input: &Path,
    out: &Path,
    device: &Device,
) -> Result<FeatureSummary, ModelError> {
    let desc = ModelDesc::read(desc)?;
    let prep = desc.prep()?;
    let inputs = read_input(input, &prep)?;
    let model = desc.load(weights, device)?;
    let mut outputs = Outputs::new(model.spec().layers.len());
    for batch in inputs.values.chunks(inputs.size().max(1) * BATCH) {
        let count = batch.len() / inputs.size().max(1);
        let [c, h, w] = inputs.shape;
        let data = TensorData::new(batch.to_vec(), [count, c, h, w]);
        outputs.append(model.forward(Tensor::from_data(data, device)))?;
    }
    outputs.write(out, inputs.count)?;
    Ok(FeatureSummary {
        inputs: inputs.count,
        layers: model.spec().layers.clone(),
    })
}

/// Inputs as a backbone takes them.
struct Inputs {
    count: usize,
    /// Channels, rows, columns of one.
    shape: [usize; 3],
    values: Vec<f32>,
}

impl Inputs {
    fn size(&self) -> usize {
        self.shape.iter().product()
    }
}

fn read_input(path: &Path, prep: &Prep) -> Result<Inputs, ModelError> {
    let refuse = |what: String| ModelError::format(path, what);
    let mut tensors = read_checkpoint(path)?;
    let input: RawTensor = tensors
        .remove("input")
        .ok_or_else(|| refuse("holds no tensor named input".into()))?;
    let values = input
        .to_f32()
        .ok_or_else(|| refuse("holds an input that cannot be read".into()))?;
    match (prep, input.shape.as_slice()) {
        (Prep::Image(prep), [n, 3, h, w]) if *n > 0 && (*h, *w) == (prep.height, prep.width) => {
            Ok(Inputs {
                count: *n,
                shape: [3, *h, *w],
                values,
            })
        }
        (Prep::Image(prep), shape) => Err(refuse(format!(
            "input is {shape:?}; the model takes pictures [n, 3, {}, {}], normalised",
            prep.height, prep.width
        ))),
        (Prep::Logmel(prep), [n, samples]) if *n > 0 && *samples > 0 => {
            let sounds = values.chunks(*samples);
            Ok(Inputs {
                count: *n,
                shape: [1, prep.frames(*samples), prep.mel_bins],
                values: sounds.flat_map(|sound| prep.sound(sound)).collect(),
            })
        }
        (Prep::Logmel(prep), shape) => Err(refuse(format!(
            "input is {shape:?}; the model takes sound [n, samples] at {} Hz",
            prep.sample_rate
        ))),
    }
}

/// Layers on the host, batch after batch.
struct Outputs {
    /// Bytes, tokens and width of each layer, the final norm last.
    layers: Vec<(Vec<u8>, [usize; 2])>,
}

impl Outputs {
    fn new(layers: usize) -> Self {
        Self {
            layers: vec![(Vec::new(), [0, 0]); layers + 1],
        }
    }

    fn append(&mut self, features: LayerFeatures) -> Result<(), ModelError> {
        let tensors = features.layers.into_iter().chain([features.final_norm]);
        for ((bytes, shape), tensor) in self.layers.iter_mut().zip(tensors) {
            let [_, tokens, width] = tensor.dims();
            *shape = [tokens, width];
            let values: Vec<f32> = tensor
                .try_into_vec_as()
                .map_err(|e| ModelError::Input(format!("the device failed: {e:?}")))?;
            bytes.extend(values.iter().flat_map(|v| v.to_le_bytes()));
        }
        Ok(())
    }

    fn write(&self, path: &Path, count: usize) -> Result<(), ModelError> {
        let failed = |e| ModelError::format(path, format!("could not be written: {e}"));
        let last = self.layers.len() - 1;
        let mut views = Vec::new();
        for (index, (bytes, [tokens, width])) in self.layers.iter().enumerate() {
            let name = match index == last {
                true => "final".to_owned(),
                false => format!("layer.{index}"),
            };
            let shape = vec![count, *tokens, *width];
            views.push((
                name,
                TensorView::new(Dtype::F32, shape, bytes).map_err(failed)?,
            ));
        }
        safetensors::serialize_to_file(views, None, path).map_err(failed)
    }
}
