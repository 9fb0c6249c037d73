//! How well a model does on sounding scenes it has never seen: `mettle eval`.

use super::{EngineError, ModelChoice};
use crate::train::{Report, evaluate_demo, evaluate_folder};

/// Measure a model on `count` scenes from unseen seeds with unseen drawings, on the CPU; `seed` picks which.
///
/// # Errors
/// When the model cannot be loaded or has no head for localization.
pub fn evaluate(choice: &ModelChoice, count: usize, seed: u64) -> Result<Report, EngineError> {
    Ok(match choice {
        ModelChoice::Demo => evaluate_demo(count, seed)?,
        ModelChoice::Folder(folder) => evaluate_folder(folder, count, seed)?,
    })
}
