//! Where weights are looked for: a folder the user names, `weights/` beside the program, the user's data folder.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Entry;
use crate::base::weights_folder;

/// A file called so may belong to any model: it counts only inside the model's own folder.
const ANYONES: [&str; 2] = ["model.safetensors", "pytorch_model.bin"];
/// Endings a user may give to a file named after the model.
const ENDINGS: [&str; 5] = ["safetensors", "pth", "pt", "ckpt", "bin"];

/// Why a folder is looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The user named it.
    Asked,
    /// It lies beside the program.
    BesideProgram,
    /// It is the user's data folder.
    UserData,
}

impl Why {
    /// For people.
    pub fn text(self) -> &'static str {
        match self {
            Self::Asked => "--weights",
            Self::BesideProgram => "beside the program",
            Self::UserData => "the user's data folder",
        }
    }
}

/// One folder that is looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The folder; it need not exist.
    pub folder: PathBuf,
    /// Why it is looked into.
    pub why: Why,
}

/// Folders in the order they are looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places(Vec<Place>);

/// A model's weights on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The file.
    #[serde(with = "crate::base::path")]
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
}

impl Places {
    /// The usual places, after `asked` if there is one.
    pub fn usual(asked: Option<&Path>) -> Self {
        let place = |folder: PathBuf, why| Place { folder, why };
        let program = std::env::current_exe().ok();
        let beside = program.as_deref().and_then(Path::parent);
        let places = [
            asked.map(|folder| place(folder.to_owned(), Why::Asked)),
            beside.map(|folder| place(folder.join("weights"), Why::BesideProgram)),
            Some(place(weights_folder(), Why::UserData)),
        ];
        Self(places.into_iter().flatten().collect())
    }

    /// The folders, in the order they are looked into.
    pub fn iter(&self) -> impl Iterator<Item = &Place> {
        self.0.iter()
    }

    /// Where new files go: the folder the user named, else the data folder.
    pub fn home(&self) -> PathBuf {
        let best = self.0.iter().find(|place| place.why != Why::BesideProgram);
        best.map_or_else(weights_folder, |place| place.folder.clone())
    }

    /// The first file that holds a model's weights.
    pub fn find(&self, entry: &Entry) -> Option<Found> {
        self.0
            .iter()
            .flat_map(|place| names(&place.folder, entry))
            .find_map(|path| {
                let meta = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
                Some(Found {
                    size: meta.len(),
                    path,
                })
            })
    }
}

/// The files of a folder that would hold a model's weights: in the model's own folder as fetched, named after the model,
/// or under upstream's name where that is telling.
fn names(folder: &Path, entry: &Entry) -> Vec<PathBuf> {
    let own = folder.join(&entry.key);
    let fetched = entry.downloads.iter().map(|d| own.join(&d.file));
    let named = ENDINGS
        .iter()
        .map(|end| folder.join(format!("{}.{end}", entry.key)));
    let telling = entry
        .downloads
        .iter()
        .filter(|d| !ANYONES.contains(&&*d.file));
    let theirs = telling.map(|d| folder.join(&d.file));
    fetched.chain(named).chain(theirs).collect()
}
