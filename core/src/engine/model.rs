//! Which model stands behind a choice, in plain words, without loading it.

use serde::{Deserialize, Serialize};

use super::{EngineError, ModelChoice};
use crate::base::{Labels, Task};
use crate::model::{ModelAbout, ModelBundle, TaskAbout};
use crate::predict::ClassColors;

/// What a person should know of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Its short name, for people.
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
    /// What it answers.
    pub task: Task,
    /// The classes it tells apart, in the order of the scores.
    pub labels: Labels,
    /// Whether its weights are random, so that what it says means nothing.
    #[serde(default)]
    pub untrained: bool,
}

impl ModelInfo {
    /// Whether it has a head for a task.
    pub fn can(&self, task: Task) -> bool {
        self.tasks.iter().any(|info| info.task == task)
    }

    /// What a person must be told before anything else: which of its answers come from random weights. `None` when none do.
    pub fn warning(&self) -> Option<String> {
        let random = self.tasks.iter().filter(|info| info.untrained);
        let names: Vec<&str> = random.map(|info| info.task.name()).collect();
        (!names.is_empty()).then(|| {
            let names = names.join(", ");
            format!(
                "UNTRAINED MODEL: the weights for {names} are random; what it says there means nothing"
            )
        })
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
    Ok(bundle(choice)?.about().into())
}

impl From<ModelAbout> for ModelInfo {
    fn from(about: ModelAbout) -> Self {
        let task = |about: TaskAbout| TaskInfo {
            task: about.task,
            labels: about.labels,
            untrained: about.untrained,
        };
        Self {
            name: about.name,
            about: about.about,
            tasks: about.tasks.into_iter().map(task).collect(),
            labels: about.labels,
            sha256: about.sha256.to_string(),
        }
    }
}

pub(super) fn bundle(choice: &ModelChoice) -> Result<ModelBundle, EngineError> {
    Ok(match choice {
        ModelChoice::Demo => ModelBundle::demo()?,
        ModelChoice::Folder(folder) => ModelBundle::open(folder)?,
    })
}
