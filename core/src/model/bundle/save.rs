//! Writing a bundle into a folder.

use std::path::Path;

use burn::module::Module;

use super::{MANIFEST, ModelBundle};
use crate::base::write_whole;
use crate::model::weights::save_module;
use crate::model::{LocalizeHead, Manifest, ModelError, TaskHead};

impl ModelBundle {
    /// Writes a bundle with at most a localization head, as [`Self::save_heads`] does.
    ///
    /// # Errors
    /// The folder cannot be written, or the manifest describes what cannot be built.
    pub fn save<V: Module, A: Module>(
        dir: &Path,
        manifest: &Manifest,
        visual: &V,
        audio: &A,
        localize: Option<&LocalizeHead>,
    ) -> Result<Self, ModelError> {
        let heads = localize.cloned().map(TaskHead::Localize);
        Self::save_heads(dir, manifest, visual, audio, heads.as_slice())
    }

    /// Writes a bundle into a folder, weights in 16 bit, and opens it again. Files of the same name are replaced. A head that
    /// the manifest does not name is left out; a file that it names and no head fills must be there already.
    ///
    /// # Errors
    /// The folder cannot be written, or the manifest describes what cannot be built.
    pub fn save_heads<V: Module, A: Module>(
        dir: &Path,
        manifest: &Manifest,
        visual: &V,
        audio: &A,
        heads: &[TaskHead],
    ) -> Result<Self, ModelError> {
        manifest.check()?;
        std::fs::create_dir_all(dir).map_err(|e| ModelError::io(dir, e))?;
        save_module(visual, &dir.join(&manifest.visual.weights))?;
        save_module(audio, &dir.join(&manifest.audio.weights))?;
        heads
            .iter()
            .try_for_each(|head| save_head(dir, manifest, head))?;
        write_manifest(dir, manifest)?;
        Self::open(dir)
    }
}

/// Writes a head under the name the manifest has for it, if it has one.
pub(super) fn save_head(
    dir: &Path,
    manifest: &Manifest,
    head: &TaskHead,
) -> Result<(), ModelError> {
    let (localize, parse, segment) = (&manifest.localize, &manifest.parse, &manifest.segment);
    match (head, localize, parse, segment) {
        (TaskHead::Localize(head), Some(entry), _, _) => {
            save_module(head, &dir.join(&entry.weights))
        }
        (TaskHead::Parse(head), _, Some(entry), _) => save_module(head, &dir.join(&entry.weights)),
        (TaskHead::Segment(head), _, _, Some(entry)) => {
            save_module(head, &dir.join(&entry.weights))
        }
        (TaskHead::Tags(head), ..) => {
            let mut entries = manifest.tags.iter();
            match entries.find(|entry| entry.task == head.task()) {
                Some(entry) => save_module(head, &dir.join(&entry.head.weights)),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// Writes `model.json`: last, because with it a folder is a model.
pub(super) fn write_manifest(dir: &Path, manifest: &Manifest) -> Result<(), ModelError> {
    let path = dir.join(MANIFEST);
    write_whole(&path, text(manifest)?.as_bytes()).map_err(|e| ModelError::io(&path, e))
}

/// What stands in `model.json`.
pub(super) fn text(manifest: &Manifest) -> Result<String, ModelError> {
    let text = serde_json::to_string_pretty(manifest);
    let text = text.map_err(|e| ModelError::format(MANIFEST, e.to_string()))?;
    Ok(text + "\n")
}
