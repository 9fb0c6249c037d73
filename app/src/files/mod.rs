//! Paths: asking for them, finding clips in folders.

mod disk;
mod folders;
mod parts;
mod picker;
mod plan;

use std::path::{Path, PathBuf};

use wgpu::rwh::{HasDisplayHandle, RawDisplayHandle};

use crate::state::pasted_paths;

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

/// Whether a window is drawn through Wayland, where files cannot be dropped on it. That is what it is, not what the session is: it may
/// be an X window there, on which files can.
pub fn is_wayland(window: &impl HasDisplayHandle) -> bool {
    let display = window.display_handle().map(|display| display.as_raw());
    matches!(display, Ok(RawDisplayHandle::Wayland(_)))
}

/// Files that were copied elsewhere and are pasted here, the way in where none can be dropped.
pub fn pasted(ctx: &egui::Context) -> Vec<PathBuf> {
    ctx.input(|input| {
        let texts = input.events.iter().filter_map(|event| match event {
            egui::Event::Paste(text) => Some(text),
            _ => None,
        });
        texts
            .filter_map(|text| pasted_paths(text))
            .flatten()
            .collect()
    })
}
