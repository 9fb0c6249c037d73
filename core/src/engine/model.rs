//! Which model stands behind a choice, without loading it.

use super::{EngineError, ModelChoice};
use crate::model::{ModelBundle, ModelError, ModelInfo};

/// Read a model's description; its weights are only hashed.
///
/// # Errors
/// When the model is not there, or is damaged.
pub fn model_info(choice: &ModelChoice) -> Result<ModelInfo, EngineError> {
    Ok(bundle(choice)?.about())
}

/// Give a model heads from tags for the tasks it has no head for.
///
/// # Errors
/// It is the embedded one, its backbones have no classifiers, or its folder cannot be written.
pub fn use_tags(choice: &ModelChoice) -> Result<ModelInfo, EngineError> {
    Ok(match choice {
        ModelChoice::Demo => {
            let what = "the demo model's backbones have no published classifiers to make heads of";
            return Err(ModelError::Config(what.to_owned()).into());
        }
        ModelChoice::Folder(folder) => ModelBundle::add_tag_heads(folder)?.about(),
    })
}

/// Opens a model; its weights are only hashed.
pub(crate) fn bundle(choice: &ModelChoice) -> Result<ModelBundle, EngineError> {
    Ok(match choice {
        ModelChoice::Demo => ModelBundle::demo()?,
        ModelChoice::Folder(folder) => ModelBundle::open(folder)?,
    })
}
