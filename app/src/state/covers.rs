//! Pictures of recent clips.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mettle_core::media::RgbFrame;

/// The pictures known so far, by file.
#[derive(Debug, Default)]
pub struct Covers(HashMap<PathBuf, Arc<RgbFrame>>);

impl Covers {
    /// A clip's picture.
    pub fn of(&self, clip: &Path) -> Option<&Arc<RgbFrame>> {
        self.0.get(clip)
    }

    /// A clip has this picture.
    pub fn add(&mut self, clip: PathBuf, picture: Arc<RgbFrame>) {
        self.0.insert(clip, picture);
    }
}
