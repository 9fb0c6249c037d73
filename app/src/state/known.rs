//! What is known of a clip from results that were computed elsewhere, before its file is opened.

use std::sync::Arc;

use mettle_core::base::{ClipId, ContentHash, HeadId, Label, Task};
use mettle_core::exchange::parts::{ClipRow, PartReader, ScoresAt};
use mettle_core::model::ModelInfo;

/// A clip of a part. A hundred thousand of them are some tens of megabytes; scores stay in their files until a clip is shown.
#[derive(Clone, Debug)]
pub struct Known {
    /// What its part says of it.
    pub clip: ClipRow,
    /// The classes it has events of, in order.
    pub classes: Box<[Label]>,
    /// The part.
    pub part: Arc<PartReader>,
    /// Where its scores lie there.
    pub at: ScoresAt,
}

impl Known {
    /// The hash of the file's bytes then.
    pub fn id(&self) -> Option<ClipId> {
        let id = self.clip.clip_id.as_ref()?;
        ContentHash::try_from(id.to_string()).ok().map(ClipId)
    }

    /// The head that answered a task; masks are computed anew, as their probabilities are not kept.
    fn head(&self, task: Task) -> Option<HeadId> {
        let mut heads = self.part.manifest.asked.heads.iter();
        let head = heads.find(|head| head.task == task && task != Task::Segment);
        head.filter(|_| self.clip.scores > 0).map(|head| head.head)
    }

    /// Whether it holds what a model would say of a task.
    pub fn answers(&self, task: Task, model: &ModelInfo) -> bool {
        let asked = model.tasks.iter().find(|info| info.task == task);
        asked.is_some_and(|info| self.head(task) == Some(info.head))
    }

    /// Whether a search finds it: by a class it has events of, or by why it failed.
    pub fn matches(&self, wanted: &str) -> bool {
        let holds = |text: &str| text.to_lowercase().contains(wanted);
        self.classes.iter().any(|class| holds(class))
            || self.clip.failure.as_deref().is_some_and(holds)
    }
}
