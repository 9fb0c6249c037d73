//! Which model stands behind a choice, without loading it.

use super::{EngineError, ModelChoice};
use crate::model::{ModelBundle, ModelInfo};

/// Read a model's description; its weights are only hashed.
///
/// # Errors
/// When the model is not there, or is damaged.
pub fn model_info(choice: &ModelChoice) -> Result<ModelInfo, EngineError> {
    Ok(bundle(choice)?.about())
}

/// Opens a model; its weights are only hashed.
pub(crate) fn bundle(choice: &ModelChoice) -> Result<ModelBundle, EngineError> {
    Ok(match choice {
        ModelChoice::Demo => ModelBundle::demo()?,
        ModelChoice::Folder(folder) => ModelBundle::open(folder)?,
    })
}
