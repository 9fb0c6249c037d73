//! The small ViT of the golden checkpoints.

use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor, TensorData};
use mettle_core::model::weights::{Names, StateDict, load_into, read_checkpoint};
use mettle_core::model::{ModelError, VitConfig};

/// A golden checkpoint's path.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden/checkpoints")
        .join(name)
}

/// What the model with these weights makes of one fixed picture.
pub fn features_of(state: StateDict) -> Result<Vec<f32>, ModelError> {
    let config = std::fs::read(path("vit.json")).unwrap();
    let config: VitConfig = serde_json::from_slice(&config).unwrap();
    let device = Device::flex();
    let model = load_into(config.init(&device)?, state, Names::Vit, Path::new("file"))?;
    let picture: Vec<f32> = (0..192).map(|i| (i as f32 * 0.37).sin()).collect();
    let picture = Tensor::from_data(TensorData::new(picture, [1, 3, 8, 8]), &device);
    Ok(model.forward(picture).final_norm.try_into_vec_as().unwrap())
}

/// The same of a golden file.
pub fn features(name: &str) -> Result<Vec<f32>, ModelError> {
    features_of(read_checkpoint(&path(name))?)
}
