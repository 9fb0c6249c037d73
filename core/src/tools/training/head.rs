//! What a trained head says of itself.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::config::{Configs, HeadKind};
use super::recipe::DatasetRecipe;
use crate::base::HeadId;
use crate::data::{Dataset, Part};
use crate::model::{Calibration, Familiarity, HeadNotes};
use crate::train::{Best, Epoch, Examples, Figures};

/// What is known when a training ends.
pub(super) struct Known<'a> {
    pub dataset: &'a Dataset,
    pub configs: &'a Configs,
    pub kind: HeadKind,
    pub recipe: DatasetRecipe,
    /// Which clips chose the epoch.
    pub select: Part,
    pub parent: Option<HeadId>,
    pub history: &'a [Epoch],
    pub clips: [&'a dyn Examples; 2],
}

impl Known<'_> {
    /// For the head's file.
    pub fn notes(
        &self,
        best: &Best,
        familiarity: Option<Familiarity>,
        calibration: Option<&Calibration>,
    ) -> HeadNotes {
        let seed = self.configs.training.seed;
        let mut name = format!("{} {} {seed}", self.dataset.kind.name(), self.kind.name());
        if self.select == Part::Test {
            name += ", best on test";
        }
        HeadNotes {
            name,
            config: self.configs.head.clone(),
            labels: self.dataset.labels.clone(),
            parent: self.parent,
            metrics: metrics(self.select, best.figures.as_ref()),
            recipe: Some(json!({
                "inputs": self.recipe.name(),
                "head": self.kind.name(),
                "training": self.configs.training,
                "epoch": best.epoch,
                "chosen_by": self.select.name(),
                "history": self.history,
            })),
            data: Some(self.data()),
            seed: Some(seed),
            familiarity,
            calibration: calibration.map(|temperatures| json!(temperatures)),
        }
    }

    fn data(&self) -> Value {
        let [training, validation] = self.clips.map(Examples::len);
        let listed: serde_json::Map<String, Value> = Part::ALL
            .iter()
            .zip(self.dataset.listed)
            .map(|(part, count)| (part.name().to_owned(), json!(count)))
            .collect();
        json!({
            "dataset": self.dataset.kind.name(),
            "train": training,
            self.select.name(): validation,
            "listed": listed,
        })
    }
}

/// By the names reports give, of the clips that chose the epoch.
fn metrics(select: Part, figures: Option<&Figures>) -> BTreeMap<String, f64> {
    let of = match select {
        Part::Test => "best on test",
        Part::Train | Part::Val => select.name(),
    };
    let named = figures.map(Figures::named).unwrap_or_default();
    let named = named.into_iter();
    named.map(|(name, x)| (format!("{of} {name}"), x)).collect()
}
