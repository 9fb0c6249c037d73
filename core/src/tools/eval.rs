//! How well a model does on sounding scenes it has never seen: `mettle eval`.

use crate::base::Task;
use crate::engine::{EngineError, ModelChoice};
use crate::model::{ModelBundle, Precision};
use crate::train::{Report, evaluate_in};

/// Measure a model at a task on `count` scenes from unseen seeds with unseen drawings, on the CPU, its backbones in some
/// numbers; `seed` picks which.
///
/// # Errors
/// When the model cannot be loaded, has no head for the task, or the processor does not compute in such numbers.
pub fn evaluate(
    choice: &ModelChoice,
    task: Task,
    count: usize,
    seed: u64,
    precision: Precision,
) -> Result<Report, EngineError> {
    let bundle = match choice {
        ModelChoice::Demo => ModelBundle::demo()?,
        ModelChoice::Folder(folder) => ModelBundle::open(folder)?,
    };
    Ok(evaluate_in(&bundle, task, count, seed, precision)?)
}
