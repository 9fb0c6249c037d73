//! A described backbone and its checkpoint, as a person names them: a model of the list, or a description of one's own.

use std::path::{Path, PathBuf};

use crate::engine::EngineError;
use crate::hub::{self, Places};
use crate::model::{BackboneDesc, BackboneFile, ModelError};

/// A backbone's description and checkpoint; neither is read yet.
#[derive(Clone, Debug)]
pub struct BackboneFiles {
    /// Its description, as in `assets/models/`.
    pub description: String,
    /// Where the description is, for errors.
    pub origin: PathBuf,
    /// Its checkpoint.
    pub weights: PathBuf,
}

/// Endings of checkpoints.
const ENDINGS: [&str; 5] = ["safetensors", "ckpt", "pth", "pt", "bin"];

impl BackboneFiles {
    /// What `name` means: a description in a .json file, else one of `mettle models list`, or a part of its name that no other
    /// has. The checkpoint is `weights`; without it, the file beside the description under the same name, or the one found on
    /// this machine, where `folder` is looked into first.
    ///
    /// # Errors
    /// There is no such model or description, or no checkpoint.
    pub fn meant(
        name: &str,
        weights: Option<&Path>,
        folder: Option<&Path>,
    ) -> Result<Self, EngineError> {
        if name.ends_with(".json") {
            return Self::beside(Path::new(name), weights);
        }
        let entry = hub::entry(name)?;
        let found = weights.map(Path::to_owned);
        let found = found.or_else(|| Some(Places::usual(folder).find(&entry)?.path));
        Ok(Self {
            description: hub::description(&entry.key).unwrap_or_default().to_owned(),
            origin: PathBuf::from(format!("{}.json", entry.key)),
            weights: found.ok_or(EngineError::NoWeights(entry.key))?,
        })
    }

    fn beside(file: &Path, weights: Option<&Path>) -> Result<Self, EngineError> {
        let description = std::fs::read_to_string(file).map_err(|e| ModelError::io(file, e))?;
        let mut candidates = ENDINGS.iter().map(|ending| file.with_extension(ending));
        let found = weights.map(Path::to_owned);
        let found = found.or_else(|| candidates.find(|path| path.is_file()));
        let missing = || {
            let endings = ENDINGS.join(", .");
            let what = format!("has no weights beside it: the same name, ending in .{endings}");
            ModelError::format(file, what)
        };
        Ok(Self {
            description,
            origin: file.to_owned(),
            weights: found.ok_or_else(missing)?,
        })
    }

    /// The description, read.
    pub(super) fn description(&self) -> Result<BackboneDesc, EngineError> {
        Ok(BackboneDesc::parse(&self.description, &self.origin)?)
    }

    /// Both, the description read.
    pub(super) fn read(&self) -> Result<BackboneFile, EngineError> {
        Ok(BackboneFile {
            description: self.description()?,
            weights: self.weights.clone(),
        })
    }
}
