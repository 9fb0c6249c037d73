//! How well a model does on sounding scenes it has never seen: `mettle eval`.

use crate::base::Task;
use crate::engine::{EngineError, ModelChoice};
use crate::train::{Report, evaluate_demo, evaluate_folder};

/// Measure a model at a task on `count` scenes from unseen seeds with unseen drawings, on the CPU; `seed` picks which.
///
/// # Errors
/// When the model cannot be loaded or has no head for the task.
pub fn evaluate(
    choice: &ModelChoice,
    task: Task,
    count: usize,
    seed: u64,
) -> Result<Report, EngineError> {
    Ok(match choice {
        ModelChoice::Demo => evaluate_demo(task, count, seed)?,
        ModelChoice::Folder(folder) => evaluate_folder(folder, task, count, seed)?,
    })
}
