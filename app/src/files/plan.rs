//! What taking in another program's file would do, found out away from the window.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use mettle_core::base::{LabelId, Modality};
use mettle_core::exchange::layouts::read_said;
use mettle_core::exchange::marks::{Importing, Media, plan};
use mettle_core::model::{ModelInfo, known_classes};
use mettle_core::project::{Class, Corrections};

use crate::state::Planned;

/// A file, and what it would be taken into.
#[derive(Clone, Debug)]
pub struct ToPlan {
    /// The number of the question.
    pub asked: u64,
    /// The file.
    pub file: PathBuf,
    /// The clip it is about.
    pub media: Media,
    /// What is said of the clip so far.
    pub said: Arc<Corrections>,
    /// The project's classes.
    pub classes: BTreeMap<LabelId, Class>,
    /// The model, whose classes are known.
    pub model: Option<ModelInfo>,
    /// Whether what contradicts the file gives way to it.
    pub replace: bool,
    /// Whether what the file calls a model's word becomes the user's.
    pub with_model: bool,
}

impl ToPlan {
    /// Reads the disk: not for the window's thread.
    pub(super) fn planned(&self) -> Planned {
        let read = read_said(&self.file, None, &self.media, Modality::AudioVisual);
        let sheet = read.map_err(|error| error.to_string())?;
        Ok(Arc::new(plan(&Importing {
            sheet: &sheet,
            said: &self.said,
            classes: &self.classes,
            known: &known_classes(self.model.as_ref()),
            replace: self.replace,
            with_model: self.with_model,
        })))
    }
}
