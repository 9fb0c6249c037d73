//! What the demo model learns each class from, and its own words for that.

use std::path::Path;

use super::DemoMaterial;
use super::recipe::labels;
use crate::base::Label;
use crate::data::material::REAL_CLASSES;
use crate::data::scenes;
use crate::model::{Hits, Known, KnownClass, LearnedFrom, Manifest, ModelBundle, RoundingPrice};
use crate::train::error::TrainError;

/// Of every class, heard and seen apart.
pub(super) fn classes(material: Option<&DemoMaterial>) -> Vec<KnownClass> {
    let drawn = scenes::labels();
    let class = |label: &Label| {
        let otherwise = match drawn.position(label) {
            Some(_) => LearnedFrom::Drawn,
            None => LearnedFrom::Nothing,
        };
        let [heard, seen] = real(label, material);
        let known = |from: Option<LearnedFrom>| Known::from(from.unwrap_or(otherwise));
        KnownClass {
            label: label.to_string(),
            heard: known(heard),
            seen: known(seen),
        }
    };
    labels().iter().map(class).collect()
}

/// What is real of a class, heard and seen.
fn real(label: &Label, material: Option<&DemoMaterial>) -> [Option<LearnedFrom>; 2] {
    let class = REAL_CLASSES.iter().position(|class| class.is(label));
    let Some((class, material)) = class.zip(material) else {
        return [None, None];
    };
    let [sounds, pictures] = material.training.has(class);
    let recorded = match material.training.has_recordings(class) {
        true => LearnedFrom::Real,
        false => LearnedFrom::Sampled,
    };
    [
        sounds.then_some(recorded),
        pictures.then_some(LearnedFrom::Real),
    ]
}

/// F1 by seconds below which a class is hardly known.
const HARDLY: f64 = 0.5;

/// What the model is, for people.
pub(super) fn about(known: &[KnownClass]) -> String {
    let list = |of: &dyn Fn(&KnownClass) -> bool| -> String {
        let names = known.iter().filter(|class| of(class));
        let names: Vec<&str> = names.map(|class| &*class.label).collect();
        match names.is_empty() {
            true => "nothing".to_owned(),
            false => names.join("; "),
        }
    };
    let is_real = |known: &Known| matches!(known.from, LearnedFrom::Real | LearnedFrom::Sampled);
    let hardly = |known: &Known| known.measured.is_some_and(|hits| hits.f1() < HARDLY);
    let real = |of: fn(&KnownClass) -> &Known| {
        let well = list(&|class| is_real(of(class)) && !hardly(of(class)));
        match known
            .iter()
            .any(|class| is_real(of(class)) && hardly(of(class)))
        {
            false => well,
            true => {
                let badly = list(&|class| is_real(of(class)) && hardly(of(class)));
                format!("{well}; hardly: {badly}")
            }
        }
    };
    format!(
        "A small model that comes with the program, to try it with. Of the real world it learned a few things, from free recordings, \
         sampled instruments and photographs; the rest it knows only as this project draws and synthesises it. It hears, for real: {}. \
         It sees, for real: {}. As drawn and synthesised only: {}. It does not know speech, people, or anything else, and makes mistakes.",
        real(|class| &class.heard),
        real(|class| &class.seen),
        list(&|class| !is_real(&class.heard) && !is_real(&class.seen)),
    )
}

/// Writes into the description of a folder's model how well classes are known: of each what came of measuring it heard and seen.
///
/// # Errors
/// The description cannot be read or written.
pub fn note_measured(
    folder: &Path,
    measured: &[(&str, Option<Hits>, Option<Hits>)],
) -> Result<(), TrainError> {
    noted(folder, |manifest| {
        for class in &mut manifest.known {
            if let Some((_, heard, seen)) =
                measured.iter().find(|(label, ..)| *label == class.label)
            {
                class.heard.measured = *heard;
                class.seen.measured = *seen;
            }
        }
        manifest.about = about(&manifest.known);
    })
}

/// Writes into it what 16 bit costs it.
///
/// # Errors
/// The description cannot be read or written.
pub fn note_rounded(folder: &Path, prices: Vec<RoundingPrice>) -> Result<(), TrainError> {
    noted(folder, |manifest| manifest.rounded = prices)
}

/// Changes a description. It is embedded in the program: no spaces.
fn noted(folder: &Path, change: impl FnOnce(&mut Manifest)) -> Result<(), TrainError> {
    let path = folder.join("model.json");
    let mut manifest = ModelBundle::open(folder)?.manifest().clone();
    change(&mut manifest);
    let text = serde_json::to_string(&manifest)
        .map_err(|e| TrainError::Data(format!("{}: {e}", path.display())))?;
    std::fs::write(&path, text + "\n").map_err(|e| TrainError::io(&path, e))
}
