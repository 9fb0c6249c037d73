//! Heads from tags in a model that is being made: for which tasks, of which classes, and what must be said of them.

use std::path::Path;

use burn::tensor::Device;

use super::ModelBundle;
use super::assemble::{SOUNDING, file_of};
use super::save::{save_head, write_manifest};
use crate::base::{Labels, Task};
use crate::model::heads::reads_places;
use crate::model::manifest::TagEntry;
use crate::model::{
    BackboneDesc, HeadEntry, Manifest, ModelError, TagClasses, TagConfig, TagLists, TagRow,
    TaskHead, class_names,
};

/// One for each task that has no other head and that the backbones' classifiers can answer.
pub(super) fn entries(
    manifest: &Manifest,
    labels: Option<&Labels>,
    classes: &TagClasses,
) -> Result<Vec<TagEntry>, ModelError> {
    let (eye, ear) = (&manifest.visual.description, &manifest.audio.description);
    let lists = [list_of(ear)?, list_of(eye)?];
    let there: Vec<Task> = manifest.tasks().iter().map(|(task, _)| *task).collect();
    let wanted = Task::ALL.into_iter().filter(|task| !there.contains(task));
    let wanted = wanted.filter(|task| *task != Task::Segment || reads_places(&eye.architecture));
    wanted
        .map(|task| {
            let labels = labels_of(task, labels);
            let rows = rows(task, &labels, classes)?;
            let [hears, sees] = lists.clone();
            let tags = TagLists {
                hears,
                sees,
                classes: rows.len(),
                scaled: rows.iter().any(TagRow::is_scaled),
            };
            let head = HeadEntry {
                labels,
                config: TagConfig { tags },
                weights: file_of(task),
                untrained: false,
                familiarity: None,
                calibration: None,
            };
            Ok(TagEntry { task, head })
        })
        .collect()
}

/// Writes their files; `put` hears of each.
pub(super) fn write(
    dir: &Path,
    manifest: &Manifest,
    classes: &TagClasses,
    put: &mut Vec<String>,
) -> Result<(), ModelError> {
    for entry in &manifest.tags {
        put.push(entry.head.weights.clone());
        let rows = rows(entry.task, &entry.head.labels, classes)?;
        let head = entry.head.config.with(entry.task, &rows, &Device::flex())?;
        save_head(dir, manifest, &TaskHead::Tags(head))?;
    }
    Ok(())
}

/// Whether the checkpoints have the classifiers that heads from tags read.
pub(super) fn check(bundle: &ModelBundle) -> Result<(), ModelError> {
    let manifest = &bundle.manifest;
    if manifest.tags.is_empty() {
        return Ok(());
    }
    for entry in [&manifest.visual, &manifest.audio] {
        let state = bundle.place.weights(&entry.weights)?;
        if !entry.description.has_classifier(&state)? {
            return Err(ModelError::Config(format!(
                "the checkpoint of {} has no classifier, and heads from tags are made of what it knows: give one that has, or train a head",
                entry.description.name
            )));
        }
    }
    Ok(())
}

impl ModelBundle {
    /// Gives the model of a folder heads from tags, of the data sets' classes, for the tasks it has no head for.
    ///
    /// # Errors
    /// Its backbones have no classifiers that can be asked, it has every head, or the folder cannot be written: then it stays as
    /// it was.
    pub fn add_tag_heads(dir: &Path) -> Result<Self, ModelError> {
        let bundle = Self::open(dir)?;
        let classes = TagClasses::ours()?;
        let mut manifest = bundle.manifest.clone();
        let more = entries(&manifest, None, &classes)?;
        if more.is_empty() {
            return Err(ModelError::format(
                dir,
                "has a head for everything that can be had from tags",
            ));
        }
        // Those that are there already keep their files.
        let own = std::mem::replace(&mut manifest.tags, more);
        let text = about(&manifest, Some(&classes));
        check(&Self {
            manifest: manifest.clone(),
            ..bundle
        })?;
        write(dir, &manifest, &classes, &mut Vec::new())?;
        manifest.tags.splice(0..0, own);
        manifest.about += &text;
        write_manifest(dir, &manifest)?;
        Self::open(dir)
    }
}

/// For people.
pub(super) fn about(manifest: &Manifest, classes: Option<&TagClasses>) -> String {
    let (Some(classes), Some(_)) = (classes, manifest.tags.first()) else {
        return String::new();
    };
    let names: Vec<&str> = manifest.tags.iter().map(|e| e.task.name()).collect();
    let mut text = format!(
        " From tags, not trained: {} by the classes that the backbones' own classifiers were trained on.",
        names.join(", ")
    );
    let scaled = manifest
        .tags
        .iter()
        .any(|entry| entry.head.config.tags.scaled);
    if scaled {
        text += " Its scores were fitted to clips of the user's.";
    }
    let lacking = |list: &str, tags: fn(&TagRow) -> &[String]| -> Vec<String> {
        let list = class_names(list).unwrap_or_else(|| Labels::new::<&str>([]));
        let has = |row: &TagRow| {
            tags(row)
                .iter()
                .any(|tag| list.iter().any(|name| **name == **tag))
        };
        let labels = manifest
            .tags
            .iter()
            .filter(|entry| entry.task != Task::Segment);
        let mut labels: Vec<String> = labels
            .flat_map(|entry| entry.head.labels.iter().map(ToString::to_string))
            .filter(|label| classes.row(label).is_some_and(|row| !has(row)))
            .collect();
        labels.sort();
        labels.dedup();
        labels
    };
    if let Some(first) = manifest.tags.first() {
        let lists = &first.head.config.tags;
        for (how, labels) in [
            ("heard", lacking(&lists.hears, |row| &row.heard)),
            ("seen", lacking(&lists.sees, |row| &row.seen)),
        ] {
            if !labels.is_empty() {
                text += &format!(" Cannot be {how}: {}.", labels.join("; "));
            }
        }
    }
    if !manifest
        .tasks()
        .iter()
        .any(|(task, _)| *task == Task::Segment)
    {
        let eye = &manifest.visual.description.name;
        text += &format!(" No masks: the classifier of {eye} reads no places.");
    }
    text
}

/// The list that a backbone's classifier tells apart.
fn list_of(description: &BackboneDesc) -> Result<String, ModelError> {
    let list = description.classes.as_ref();
    let list = list.filter(|_| description.classifies_as_fed());
    list.cloned().ok_or_else(|| {
        ModelError::Config(format!(
            "{} has no classifier that can be asked here, and heads from tags are made of what it knows: choose other backbones, such as swinv2_large_window12_192 and htsat_audioset",
            description.name
        ))
    })
}

fn labels_of(task: Task, own: Option<&Labels>) -> Labels {
    let list = match task {
        Task::Localize => "ave-28",
        Task::Parse => "llp-25",
        Task::Segment => return Labels::new([SOUNDING]),
    };
    let known = || class_names(list).unwrap_or_else(|| Labels::new::<&str>([]));
    own.cloned().unwrap_or_else(known)
}

/// A row for each class, in order; a mask is of anything there is a row for.
fn rows(task: Task, labels: &Labels, classes: &TagClasses) -> Result<Vec<TagRow>, ModelError> {
    if task == Task::Segment {
        return Ok(classes.rows().cloned().collect());
    }
    let row = |label: &crate::base::Label| {
        classes.row(label).cloned().ok_or_else(|| {
            ModelError::Config(format!(
                "no tags are known for {label}: give them in a file, {{\"{label}\": {{\"heard\": [classes of AudioSet], \"seen\": [classes of ImageNet]}}}}, with --tag-classes"
            ))
        })
    };
    labels.iter().map(row).collect()
}
