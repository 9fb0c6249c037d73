//! Making a model of checkpoints on this machine: `mettle models assemble`.

use std::path::{Path, PathBuf};

use super::BackboneFiles;
use crate::base::{Labels, Task};
use crate::engine::{EngineError, ModelInfo};
use crate::model::{Assembly, ModelBundle, assemble};

/// What a new model is made of.
#[derive(Clone, Debug)]
pub struct NewModel {
    /// For people, short.
    pub name: String,
    /// Who looks.
    pub visual: BackboneFiles,
    /// Who listens.
    pub audio: BackboneFiles,
    /// The folder of a model whose heads are taken over.
    pub heads: Option<PathBuf>,
    /// Tasks that get a head with random weights.
    pub untrained: Vec<Task>,
    /// The classes of such heads, where they are not the data set's.
    pub labels: Option<Labels>,
    /// Where random weights come from.
    pub seed: u64,
}

/// Makes a folder a model, after loading all of it once.
///
/// # Errors
/// The parts cannot be read or do not fit each other, or the folder cannot be written.
pub fn assemble_model(folder: &Path, new: &NewModel) -> Result<ModelInfo, EngineError> {
    let heads = new.heads.as_deref().map(ModelBundle::open).transpose()?;
    let parts = Assembly {
        name: new.name.clone(),
        visual: new.visual.read()?,
        audio: new.audio.read()?,
        heads,
        untrained: new.untrained.clone(),
        labels: new.labels.clone(),
        seed: new.seed,
    };
    Ok(assemble(folder, &parts)?.about().into())
}
