//! Writing a module's weights as safetensors, under the names and in the layout PyTorch would use.

use std::path::Path;

use burn::module::Module;
use burn::store::{
    BurnToPyTorchAdapter, FloatCastAdapter, ModuleAdapter, ModuleSnapshot, SafetensorsStore,
};
use burn::tensor::DType;

use crate::base::write_whole;
use crate::model::ModelError;

/// Writes every parameter as a 16-bit float; the same weights give the same bytes. What was at `path` is replaced.
///
/// # Errors
/// The file cannot be written.
pub fn save_module<M: Module>(module: &M, path: &Path) -> Result<(), ModelError> {
    // Not by the store itself: its files are readable by their owner alone, and bundles are to be shared.
    let bytes = module_bytes(module, None, path)?;
    write_whole(path, &bytes).map_err(|e| ModelError::io(path, e))
}

/// What [`save_module`] writes, with a note of one's own in the header in place of the usual one. `path` is for errors.
///
/// # Errors
/// The module cannot be written.
pub(in crate::model) fn module_bytes<M: Module>(
    module: &M,
    note: Option<(&str, &str)>,
    path: &Path,
) -> Result<Vec<u8>, ModelError> {
    // Burn's own notes in the header come in a random order: one alone leaves the bytes to the weights.
    let (key, value) = note.unwrap_or(("format", "pt"));
    let mut store = SafetensorsStore::from_bytes(None)
        .clear_metadata()
        .metadata(key, value)
        .with_to_adapter(BurnToPyTorchAdapter.chain(FloatCastAdapter::to(DType::F16)))
        .with_key_remapping(r"\.cpb_mlp\.fc1\.", ".cpb_mlp.0.")
        .with_key_remapping(r"\.cpb_mlp\.fc2\.", ".cpb_mlp.2.");
    let failed =
        |e: &dyn std::fmt::Display| ModelError::format(path, format!("could not be written: {e}"));
    module.save_into(&mut store).map_err(|e| failed(&e))?;
    store.get_bytes().map_err(|e| failed(&e))
}
