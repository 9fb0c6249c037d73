//! How many numbers the full-size models have, for `mettle models params`.

use crate::engine::EngineError;
use crate::hub::{catalog, description};
use crate::model::params::{ParamCount, backbone, fitted::Fitted, published::published};
use crate::model::{BackboneDesc, ModelError};

/// The numbers of one model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelCount {
    /// Its key in the list of backbones, or what the paper calls it.
    pub name: String,
    /// All its numbers; `None` where it is not built here.
    pub all: Option<u64>,
    /// Those that are trained; none of a backbone alone.
    pub trained: u64,
    /// What the paper says, where it does.
    pub paper: Option<String>,
}

/// Every described backbone with its classifier, the models the paper makes of them, and the presets that give the paper's totals
/// where ours do not. Nothing is allocated.
///
/// # Errors
/// None, unless the program was built with a damaged description.
pub fn full_size_counts() -> Result<Vec<ModelCount>, EngineError> {
    let mut counts = Vec::new();
    for entry in catalog()? {
        let text = description(&entry.key).unwrap_or_default();
        let desc: BackboneDesc = serde_json::from_str(text)
            .map_err(|e| ModelError::Config(format!("{}: {e}", entry.key)))?;
        counts.push(ModelCount {
            all: Some(backbone(&desc.backbone()?)),
            name: entry.key,
            trained: 0,
            paper: None,
        });
    }
    for row in published() {
        let paper = in_paper(row.paper_millions, row.paper_percent);
        counts.push(ModelCount {
            name: row.model.to_owned(),
            all: row.ours.map(ParamCount::total),
            trained: row.ours.map_or(0, |ours| ours.trainable),
            paper: Some(match row.note {
                "" => paper,
                note => format!("{paper}; {note}"),
            }),
        });
    }
    for preset in Fitted::ALL {
        let (count, (millions, percent)) = (preset.count(), preset.paper());
        counts.push(ModelCount {
            name: format!("preset {}", preset.name()),
            all: Some(count.total()),
            trained: count.trainable,
            paper: Some(format!(
                "{}; fitted: {}",
                in_paper(millions, Some(percent)),
                preset.about()
            )),
        });
    }
    Ok(counts)
}

fn in_paper(millions: f64, percent: Option<f64>) -> String {
    let share = percent.map_or(String::new(), |percent| format!(", {percent:.1} %"));
    format!("{millions:.1} M{share}")
}
