//! What a person should know of a model, without loading it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Needs;
use crate::base::{ContentHash, HeadId, Label, Labels, Task};
use crate::model::{Calibration, HeadFile, KnownClass, RoundingPrice};

/// What a person should know of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Its short name, for people.
    pub name: String,
    /// What it is and what it can recognise.
    pub about: String,
    /// What it can recognise: the labels of its first task.
    pub labels: Labels,
    /// Every task it has a head for.
    #[serde(default)]
    pub tasks: Vec<TaskInfo>,
    /// What each class was learned from and how well it is known, where its maker says so.
    #[serde(default)]
    pub known: Vec<KnownClass>,
    /// What 16 bit costs it, where its maker has measured that.
    #[serde(default)]
    pub rounded: Vec<RoundingPrice>,
    /// Memory and disk, as far as its description tells.
    #[serde(default)]
    pub needs: Needs,
    /// Hash over all its files: weights and configuration.
    pub sha256: ContentHash,
}

/// One thing that can be asked of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskInfo {
    /// What it answers.
    pub task: Task,
    /// The head that answers it.
    #[serde(default)]
    pub head: HeadId,
    /// The classes it tells apart, in the order of the scores.
    pub labels: Labels,
    /// Whether its head has random weights, so that its scores mean nothing.
    #[serde(default)]
    pub untrained: bool,
    /// Whether its head was made of what the backbones' classifiers know, and not trained.
    #[serde(default)]
    pub from_tags: bool,
    /// What makes its scores mean what they say, where that was fitted.
    #[serde(default)]
    pub calibration: Option<Arc<Calibration>>,
}

impl From<&HeadFile> for TaskInfo {
    fn from(head: &HeadFile) -> Self {
        Self {
            task: head.task(),
            head: head.id,
            labels: head.labels.clone(),
            untrained: head.untrained,
            from_tags: head.is_from_tags(),
            calibration: head.fitted().map(Arc::new),
        }
    }
}

impl ModelInfo {
    /// With a head in place of its own for that head's task.
    #[must_use]
    pub fn with_head(mut self, head: &HeadFile) -> Self {
        let info = TaskInfo::from(head);
        self.tasks.retain(|own| own.task != info.task);
        self.tasks.push(info);
        self
    }

    /// Whether it has a head for a task.
    pub fn can(&self, task: Task) -> bool {
        self.labels_of(task).is_some()
    }

    /// The labels of a task; `None` where the model has no head for it.
    pub fn labels_of(&self, task: Task) -> Option<&Labels> {
        let info = self.tasks.iter().find(|info| info.task == task);
        info.map(|info| &info.labels)
    }

    /// What it calls a mask; nothing, where it makes none.
    pub fn sounding(&self) -> Label {
        let label = self.labels_of(Task::Segment);
        let label = label.and_then(|labels| labels.get(0));
        label.cloned().unwrap_or_else(|| Label::from(""))
    }

    /// What a person must be told before anything else: which of its answers come from random weights, and which from the
    /// backbones' own classifiers. `None` when none do.
    pub fn warning(&self) -> Option<String> {
        let names = |which: fn(&TaskInfo) -> bool| {
            let which = self.tasks.iter().filter(|info| which(info));
            let names: Vec<&str> = which.map(|info| info.task.name()).collect();
            (!names.is_empty()).then(|| names.join(", "))
        };
        let random = names(|info| info.untrained).map(|names| {
            format!("UNTRAINED MODEL: the weights for {names} are random; what it says there means nothing")
        });
        let tags = names(|info| info.from_tags).map(|names| {
            format!("From tags, not trained: {names} by what the backbones' own classifiers know")
        });
        let both: Vec<String> = random.into_iter().chain(tags).collect();
        (!both.is_empty()).then(|| both.join(". "))
    }
}
