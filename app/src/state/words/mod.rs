//! The words that panels, intents and state share: names of rows, gestures, dialogs, modes. Plain values, no behaviour of the window.

mod asked;
mod count;
mod dialog;
mod gesture;
mod mask_tool;
mod mode;
mod paths;
mod pointed;
mod weights;

pub use asked::{JobKind, PathKind, RowId, Wanted};
pub use count::{count, count_of};
pub use dialog::{Dialog, Focus, InspectorTab};
pub use gesture::{Gesture, Ongoing};
pub use mask_tool::{BrushMove, Corners, MaskHand, MaskTool};
pub use mode::{Disagreement, MaskSettings, Mode, OwnThresholds, ThresholdOf, perceived};
pub use paths::{file_name, pasted_paths, typed_path};
pub use pointed::{Chosen, Happening, Hover, LaneEvent, Subject};
pub use weights::{bytes, contents_text, standing};
