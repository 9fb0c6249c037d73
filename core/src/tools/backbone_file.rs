//! A described backbone and its checkpoint, as a person names them: a model of the list, or a description of one's own.

use std::path::{Path, PathBuf};

use crate::engine::EngineError;
use crate::hub::{self, Places};
use crate::model::{BackboneDesc, BackboneFile, ModelError};

/// Endings of checkpoints.
const ENDINGS: [&str; 5] = ["safetensors", "ckpt", "pth", "pt", "bin"];

/// What `name` means: a description in a .json file, else one of `mettle models list`, or a part of its name that no other
/// has. The checkpoint is `weights`; without it, the file beside the description under the same name, or the one found on
/// this machine, where `folder` is looked into first.
///
/// # Errors
/// There is no such model or description, or no checkpoint.
pub fn backbone_file(
    name: &str,
    weights: Option<&Path>,
    folder: Option<&Path>,
) -> Result<BackboneFile, EngineError> {
    if name.ends_with(".json") {
        return beside(Path::new(name), weights);
    }
    let entry = hub::entry(name)?;
    let found = weights.map(Path::to_owned);
    let found = found.or_else(|| Some(Places::usual(folder).find(&entry)?.path));
    let origin = PathBuf::from(format!("{}.json", entry.key));
    let text = hub::description(&entry.key).unwrap_or_default();
    Ok(BackboneFile {
        description: BackboneDesc::parse(text, &origin)?,
        weights: found.ok_or(EngineError::NoWeights(entry.key))?,
    })
}

fn beside(file: &Path, weights: Option<&Path>) -> Result<BackboneFile, EngineError> {
    let mut candidates = ENDINGS.iter().map(|ending| file.with_extension(ending));
    let found = weights.map(Path::to_owned);
    let found = found.or_else(|| candidates.find(|path| path.is_file()));
    let missing = || {
        let endings = ENDINGS.join(", .");
        let what = format!("has no weights beside it: the same name, ending in .{endings}");
        ModelError::format(file, what)
    };
    Ok(BackboneFile {
        description: BackboneDesc::read(file)?,
        weights: found.ok_or_else(missing)?,
    })
}
