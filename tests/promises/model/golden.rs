//! Reading golden values, and comparing with them the way their tolerances are stated.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor, TensorData};
use mettle_core::gpu::{DeviceChoice, Tuning, keep_tuning_results, list_adapters, open, plan};
use safetensors::{Dtype, SafeTensors};
use serde_json::Value;

/// A golden file's path.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden/model")
        .join(name)
}

/// One tensor on the host.
#[derive(Clone, Debug)]
pub struct Golden {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

/// A golden file.
pub struct GoldenFile {
    pub tensors: BTreeMap<String, Golden>,
    pub config: Value,
}

impl GoldenFile {
    pub fn read(name: &str) -> Self {
        let bytes = std::fs::read(path(name)).unwrap();
        let (_, meta) = SafeTensors::read_metadata(&bytes).unwrap();
        let config = meta.metadata().as_ref().unwrap()["config"].clone();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let tensors = file.iter().map(|(name, view)| {
            let values = match view.dtype() {
                Dtype::F32 => bytemuck::pod_collect_to_vec::<u8, f32>(view.data()),
                Dtype::U8 => view.data().iter().map(|b| f32::from(*b)).collect(),
                Dtype::I64 => bytemuck::pod_collect_to_vec::<u8, i64>(view.data())
                    .into_iter()
                    .map(|v| v as f32)
                    .collect(),
                // Masks of single operations that are not used here.
                _ => Vec::new(),
            };
            let shape = view.shape().to_vec();
            (name.to_owned(), Golden { shape, values })
        });
        Self {
            tensors: tensors.collect(),
            config: serde_json::from_str(&config).unwrap(),
        }
    }

    pub fn get(&self, name: &str) -> &Golden {
        let missing = || panic!("no golden tensor {name}");
        self.tensors.get(name).unwrap_or_else(missing)
    }

    pub fn tensor<const D: usize>(&self, name: &str, device: &Device) -> Tensor<D> {
        let golden = self.get(name);
        let data = TensorData::new(golden.values.clone(), golden.shape.clone());
        Tensor::from_data(data, device)
    }
}

/// Largest difference over the reference's largest value.
pub fn distance(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len(), "sizes differ");
    assert!(found.iter().all(|v| v.is_finite()), "not finite");
    let largest = expected.iter().fold(1e-30_f32, |m, v| m.max(v.abs()));
    let pairs = found.iter().zip(expected);
    pairs.fold(0.0_f32, |m, (a, b)| m.max((a - b).abs())) / largest
}

/// Fails unless a tensor is within `tolerance` of the reference, relative to its largest value.
#[track_caller]
pub fn assert_close<const D: usize>(
    what: &str,
    found: Tensor<D>,
    expected: &Golden,
    tolerance: f32,
) {
    let values: Vec<f32> = found.try_into_vec_as().unwrap();
    let distance = distance(&values, &expected.values);
    assert!(
        distance <= tolerance,
        "{what}: {distance:.2e} off, {tolerance:.0e} allowed"
    );
}

/// The best graphics adapter, opened as the program opens it: on a software one, kernels are not tuned.
/// `None`, with the reason printed, where there is none.
pub fn gpu() -> Option<Device> {
    let adapters = list_adapters().expect("the graphics system answers");
    let chosen = plan(DeviceChoice::Wgpu, &adapters, false);
    let Some(candidate) = chosen
        .ok()
        .and_then(|plan| plan.candidates.into_iter().next())
    else {
        eprintln!("skipped on the GPU path: no graphics adapter");
        return None;
    };
    keep_tuning_results(Tuning::of(candidate.is_software()));
    Some(open(&candidate).expect("the adapter works"))
}
