//! The heads of this machine, found by their name, or by the backbones they read and what they answer.

use std::path::{Path, PathBuf};

use super::{HeadFile, ModelBundle, ModelError};
use crate::base::{HeadId, PairId, Task, data_folder};

/// Where heads are looked for: those that come with a model, and a folder of trained ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeadCatalogue {
    folder: Option<PathBuf>,
    /// Folders of single heads, wherever they lie.
    single: Vec<PathBuf>,
}

impl HeadCatalogue {
    /// With the trained heads in a folder, which need not be there yet.
    pub fn at(folder: PathBuf) -> Self {
        Self {
            folder: Some(folder),
            single: vec![],
        }
    }

    /// The same with heads in folders of their own.
    #[must_use]
    pub fn with(mut self, folders: impl IntoIterator<Item = PathBuf>) -> Self {
        self.single.extend(folders);
        self
    }

    /// With the user's trained heads.
    pub fn of_user() -> Self {
        Self::at(data_folder().join("heads"))
    }

    /// Where trained heads go, if anywhere.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Every trained head, by name. One that cannot be read is left out, and the log says why.
    pub fn trained(&self) -> Vec<HeadFile> {
        let folder = self.folder.iter();
        let entries = folder.flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten());
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| path.is_dir() && path.extension().is_none());
        paths.sort_unstable();
        let open = |path: PathBuf| {
            HeadFile::open(&path)
                .inspect_err(|error| log::warn!("a head is left out: {error}"))
                .ok()
        };
        paths.into_iter().filter_map(open).collect()
    }

    /// Removes a trained head; one that is gone already is no error.
    ///
    /// # Errors
    /// Its folder cannot be removed.
    pub fn remove(&self, id: HeadId) -> Result<(), ModelError> {
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        let folder = folder.join(id.to_string());
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(ModelError::io(&folder, error))
            }
            _ => Ok(()),
        }
    }

    /// A head by its name: one of a model's own, or a trained one.
    pub fn by_id(&self, id: HeadId, model: &ModelBundle) -> Option<HeadFile> {
        let own = model.heads().iter().find(|head| head.id == id).cloned();
        let mut single = self
            .single
            .iter()
            .filter_map(|path| HeadFile::open(path).ok());
        own.or_else(|| single.find(|head| head.id == id))
            .or_else(|| {
                let folder = self.folder.as_ref()?.join(id.to_string());
                HeadFile::open(&folder).ok()
            })
    }

    /// The trained heads that read a pair and answer a task.
    pub fn of(&self, pair: PairId, task: Task) -> Vec<HeadFile> {
        let mut heads = self.trained();
        heads.retain(|head| head.pair == pair && head.task() == task);
        heads
    }
}
