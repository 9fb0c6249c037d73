//! Layer 0: what every other layer speaks in. No clock, no GPU, and no IO but to name a file by its content.

mod hash;
mod ids;
mod labels;
mod largest;
mod progress;
mod time;

pub use hash::{FileHasher, hash_file};
pub use ids::{ClipId, ContentHash};
pub use labels::{BACKGROUND, Label, Labels};
pub use largest::largest;
pub use progress::{CancelToken, Progress};
pub use time::{Time, TimeSpan};
