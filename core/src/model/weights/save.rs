//! Writing a module's weights as safetensors, under the names and in the layout PyTorch would use.

use std::path::Path;

use burn::module::Module;
use burn::store::{
    BurnToPyTorchAdapter, FloatCastAdapter, ModuleAdapter, ModuleSnapshot, SafetensorsStore,
};
use burn::tensor::DType;

use crate::model::ModelError;

/// Writes every parameter as a 16-bit float; the same weights give the same bytes. What was at `path` is replaced.
///
/// # Errors
/// The file cannot be written.
pub fn save_module<M: Module>(module: &M, path: &Path) -> Result<(), ModelError> {
    // Burn's own notes in the header come in a random order: one alone leaves the bytes to the weights.
    let mut store = SafetensorsStore::from_bytes(None)
        .clear_metadata()
        .metadata("format", "pt")
        .with_to_adapter(BurnToPyTorchAdapter.chain(FloatCastAdapter::to(DType::F16)))
        .with_key_remapping(r"\.cpb_mlp\.fc1\.", ".cpb_mlp.0.")
        .with_key_remapping(r"\.cpb_mlp\.fc2\.", ".cpb_mlp.2.");
    let failed =
        |e: &dyn std::fmt::Display| ModelError::format(path, format!("could not be written: {e}"));
    module.save_into(&mut store).map_err(|e| failed(&e))?;
    // Not by the store itself: its files are readable by their owner alone, and bundles are to be shared.
    let bytes = store.get_bytes().map_err(|e| failed(&e))?;
    std::fs::write(path, bytes).map_err(|e| ModelError::io(path, e))
}
