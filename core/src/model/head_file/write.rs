//! Writing a trained head into a folder of its own. A head that is there is never written over: other weights have another name.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

use super::meta::{KEY, Meta, SCHEMA};
use super::{HeadConfig, HeadFile, WEIGHTS, head_id};
use crate::base::{HeadId, Labels, write_whole};
use crate::model::weights::{module_bytes, read_checkpoint_bytes};
use crate::model::{Familiarity, ModelError, PairAbout, TaskHead};

/// What a training knows of the head it made, beside its weights.
#[derive(Clone, Debug)]
pub struct HeadNotes {
    /// For people, short.
    pub name: String,
    /// Its shape.
    pub config: HeadConfig,
    /// Classes in the order of its outputs, without the background.
    pub labels: Labels,
    /// The head its training began with.
    pub parent: Option<HeadId>,
    /// What was measured of it.
    pub metrics: BTreeMap<String, f64>,
    /// How it was trained.
    pub recipe: Option<Value>,
    /// On what, in short.
    pub data: Option<Value>,
    /// Where its random numbers came from.
    pub seed: Option<u64>,
    /// What it knows of its training data.
    pub familiarity: Option<Familiarity>,
    /// How its scores were made to mean what they say.
    pub calibration: Option<Value>,
}

/// Writes a head for a pair into `heads`, weights in 16 bit, under a folder named by its id, whole or not at all. The same head
/// written again is the one that is there.
///
/// # Errors
/// The shape is another task's, or the folder cannot be written.
pub fn write_head(
    heads: &Path,
    pair: &PairAbout,
    notes: HeadNotes,
    head: &TaskHead,
) -> Result<HeadFile, ModelError> {
    let (id, bytes) = made(pair, notes, head, heads)?;
    let target = heads.join(id.to_string());
    if !target.exists() {
        put(&target, &bytes)?;
    }
    HeadFile::open(&target)
}

/// The same into a folder of the user's choice, which becomes the head.
///
/// # Errors
/// Those of [`write_head`]; or the folder holds a head already, which is never replaced.
pub fn write_head_into(
    folder: &Path,
    pair: &PairAbout,
    notes: HeadNotes,
    head: &TaskHead,
) -> Result<HeadFile, ModelError> {
    let io = |e| ModelError::io(folder, e);
    let (target, (_, bytes)) = (folder.join(WEIGHTS), made(pair, notes, head, folder)?);
    if target.exists() {
        let what = "holds a head already, which is never replaced: choose another folder";
        return Err(ModelError::format(folder, what));
    }
    std::fs::create_dir_all(folder).map_err(io)?;
    write_whole(&target, &bytes).map_err(io)?;
    HeadFile::open(folder)
}

/// A head's name and its whole file; `path` is for errors.
fn made(
    pair: &PairAbout,
    notes: HeadNotes,
    head: &TaskHead,
    path: &Path,
) -> Result<(HeadId, Vec<u8>), ModelError> {
    let task = notes.config.task();
    if head.task() != task {
        return Err(ModelError::Config(format!(
            "a {} head cannot have the shape of one for {}",
            head.task().name(),
            task.name()
        )));
    }
    let config = notes.config.to_json()?;
    let plain = encode(head, None, path)?;
    let weights = read_checkpoint_bytes(&plain, path)?;
    let id = head_id(task, &notes.labels, &config, pair.id, &weights, path)?;
    let familiarity = notes.familiarity.map(serde_json::to_value).transpose();
    let failed = |e: serde_json::Error| ModelError::Config(e.to_string());
    let meta = Meta {
        schema: SCHEMA.into(),
        id,
        name: notes.name,
        task,
        labels: notes.labels,
        config,
        pair: pair.id,
        backbones: [pair.visual.name.clone(), pair.audio.name.clone()],
        parent: notes.parent,
        untrained: false,
        metrics: notes.metrics,
        recipe: notes.recipe,
        data: notes.data,
        seed: notes.seed,
        familiarity: familiarity.map_err(failed)?,
        calibration: notes.calibration,
    };
    let text = serde_json::to_string(&meta).map_err(failed)?;
    Ok((id, encode(head, Some((KEY, &text)), path)?))
}

fn encode(head: &TaskHead, note: Option<(&str, &str)>, path: &Path) -> Result<Vec<u8>, ModelError> {
    match head {
        TaskHead::Localize(head) => module_bytes(head, note, path),
        TaskHead::Parse(head) => module_bytes(head, note, path),
        TaskHead::Segment(head) => module_bytes(head, note, path),
        TaskHead::Tags(head) => module_bytes(head, note, path),
    }
}

/// The folder gets its name when it is complete.
fn put(target: &Path, bytes: &[u8]) -> Result<(), ModelError> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let own = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let fresh = target.with_extension(format!("{}-{}.partial", own.0, own.1));
    let io = |e| ModelError::io(target, e);
    std::fs::create_dir_all(&fresh).map_err(io)?;
    let done =
        std::fs::write(fresh.join(WEIGHTS), bytes).and_then(|()| std::fs::rename(&fresh, target));
    if let Err(error) = done {
        let _ = std::fs::remove_dir_all(&fresh);
        // Another process may have been quicker: then the same head is there.
        return match target.exists() {
            true => Ok(()),
            false => Err(io(error)),
        };
    }
    Ok(())
}
