//! Layer features of inputs in a file, written to a file: what `mettle features` does.

use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData};
use safetensors::Dtype;
use safetensors::tensor::TensorView;

use super::weights::read_checkpoint;
use super::{
    BackboneDesc, LayerFeatures, LayerShape, LoadAs, ModelError, Precision, Prep, SoundInput,
};

/// Inputs a pass: enough to keep a device busy, few enough for its memory.
const BATCH: usize = 4;

/// What was written.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureSummary {
    /// How many inputs the file held.
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
    precision: Precision,
) -> Result<FeatureSummary, ModelError> {
    let desc = BackboneDesc::read(desc)?;
    let (desc, inputs) = read_input(input, desc)?;
    let how = LoadAs {
        precision,
        ..LoadAs::default()
    };
    let model = desc.load_as(weights, device, how)?;
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

/// The inputs of a file, and the description of the model as it takes them: a model of pictures that can listen does so when it
/// is given sound.
fn read_input(path: &Path, desc: BackboneDesc) -> Result<(BackboneDesc, Inputs), ModelError> {
    let refuse = |what: String| Err(ModelError::format(path, what));
    let Some(input) = read_checkpoint(path)?.remove("input") else {
        return refuse("holds no tensor named input".into());
    };
    let Some(values) = input.to_f32() else {
        return refuse("holds an input that cannot be read".into());
    };
    let desc = match (input.shape.as_slice(), desc.prep()?) {
        ([_, _], Prep::Image(_)) if desc.hearing.is_some() => desc.listening()?,
        _ => desc,
    };
    let inputs = match desc.prep()? {
        Prep::Image(prep) => pictures(&input.shape, values, [3, prep.height, prep.width]),
        Prep::Logmel(prep) => sounds(&input.shape, &values, &SoundInput::Logmel(prep)),
        Prep::Fbank(prep) => sounds(&input.shape, &values, &SoundInput::Fbank(prep)),
    };
    match inputs {
        Ok(inputs) => Ok((desc, inputs)),
        Err(Wanted(wanted)) => refuse(format!(
            "input is {:?}; the model takes {wanted}",
            input.shape
        )),
    }
}

/// What a model takes, where the input is something else.
struct Wanted(String);

fn pictures(found: &[usize], values: Vec<f32>, shape: [usize; 3]) -> Result<Inputs, Wanted> {
    match found {
        [count, one @ ..] if *count > 0 && one == shape.as_slice() => Ok(Inputs {
            count: *count,
            shape,
            values,
        }),
        _ => {
            let [_, h, w] = shape;
            Err(Wanted(format!("pictures [n, 3, {h}, {w}], normalised")))
        }
    }
}

fn sounds(found: &[usize], values: &[f32], prep: &SoundInput) -> Result<Inputs, Wanted> {
    let [count, samples] = *found else {
        let rate = prep.sample_rate();
        return Err(Wanted(format!("sound [n, samples] at {rate} Hz")));
    };
    if count == 0 || samples == 0 {
        return Err(Wanted("at least one sample".to_owned()));
    }
    let made = values.chunks(samples).flat_map(|sound| prep.sound(sound));
    let values: Vec<f32> = made.collect();
    Ok(Inputs {
        count,
        shape: prep.shape(values.len() / count),
        values,
    })
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
