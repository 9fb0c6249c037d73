//! What the window remembers between runs.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// How many recent files are remembered.
pub const RECENT: usize = 8;

/// Remembered choices. Pane sizes and the theme are remembered by egui.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Files opened lately, the newest first.
    pub recent: Vec<PathBuf>,
    /// From which score on a class counts.
    pub threshold: f32,
    /// 0 to 1.
    pub volume: f32,
    /// Sound off.
    pub muted: bool,
    /// Start again at the end.
    pub looping: bool,
    /// Size of text and controls, 1 is usual.
    pub scale: f32,
    /// Dark, light, or as the system.
    pub theme: egui::ThemePreference,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            recent: Vec::new(),
            threshold: 0.5,
            volume: 0.8,
            muted: false,
            looping: false,
            scale: 1.0,
            theme: egui::ThemePreference::System,
        }
    }
}

impl Settings {
    /// Put a file at the head of the recent ones.
    pub fn remember(&mut self, path: &Path) {
        self.recent.retain(|known| known != path);
        self.recent.insert(0, path.to_owned());
        self.recent.truncate(RECENT);
    }
}
