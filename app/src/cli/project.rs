//! The project that a command reads or changes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use mettle_core::base::{ClipId, Label, LabelId};
use mettle_core::model::{ModelInfo, class_names};
use mettle_core::project::{Class, ClipFacts, Corrections, Names, Scope, Store};

use super::Failure;
use crate::window::corrections_file;

/// What a project says, where there is one.
pub struct Project {
    store: Option<Store>,
    /// What classes are called now.
    pub classes: BTreeMap<LabelId, Class>,
}

/// The file of the project named, or of the usual one.
pub fn file(named: Option<&Path>) -> PathBuf {
    named.map_or_else(corrections_file, Path::to_owned)
}

impl Project {
    /// To read: the usual project need not be there, one that is named must.
    pub fn to_read(named: Option<&Path>) -> Result<Self, Failure> {
        let file = file(named);
        match (file.exists(), named) {
            (true, _) => Self::open(&file),
            (false, None) => Ok(Self {
                store: None,
                classes: BTreeMap::new(),
            }),
            (false, Some(named)) => Err(Failure::Said(format!(
                "{}: there is no such project. Name one with --project, or leave that out for the usual one",
                named.display()
            ))),
        }
    }

    /// To change; made where it is not there.
    pub fn open(file: &Path) -> Result<Self, Failure> {
        let mut store = Store::open(file)?;
        let classes = store.read(Scope::Project)?.classes;
        Ok(Self {
            store: Some(store),
            classes,
        })
    }

    /// What is decided of a clip.
    pub fn said(&mut self, clip: ClipId) -> Result<Corrections, Failure> {
        match &mut self.store {
            Some(store) => Ok(store.read(Scope::Clip(clip))?),
            None => Ok(Corrections::default()),
        }
    }

    /// The clips of which something is said, and what.
    pub fn taught(&mut self) -> Result<Vec<(ClipFacts, Corrections)>, Failure> {
        let Some(store) = &mut self.store else {
            return Ok(vec![]);
        };
        let mut all = vec![];
        for facts in store.clips()? {
            let said = store.read(Scope::Clip(facts.id))?;
            if !said.statements.is_empty() {
                all.push((facts, said));
            }
        }
        Ok(all)
    }

    /// The file's end, to write.
    pub fn store(&mut self) -> Option<&mut Store> {
        self.store.as_mut()
    }

    /// What classes of models are called now.
    pub fn names(&self, known: &BTreeSet<Label>) -> Names {
        Names::of(known, &self.classes)
    }
}

/// The classes that models know: those of the data sets, and of the model at hand.
pub fn known_classes(model: Option<&ModelInfo>) -> BTreeSet<Label> {
    let lists = ["ave-28", "llp-25"].into_iter().filter_map(class_names);
    let own = model.into_iter().flat_map(|model| &model.tasks);
    let lists = lists.chain(own.map(|task| task.labels.clone()));
    lists
        .flat_map(|labels| labels.iter().cloned().collect::<Vec<_>>())
        .collect()
}
