//! How many numbers the full-size models have, for `mettle models params`.

use super::EngineError;
use crate::hub::{catalog, description};
use crate::model::params::{ParamCount, avel, backbone};
use crate::model::{
    AvelConfig, Distillation, HtsAtConfig, LcdConfig, ModelDesc, ModelError, SwinV2Config,
};

/// AVE's classes without the background.
const AVE_CLASSES: usize = 28;

/// The numbers of one model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelCount {
    /// Which.
    pub name: String,
    /// All its numbers.
    pub all: u64,
    /// Those that are trained; none of a backbone alone.
    pub trained: u64,
    /// What the paper says, where it does.
    pub paper: Option<&'static str>,
}

/// Every described backbone with its classifier, and the models the paper makes of them. Nothing is allocated.
///
/// # Errors
/// None, unless the program was built with a damaged description.
pub fn full_size_counts() -> Result<Vec<ModelCount>, EngineError> {
    let mut counts = Vec::new();
    for entry in catalog()? {
        let text = description(&entry.key).unwrap_or_default();
        let desc: ModelDesc = serde_json::from_str(text)
            .map_err(|e| ModelError::Config(format!("{}: {e}", entry.key)))?;
        counts.push(ModelCount {
            all: backbone(&desc.backbone()?),
            name: entry.key,
            trained: 0,
            paper: None,
        });
    }
    let swin = SwinV2Config::large_192();
    let shared = AvelConfig {
        distill: Distillation {
            visual: LcdConfig::default(),
            ..Distillation::avel()
        },
        ..AvelConfig::default()
    };
    let two = avel(
        &AvelConfig::default(),
        &swin,
        Some(&HtsAtConfig::audioset()),
        AVE_CLASSES,
    );
    let one = avel(&shared, &swin, None, AVE_CLASSES);
    let model = |name: &str, count: ParamCount, paper| ModelCount {
        name: name.to_owned(),
        all: count.total(),
        trained: count.trainable,
        paper: Some(paper),
    };
    counts.push(model(
        "localize: Swin-V2-L + HTS-AT",
        two,
        "338.0 M, 23.0 % (Table 1)",
    ));
    counts.push(model(
        "localize: Swin-V2-L for both",
        one,
        "364.4 M, 37.2 % (Table 1)",
    ));
    Ok(counts)
}
