//! How well a model does on sounding scenes it has never seen: `mettle eval`.

use super::{EngineError, ModelChoice};
use crate::model::ModelError;
use crate::train::{Report, evaluate_folder};

/// Measure a model on `count` scenes from unseen seeds with unseen drawings, on the CPU; `seed` picks which.
///
/// # Errors
/// When the model cannot be loaded or has no head for localization.
pub fn evaluate(choice: &ModelChoice, count: usize, seed: u64) -> Result<Report, EngineError> {
    Ok(match choice {
        ModelChoice::Demo => {
            let folder = "the demo model is measured from its folder: --model assets/demo";
            return Err(ModelError::Config(folder.to_owned()).into());
        }
        ModelChoice::Folder(folder) => evaluate_folder(folder, count, seed)?,
    })
}
