//! How many numbers the full-size models have, for `mettle models params`.

use crate::engine::EngineError;
use crate::hub::{catalog, description};
use crate::model::params::{backbone, heads::published};
use crate::model::{BackboneDesc, ModelError};

/// The numbers of one model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelCount {
    /// Its key in the list of backbones, or what the paper calls it.
    pub name: String,
    /// All its numbers.
    pub all: u64,
    /// Those that are trained; none of a backbone alone.
    pub trained: u64,
    /// What the paper says, where it does.
    pub paper: Option<String>,
}

/// Every described backbone with its classifier, and the models the paper makes of them. Nothing is allocated.
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
            all: backbone(&desc.backbone()?),
            name: entry.key,
            trained: 0,
            paper: None,
        });
    }
    for row in published() {
        let paper = format!("{:.1} M, {:.1} %", row.paper_millions, row.paper_percent);
        counts.push(ModelCount {
            name: row.model.to_owned(),
            all: row.ours.total(),
            trained: row.ours.trainable,
            paper: Some(match row.note {
                "" => paper,
                note => format!("{paper}; {note}"),
            }),
        });
    }
    Ok(counts)
}
