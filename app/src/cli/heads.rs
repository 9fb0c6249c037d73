//! `--head`: a head that was trained later, in place of the one that comes with the model.

use mettle_core::engine::{ModelChoice, model_info};
use mettle_core::model::{HeadCatalogue, ModelInfo, TaskInfo};

use super::Failure;
use super::args::AnalyzeArgs;

/// What is known of the model, with the heads that were named in place of its own.
pub fn model_with(choice: &ModelChoice, args: &AnalyzeArgs) -> Result<ModelInfo, Failure> {
    let mut model = model_info(choice)?;
    if args.head.is_empty() {
        return Ok(model);
    }
    let trained = HeadCatalogue::of_user().trained();
    for wanted in &args.head {
        let mut fits = trained
            .iter()
            .filter(|head| head.id.to_string().starts_with(&wanted.to_lowercase()));
        let head = match (fits.next(), fits.next()) {
            (Some(head), None) => head,
            (None, _) => {
                let place = HeadCatalogue::of_user();
                let place = place.folder().map(|folder| folder.display().to_string());
                let place = place.unwrap_or_default();
                return Err(Failure::Usage(format!(
                    "there is no head {wanted} in {place}"
                )));
            }
            (Some(_), Some(_)) => {
                return Err(Failure::Usage(format!(
                    "several heads begin with {wanted}: give more digits"
                )));
            }
        };
        let info = TaskInfo {
            task: head.task(),
            head: head.id,
            labels: head.labels.clone(),
            untrained: head.untrained,
        };
        model.tasks.retain(|own| own.task != info.task);
        model.tasks.push(info);
    }
    Ok(model)
}
