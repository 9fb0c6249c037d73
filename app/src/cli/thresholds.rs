//! The thresholds of `mettle analyze`: of every class, of what is heard or seen, of single classes, of masks.

use std::collections::BTreeMap;
use std::str::FromStr;

use clap::Args;
use mettle_core::base::{ClipId, Task, TimeSpan};
use mettle_core::model::ModelInfo;
use mettle_core::predict::Thresholds;
use mettle_core::project::{MaskThresholds, Scope, Store};

use super::Failure;
use crate::window::corrections_file;

/// From which score on something counts.
#[derive(Args, Clone, Debug)]
pub struct ThresholdArgs {
    /// Events: above which score something happens, and is the largest class. Parsing: from which score on a class is heard or seen. 0 to 1.
    #[arg(long, default_value = "0.5", value_name = "T", value_parser = share)]
    pub threshold: f32,
    /// The same for what is heard, in parsing.
    #[arg(long, value_name = "T", value_parser = share)]
    pub threshold_audible: Option<f32>,
    /// The same for what is seen, in parsing.
    #[arg(long, value_name = "T", value_parser = share)]
    pub threshold_visible: Option<f32>,
    /// The same for one class, such as Dog=0.7; may be given several times. It comes before the others.
    #[arg(long, value_name = "CLASS=T", value_parser = class)]
    pub threshold_class: Vec<(String, f32)>,
    /// Above which probability a place of a mask sounds, 0 to 1, or `kept`: what was set for the clip in the window.
    #[arg(long, default_value = "0.5", value_name = "T|kept")]
    pub mask_threshold: MaskThreshold,
    /// The same for one second, counted from 0, such as 3=0.6; may be given several times. It comes before the clip's.
    #[arg(long, value_name = "SECOND=T", value_parser = second)]
    pub mask_threshold_at: Vec<(u32, f32)>,
}

/// The threshold of a clip's masks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MaskThreshold {
    /// This one.
    At(f32),
    /// Those the user set for the clip in the window.
    Kept,
}

impl FromStr for MaskThreshold {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "kept" => Ok(Self::Kept),
            _ => share(text).map(Self::At),
        }
    }
}

impl Default for ThresholdArgs {
    fn default() -> Self {
        Self {
            threshold: 0.5,
            threshold_audible: None,
            threshold_visible: None,
            threshold_class: Vec::new(),
            mask_threshold: MaskThreshold::At(0.5),
            mask_threshold_at: Vec::new(),
        }
    }
}

impl ThresholdArgs {
    /// The thresholds for what a model is asked, classes under the model's own names.
    pub fn resolve(&self, model: &ModelInfo, tasks: &[Task]) -> Result<Thresholds, Failure> {
        let halves = self.threshold_audible.or(self.threshold_visible);
        if halves.is_some() && !tasks.contains(&Task::Parse) {
            return Err(Failure::Said(
                "only parsing tells what is heard from what is seen: ask for it with --task parse or --task all"
                    .to_owned(),
            ));
        }
        let mut classes = BTreeMap::new();
        for (name, value) in &self.threshold_class {
            classes.insert(known(name, model, tasks)?, *value);
        }
        Ok(Thresholds {
            global: self.threshold,
            audible: self.threshold_audible,
            visible: self.threshold_visible,
            classes,
            masks: MaskThresholds::default(),
        })
    }

    /// The thresholds of a clip's masks.
    pub fn masks(&self, clip: ClipId) -> Result<MaskThresholds, Failure> {
        let mut masks = match self.mask_threshold {
            MaskThreshold::At(value) => MaskThresholds::at(value),
            MaskThreshold::Kept => {
                let mut store = Store::open(&corrections_file())?;
                store.read(Scope::Clip(clip))?.mask_thresholds
            }
        };
        for (second, value) in &self.mask_threshold_at {
            masks.set(TimeSpan::of_second(*second), *value);
        }
        Ok(masks)
    }
}

/// A class under the model's name for it, whatever the case it was typed in.
fn known(name: &str, model: &ModelInfo, tasks: &[Task]) -> Result<String, Failure> {
    let mut known: Vec<&str> = Vec::new();
    for info in &model.tasks {
        if tasks.contains(&info.task) && info.task != Task::Segment {
            known.extend(info.labels.iter().map(|label| &**label));
        }
    }
    let same = |label: &&&str| label.to_lowercase() == name.to_lowercase();
    if let Some(label) = known.iter().find(same) {
        return Ok((*label).to_owned());
    }
    known.sort_unstable();
    known.dedup();
    Err(Failure::Said(format!(
        "the model {} has no class {name}. It has: {}",
        model.name,
        known.join(", ")
    )))
}

/// A number from 0 to 1.
pub fn share(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("a threshold is a number from 0 to 1".to_owned()),
    }
}

fn class(text: &str) -> Result<(String, f32), String> {
    let wanted = || "a class and its threshold are written as Dog=0.7".to_owned();
    let (name, value) = text.rsplit_once('=').ok_or_else(wanted)?;
    let name = name.trim();
    match name.is_empty() {
        true => Err(wanted()),
        false => Ok((name.to_owned(), share(value)?)),
    }
}

fn second(text: &str) -> Result<(u32, f32), String> {
    let wanted = || "a second and its threshold are written as 3=0.6".to_owned();
    let (second, value) = text.split_once('=').ok_or_else(wanted)?;
    Ok((second.trim().parse().map_err(|_| wanted())?, share(value)?))
}
