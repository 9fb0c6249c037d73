//! Files held over the window, or dropped on it.

use std::path::{Path, PathBuf};

use super::PathKind;

/// Dropping files on the window.
#[derive(Clone, Debug, Default)]
pub struct Drops {
    /// Files cannot be dropped on this window (Wayland).
    pub unavailable: bool,
    /// The one file held over the window, and what it is once that is known.
    hovered: Option<(PathBuf, Option<PathKind>)>,
}

impl Drops {
    /// On a window that files cannot be dropped on, or can.
    pub fn new(unavailable: bool) -> Self {
        Self {
            unavailable,
            hovered: None,
        }
    }

    /// This file, or none, or several, are held over the window. Says whether it should be found out what it is.
    pub fn hover(&mut self, path: Option<&Path>) -> bool {
        let known = self.hovered.as_ref().map(|(path, _)| path.as_path());
        if known == path {
            return false;
        }
        self.hovered = path.map(|path| (path.to_owned(), None));
        path.is_some()
    }

    /// What a path was found to be.
    pub fn found(&mut self, path: &Path, kind: PathKind) {
        if let Some((_, known)) = self.hovered.as_mut().filter(|(held, _)| held == path) {
            *known = Some(kind);
        }
    }

    /// What is held over the window, as far as it is known.
    pub fn hovered(&self) -> Option<(&Path, Option<PathKind>)> {
        let hovered = self.hovered.as_ref();
        hovered.map(|(path, kind)| (path.as_path(), *kind))
    }
}
