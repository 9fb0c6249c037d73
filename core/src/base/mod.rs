//! Layer 0: what every other layer speaks in. No IO, no clock, no GPU.

mod ids;
mod labels;
mod progress;
mod time;

pub use ids::{ClipId, ContentHash};
pub use labels::{BACKGROUND, Label, Labels};
pub use progress::{CancelToken, Progress};
pub use time::{Time, TimeSpan};
