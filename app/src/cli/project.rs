//! The project that a command reads or changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mettle_core::base::{ClipId, LabelId};
use mettle_core::project::{Class, ClipFacts, Corrections, Scope, Store};

use super::Failure;
use crate::window::corrections_file;

/// A project, and what it says.
pub struct Project {
    /// Its file.
    pub store: Store,
    /// What classes are called now.
    pub classes: BTreeMap<LabelId, Class>,
}

/// The file of the project named, or of the usual one.
pub fn file(named: Option<&Path>) -> PathBuf {
    named.map_or_else(corrections_file, Path::to_owned)
}

/// The same to be read: the usual project need not be there, one that is named must.
pub fn named_or_usual(named: Option<&Path>) -> Result<PathBuf, Failure> {
    let file = file(named);
    match named {
        Some(named) if !file.exists() => Err(Failure::Said(format!(
            "{}: there is no such project. Name one with --project, or leave that out for the usual one",
            named.display()
        ))),
        _ => Ok(file),
    }
}

impl Project {
    /// To read, where it is there.
    pub fn to_read(named: Option<&Path>) -> Result<Option<Self>, Failure> {
        let file = named_or_usual(named)?;
        file.exists().then(|| Self::open(&file)).transpose()
    }

    /// To change; made where it is not there.
    pub fn open(file: &Path) -> Result<Self, Failure> {
        let mut store = Store::open(file)?;
        let classes = store.read(Scope::Project)?.classes;
        Ok(Self { store, classes })
    }

    /// What is decided of a clip.
    pub fn said(&mut self, clip: ClipId) -> Result<Corrections, Failure> {
        Ok(self.store.read(Scope::Clip(clip))?)
    }

    /// The clips of which something is said, and what.
    pub fn taught(&mut self) -> Result<Vec<(ClipFacts, Corrections)>, Failure> {
        let mut all = self.store.corrected()?;
        all.retain(|(_, said)| !said.statements.is_empty());
        Ok(all)
    }
}
