//! The head of one task among those of any, so that all are trained by one function.

use burn::module::{Module, ModuleDisplay};

use crate::model::{LocalizeHead, ParseHead, SegmentHead, TaskHead};

/// The head of one task, as one of any.
pub(super) trait OneTask: Module + ModuleDisplay {
    fn into_task(self) -> TaskHead;
    fn of(head: TaskHead) -> Option<Self>
    where
        Self: Sized;
}

macro_rules! one_task {
    ($head:ty, $task:ident) => {
        impl OneTask for $head {
            fn into_task(self) -> TaskHead {
                TaskHead::$task(self)
            }

            fn of(head: TaskHead) -> Option<Self> {
                match head {
                    TaskHead::$task(head) => Some(head),
                    _ => None,
                }
            }
        }
    };
}

one_task!(LocalizeHead, Localize);
one_task!(ParseHead, Parse);
one_task!(SegmentHead, Segment);
