//! Which weights are here, which are on their way, which are missing. Looks at names and sizes; reads no file, opens no socket.

use serde::{Deserialize, Serialize};

use super::pull::part_of;
use super::{Entry, Found, HubError, Places, Record, catalog};
use crate::base::Progress;

/// A model and how it stands on this machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelLine {
    /// What it is.
    pub entry: Entry,
    /// How it stands.
    pub state: WeightsState,
}

/// How a model's weights stand on this machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum WeightsState {
    /// In place.
    Here(Found),
    /// A download broke off or was stopped; the next goes on from there.
    Partly(Progress),
    /// Not here.
    Missing,
}

impl ModelLine {
    /// The size of its file in bytes: of the one here, else as published or as the last download was told; 0 is never said.
    pub fn size(&self) -> Option<u64> {
        let published = self.entry.downloads.first().and_then(|d| d.size);
        match &self.state {
            WeightsState::Here(found) => Some(found.size),
            WeightsState::Partly(progress) if progress.total > 0 => Some(progress.total),
            WeightsState::Partly(_) | WeightsState::Missing => published,
        }
    }
}

/// Every model that is described.
///
/// # Errors
/// None, unless the program was built with a damaged description.
pub fn survey(places: &Places) -> Result<Vec<ModelLine>, HubError> {
    let state = |entry: &Entry| {
        places
            .find(entry)
            .map(WeightsState::Here)
            .or_else(|| partly(places, entry).map(WeightsState::Partly))
            .unwrap_or(WeightsState::Missing)
    };
    let lines = catalog()?.into_iter().map(|entry| ModelLine {
        state: state(&entry),
        entry,
    });
    Ok(lines.collect())
}

fn partly(places: &Places, entry: &Entry) -> Option<Progress> {
    let folder = places.home().join(&entry.key);
    entry.downloads.iter().find_map(|download| {
        let part = part_of(&folder.join(&download.file));
        let done = part.metadata().ok()?.len();
        let total = Record::of(&part).and_then(|record| record.size);
        (done > 0).then_some(Progress {
            done,
            total: total.unwrap_or(0),
        })
    })
}
