//! What the heads of a model say of made-up features: what the embedded model's golden scores are made with and held against.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor, TensorData};
use mettle_core::base::Task;
use mettle_core::model::{LayerFeatures, LayerShape, ModelBundle, ModelError, TaskHead};

/// Where the golden scores lie in this package.
pub const GOLDEN: &str = "golden/heads/demo_scores.json";

/// Numbers of three seconds that depend on their place alone.
fn fixed(layers: &[LayerShape], phase: usize) -> LayerFeatures {
    let device = Device::flex();
    let of = |(l, shape): (usize, &LayerShape)| {
        let number = |i: usize| ((phase + 7919 * l + 104_729 * i) as f64).sin() as f32;
        let values: Vec<f32> = (0..3 * shape.tokens * shape.width).map(number).collect();
        let data = TensorData::new(values, [3, shape.tokens, shape.width]);
        Tensor::<3>::from_data(data, &device)
    };
    let numbered = layers.iter().chain(layers.last()).enumerate();
    let mut all: Vec<Tensor<3>> = numbered.map(of).collect();
    let device = Device::flex();
    LayerFeatures {
        final_norm: all
            .pop()
            .unwrap_or_else(|| Tensor::zeros([0, 0, 0], &device)),
        layers: all,
    }
}

fn values<const D: usize>(x: Tensor<D>) -> Vec<f32> {
    x.into_data().try_to_vec().unwrap_or_default()
}

/// What each head says, by task.
///
/// # Errors
/// The model is damaged.
pub fn scores(bundle: &ModelBundle) -> Result<BTreeMap<String, Vec<f32>>, ModelError> {
    let (visual, audio) = bundle.manifest().layers()?;
    let model = bundle.load(&Device::flex())?;
    let (v, a) = (fixed(&visual, 1), fixed(&audio, 2));
    let mut all = BTreeMap::new();
    for task in [Task::Localize, Task::Parse, Task::Segment] {
        let said = match model.head(task) {
            Some(TaskHead::Localize(head)) => {
                let said = head.forward(&v, &a, 1);
                [values(said.is_event), values(said.event)].concat()
            }
            Some(TaskHead::Parse(head)) => {
                let said = head.forward(&v, &a, None, 1)?;
                [values(said.clip), values(said.audible)].concat()
            }
            Some(TaskHead::Segment(head)) => values(head.forward(&v, &a, 1)?.logits.mean_dim(2)),
            Some(TaskHead::Tags(_)) | None => continue,
        };
        all.insert(task.name().to_owned(), said);
    }
    Ok(all)
}
