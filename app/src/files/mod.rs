//! Paths: asking for them, finding clips in folders.

mod disk;
mod folders;
mod parts;
mod picker;
mod plan;

use std::path::Path;

pub use disk::{Disk, Found};
pub use folders::{clips_in, expand};
pub use picker::{FilePicker, Picked};
pub use plan::ToPlan;

/// The file that makes a folder a model.
const MODEL: &str = "model.json";

/// Whether a folder holds a model.
pub fn is_model(path: &Path) -> bool {
    path.join(MODEL).is_file()
}

/// Whether this is a Wayland session, where files cannot be dropped on the window.
pub fn is_wayland() -> bool {
    cfg!(target_os = "linux") && std::env::var_os("WAYLAND_DISPLAY").is_some_and(|v| !v.is_empty())
}
