//! Which model stands behind a choice, in plain words, without loading it.

use serde::{Deserialize, Serialize};

use super::{EngineError, ModelChoice};
use crate::base::Labels;
use crate::model::{ModelBundle, TaskAbout};
use crate::predict::ClassColors;
use crate::project::Task;

/// What a person should know of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Short name.
    pub name: String,
    /// What it is and what it can recognise.
    pub about: String,
    /// What it can recognise.
    pub labels: Labels,
    /// What can be asked of it.
    #[serde(default)]
    pub tasks: Vec<TaskInfo>,
    /// Hash of its weights and configuration.
    pub sha256: String,
}

/// One thing that can be asked of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskInfo {
    /// What.
    pub task: Task,
    /// Its classes.
    pub labels: Labels,
}

impl ModelInfo {
    /// Whether it has a head for a task.
    pub fn can(&self, task: Task) -> bool {
        self.tasks.iter().any(|info| info.task == task)
    }

    /// The colours of its classes, the same in every task.
    pub fn colors(&self) -> ClassColors {
        ClassColors::of(self.tasks.iter().map(|info| &info.labels))
    }
}

/// Read a model's description; its weights are only hashed.
///
/// # Errors
/// When the model is not there, or is damaged.
pub fn model_info(choice: &ModelChoice) -> Result<ModelInfo, EngineError> {
    let about = bundle(choice)?.about();
    Ok(ModelInfo {
        name: about.name,
        about: about.about,
        tasks: about
            .tasks
            .into_iter()
            .map(|TaskAbout { task, labels }| TaskInfo { task, labels })
            .collect(),
        labels: about.labels,
        sha256: about.sha256.to_string(),
    })
}

pub(super) fn bundle(choice: &ModelChoice) -> Result<ModelBundle, EngineError> {
    Ok(match choice {
        ModelChoice::Demo => ModelBundle::demo()?,
        ModelChoice::Folder(folder) => ModelBundle::open(folder)?,
    })
}
