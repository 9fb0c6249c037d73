//! Making a model of published checkpoints: their files, and heads trained before or heads of the paper's shape with random
//! weights, in one folder.

use std::path::{Path, PathBuf};

use burn::tensor::Device;

use super::save::{save_head, text, write_manifest};
use super::tag_heads;
use super::{MANIFEST, ModelBundle, Place};
use crate::base::{Labels, Task};
use crate::model::{
    AvelConfig, BackboneDesc, BackboneEntry, Distillation, HeadEntry, HtsAtConfig, LayerShape,
    Manifest, ModelError, ParseConfig, Prep, SCHEMA, SegmentConfig, TagClasses, TaskHead,
    class_names,
};

/// What a mask is called.
pub(super) const SOUNDING: &str = "Sounding object";

/// A backbone and its checkpoint.
#[derive(Clone, Debug)]
pub struct BackboneFile {
    /// What it is.
    pub description: BackboneDesc,
    /// Its checkpoint, wherever it lies.
    pub weights: PathBuf,
}

/// What a model is to be made of.
#[derive(Clone, Debug)]
pub struct Assembly {
    /// For people, short.
    pub name: String,
    /// The backbone that looks.
    pub visual: BackboneFile,
    /// Who listens; the same description and file where one backbone does both.
    pub audio: BackboneFile,
    /// A model whose heads are taken over.
    pub heads: Option<ModelBundle>,
    /// Tasks that get a head of the paper's shape with random weights.
    pub untrained: Vec<Task>,
    /// What stands for what, where tasks without another head get one from tags.
    pub tags: Option<TagClasses>,
    /// The classes of such heads; the data set's of the task (AVE, LLP) where there are none. Masks have no classes.
    pub labels: Option<Labels>,
    /// Where the random weights come from.
    pub seed: u64,
}

/// Makes a folder a model: links the checkpoints into it (or copies them, where the disk is another), writes the heads, loads
/// everything once to see that it fits, and only then writes its `model.json`.
///
/// # Errors
/// The folder holds a model already or cannot be written, or the parts do not fit each other; what was put there is removed.
pub fn assemble(dir: &Path, parts: &Assembly) -> Result<ModelBundle, ModelError> {
    if dir.join(MANIFEST).exists() {
        return Err(ModelError::format(
            dir,
            "holds a model already: choose another folder",
        ));
    }
    let manifest = manifest(parts)?;
    manifest.check()?;
    if manifest.tasks().is_empty() {
        return Err(ModelError::Config(
            "a model needs a head: take over a trained model's, or ask for one from tags or an untrained one".into(),
        ));
    }
    std::fs::create_dir_all(dir).map_err(|e| ModelError::io(dir, e))?;
    let mut put = Vec::new();
    let done = fill(dir, parts, &manifest, &mut put).and_then(|()| {
        let text = text(&manifest)?;
        let place = Place::Folder(dir.to_owned());
        let bundle = ModelBundle::of(manifest.clone(), text.as_bytes(), place)?;
        bundle.load(&Device::flex())?;
        tag_heads::check(&bundle)?;
        write_manifest(dir, &manifest)
    });
    if let Err(error) = done {
        for name in put {
            // What cannot be removed is no model without its manifest.
            let _ = std::fs::remove_file(dir.join(name));
        }
        return Err(error);
    }
    ModelBundle::open(dir)
}

/// Puts every file but the manifest there; `put` hears of each.
fn fill(
    dir: &Path,
    parts: &Assembly,
    manifest: &Manifest,
    put: &mut Vec<String>,
) -> Result<(), ModelError> {
    let (eye, ear) = (&manifest.visual.weights, &manifest.audio.weights);
    link(&parts.visual.weights, dir, eye, put)?;
    if ear != eye {
        link(&parts.audio.weights, dir, ear, put)?;
    }
    if let Some(heads) = &parts.heads {
        for name in heads.manifest.head_files() {
            if !manifest.head_files().contains(&name) {
                continue;
            }
            match &heads.place {
                Place::Folder(from) => link(&from.join(name), dir, name, put)?,
                Place::Embedded(_) => write(&heads.place.read(name)?, dir, name, put)?,
            }
        }
    }
    let device = Device::flex();
    if let Some(classes) = &parts.tags {
        tag_heads::write(dir, manifest, classes, put)?;
    }
    device.seed(parts.seed);
    for &task in &parts.untrained {
        let head = untrained(manifest, task, &device)?;
        put.push(file_of(task));
        save_head(dir, manifest, &head)?;
    }
    Ok(())
}

/// One file more in the folder, without a copy of its bytes where the disk allows it.
fn link(from: &Path, dir: &Path, name: &str, put: &mut Vec<String>) -> Result<(), ModelError> {
    let to = dir.join(name);
    if to.exists() {
        return Err(ModelError::format(
            to,
            "is there already: choose another folder",
        ));
    }
    // The file itself: hubs keep links in the place of files.
    let from = from.canonicalize().map_err(|e| ModelError::io(from, e))?;
    put.push(name.to_owned());
    if std::fs::hard_link(&from, &to).is_err() {
        std::fs::copy(&from, &to).map_err(|e| ModelError::io(&to, e))?;
    }
    Ok(())
}

fn write(bytes: &[u8], dir: &Path, name: &str, put: &mut Vec<String>) -> Result<(), ModelError> {
    let to = dir.join(name);
    put.push(name.to_owned());
    std::fs::write(&to, bytes).map_err(|e| ModelError::io(&to, e))
}

fn manifest(parts: &Assembly) -> Result<Manifest, ModelError> {
    let shared = parts.visual.weights == parts.audio.weights;
    let heads = parts.heads.as_ref().map(|bundle| &bundle.manifest);
    let wanted = |task| parts.untrained.contains(&task);
    let visual = backbone(
        "visual",
        &parts.visual,
        parts.visual.description.clone(),
        shared,
    );
    let hears = match &parts.audio.description.prep()? {
        Prep::Image(_) => parts.audio.description.listening()?,
        _ => parts.audio.description.clone(),
    };
    let mut manifest = Manifest {
        schema: SCHEMA.into(),
        name: parts.name.clone(),
        about: String::new(),
        audio: backbone("audio", &parts.audio, hears, shared),
        visual,
        localize: heads.and_then(|m| m.localize.clone()),
        parse: heads.and_then(|m| m.parse.clone()),
        segment: heads.and_then(|m| m.segment.clone()),
        tags: Vec::new(),
        known: Vec::new(),
        rounded: Vec::new(),
    };
    let labels = |list: &str| {
        let known = || class_names(list).unwrap_or_else(|| Labels::new::<&str>([]));
        parts.labels.clone().unwrap_or_else(known)
    };
    // The paper's heads, on these backbones.
    let ear = manifest.audio.description.backbone()?;
    let distill = |task| Distillation::of(task).on(&ear, shared);
    if wanted(Task::Localize) {
        let config = AvelConfig {
            distill: distill(Task::Localize),
            ..AvelConfig::default()
        };
        manifest.localize = Some(fresh(Task::Localize, labels("ave-28"), config));
    }
    if wanted(Task::Parse) {
        let config = ParseConfig {
            distill: distill(Task::Parse),
            ..ParseConfig::default()
        };
        manifest.parse = Some(fresh(Task::Parse, labels("llp-25"), config));
    }
    if wanted(Task::Segment) {
        let config = SegmentConfig {
            distill: distill(Task::Segment),
            ..SegmentConfig::default()
        };
        manifest.segment = Some(fresh(Task::Segment, Labels::new([SOUNDING]), config));
    }
    if let Some(classes) = &parts.tags {
        manifest.tags = tag_heads::entries(&manifest, parts.labels.as_ref(), classes)?;
    }
    manifest.about = about(&manifest) + &tag_heads::about(&manifest, parts.tags.as_ref());
    Ok(manifest)
}

fn backbone(
    side: &str,
    file: &BackboneFile,
    description: BackboneDesc,
    shared: bool,
) -> BackboneEntry {
    let ending = file.weights.extension().unwrap_or_default();
    let side = if shared { "backbone" } else { side };
    BackboneEntry {
        weights: format!("{side}.{}", ending.to_string_lossy()),
        tile: (description.architecture == "hts_at").then_some(HtsAtConfig::TILE),
        description,
    }
}

fn fresh<C>(task: Task, labels: Labels, config: C) -> HeadEntry<C> {
    HeadEntry {
        labels,
        config,
        weights: file_of(task),
        untrained: true,
        familiarity: None,
        calibration: None,
    }
}

pub(super) fn file_of(task: Task) -> String {
    format!("{}.safetensors", task.name())
}

fn about(manifest: &Manifest) -> String {
    let (eye, ear) = (
        &manifest.visual.description.name,
        &manifest.audio.description.name,
    );
    let mut text = match manifest.has_one_backbone() {
        true => format!("{eye} looks and listens."),
        false => format!("{eye} looks, {ear} listens."),
    };
    let tasks = manifest.tasks().into_iter();
    let untrained: Vec<&str> = tasks
        .filter(|(_, untrained)| *untrained)
        .map(|(task, _)| task.name())
        .collect();
    if !untrained.is_empty() {
        text += &format!(
            " UNTRAINED: the weights for {} are random and what it says there means nothing. Train them before use.",
            untrained.join(", ")
        );
    }
    text
}

fn untrained(manifest: &Manifest, task: Task, device: &Device) -> Result<TaskHead, ModelError> {
    let (visual, audio): (Vec<LayerShape>, Vec<LayerShape>) = manifest.layers()?;
    let (visual, audio) = (&visual[..], &audio[..]);
    let none = || ModelError::Config(format!("no {} head is described", task.name()));
    Ok(match task {
        Task::Localize => {
            let entry = manifest.localize.as_ref().ok_or_else(none)?;
            let classes = entry.labels.len();
            TaskHead::Localize(entry.config.init(visual, audio, classes, device)?)
        }
        Task::Parse => {
            let entry = manifest.parse.as_ref().ok_or_else(none)?;
            let classes = entry.labels.len();
            TaskHead::Parse(entry.config.init(visual, audio, classes, device)?)
        }
        Task::Segment => {
            let entry = manifest.segment.as_ref().ok_or_else(none)?;
            TaskHead::Segment(entry.config.init(visual, audio, device)?)
        }
    })
}
