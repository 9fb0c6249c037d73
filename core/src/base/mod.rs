//! Layer 0: what every other layer speaks in. No clock, no GPU, and no IO but to name a file by its content and to put one in its
//! place whole.

mod address;
mod between;
mod folders;
mod hash;
mod ids;
mod key;
mod labels;
mod largest;
mod merge;
mod modality;
mod paths;
mod problem;
mod progress;
mod rng;
mod said;
mod short_ids;
mod task;
mod time;
mod whole;

pub use address::is_address;
pub(crate) use between::between;
pub use folders::{cache_folder, data_folder, weights_folder};
pub use hash::{FileHasher, hash_file};
pub use ids::{ClipId, ContentHash, HeadId, NoHash, PairId};
pub use key::KeyHasher;
pub use labels::{BACKGROUND, Label, Labels};
pub use largest::largest;
pub use merge::merge;
pub use modality::Modality;
pub(crate) use paths::{maybe_path, path, path_list};
pub use problem::{Problem, Severity};
pub use progress::{CancelToken, Progress};
pub use rng::Rng;
pub use said::Said;
pub use short_ids::{EventId, LabelId};
pub use task::Task;
pub use time::{Time, TimeSpan};
pub use whole::write_whole;
