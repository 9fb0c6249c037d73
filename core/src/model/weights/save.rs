//! Writing a module's weights as safetensors, under the names and in the layout PyTorch would use.

use std::path::Path;

use burn::module::Module;
use burn::store::{
    BurnToPyTorchAdapter, FloatCastAdapter, ModuleAdapter, ModuleSnapshot, SafetensorsStore,
};
use burn::tensor::DType;

use crate::model::ModelError;

/// Writes every parameter as a 16-bit float. What was at `path` is replaced.
///
/// # Errors
/// The file cannot be written.
pub fn save_module<M: Module>(module: &M, path: &Path) -> Result<(), ModelError> {
    let mut store = SafetensorsStore::from_file(path)
        .overwrite(true)
        .with_to_adapter(BurnToPyTorchAdapter.chain(FloatCastAdapter::to(DType::F16)))
        .with_key_remapping(r"\.cpb_mlp\.fc1\.", ".cpb_mlp.0.")
        .with_key_remapping(r"\.cpb_mlp\.fc2\.", ".cpb_mlp.2.");
    module
        .save_into(&mut store)
        .map_err(|e| ModelError::format(path, format!("could not be written: {e}")))
}
