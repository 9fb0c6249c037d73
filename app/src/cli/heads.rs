//! `--head`: a head that was trained later, in place of the one that comes with the model.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use mettle_core::base::Task;
use mettle_core::engine::{ModelChoice, model_info};
use mettle_core::model::{Calibration, HeadCatalogue, HeadFile, ModelInfo, TaskInfo};

use super::Failure;
use super::args::AnalyzeArgs;

/// What is known of the model, with the heads that were named in place of its own.
pub fn model_with(choice: &ModelChoice, args: &AnalyzeArgs) -> Result<ModelInfo, Failure> {
    let mut model = model_info(choice)?;
    for wanted in &args.head {
        model = model.with_head(&find(wanted)?);
    }
    Ok(model)
}

/// What the scores of a model's heads go through; says which of the heads that are asked have nothing of the kind.
pub fn temperatures(
    model: &ModelInfo,
    args: &AnalyzeArgs,
) -> Result<BTreeMap<Task, Arc<Calibration>>, Failure> {
    let tasks = args.task.tasks(|task| model.can(task));
    let asked = model.tasks.iter().filter(|info| tasks.contains(&info.task));
    let (with, without): (Vec<&TaskInfo>, Vec<&TaskInfo>) =
        asked.partition(|info| info.calibration.is_some());
    for info in &with {
        let fitted = info.calibration.as_ref();
        if let Some(warning) = fitted.and_then(|fitted| fitted.warning())
            && !args.quiet
        {
            eprintln!("mettle: {}: {warning}", info.task.name());
        }
    }
    let names: Vec<&str> = without.iter().map(|info| info.task.name()).collect();
    let names = names.join(", ");
    if with.is_empty() {
        return Err(Failure::Said(format!(
            "the model {} has no temperatures for {names}: they are fitted by `mettle train` on validation clips, and kept with the head. Leave --calibrated out, or choose another --head",
            model.name
        )));
    }
    if !without.is_empty() && !args.quiet {
        eprintln!(
            "mettle: no temperatures were fitted for {names}; those scores are as the head gives them"
        );
    }
    let known = with.into_iter();
    Ok(known
        .filter_map(|info| Some((info.task, info.calibration.clone()?)))
        .filter(|(_, fitted)| fitted.changes())
        .collect())
}

/// The user's heads, and those that were named by their folders.
pub fn catalogue(named: &[String]) -> HeadCatalogue {
    let folders = named.iter().map(PathBuf::from);
    HeadCatalogue::of_user().with(folders.filter(|path| path.exists()))
}

/// A head by its folder, or by its name or the beginning of it.
pub fn find(wanted: &str) -> Result<HeadFile, Failure> {
    let folder = PathBuf::from(wanted);
    if folder.exists() {
        return Ok(HeadFile::open(&folder)?);
    }
    let user = HeadCatalogue::of_user();
    let begins = |head: &HeadFile| head.id.to_string().starts_with(&wanted.to_lowercase());
    let mut fits = user.trained().into_iter().filter(begins);
    match (fits.next(), fits.next()) {
        (Some(head), None) => Ok(head),
        (None, _) => {
            let place = user.folder().map(|folder| folder.display().to_string());
            let place = place.unwrap_or_default();
            Err(Failure::Usage(format!(
                "there is no head {wanted}: no such folder, and none in {place}"
            )))
        }
        (Some(_), Some(_)) => Err(Failure::Usage(format!(
            "several heads begin with {wanted}: give more digits"
        ))),
    }
}
