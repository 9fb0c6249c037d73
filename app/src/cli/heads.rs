//! `--head`: a head that was trained later, in place of the one that comes with the model.

use std::path::PathBuf;

use mettle_core::engine::{ModelChoice, model_info};
use mettle_core::model::{HeadCatalogue, HeadFile, ModelInfo, TaskInfo};

use super::Failure;
use super::args::AnalyzeArgs;

/// What is known of the model, with the heads that were named in place of its own.
pub fn model_with(choice: &ModelChoice, args: &AnalyzeArgs) -> Result<ModelInfo, Failure> {
    let mut model = model_info(choice)?;
    for wanted in &args.head {
        let head = find(wanted)?;
        let info = TaskInfo {
            task: head.task(),
            head: head.id,
            labels: head.labels.clone(),
            untrained: head.untrained,
            from_tags: head.is_from_tags(),
        };
        model.tasks.retain(|own| own.task != info.task);
        model.tasks.push(info);
    }
    Ok(model)
}

/// The user's heads, and those that were named by their folders.
pub fn catalogue(named: &[String]) -> HeadCatalogue {
    let folders = named.iter().map(PathBuf::from);
    HeadCatalogue::of_user().with(folders.filter(|path| path.exists()))
}

/// A head by its folder, or by its name or the beginning of it.
fn find(wanted: &str) -> Result<HeadFile, Failure> {
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
