//! The heads that come with a bundle, as the files they are.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{MANIFEST, Place};
use crate::base::{PairId, Task};
use crate::model::head_file::head_id;
use crate::model::manifest::{HeadEntry, Manifest};
use crate::model::{Familiarity, HeadConfig, HeadFile, ModelError};

/// The heads that a manifest, whose text is `text`, describes in a place.
pub(super) fn of(
    manifest: &Manifest,
    text: &[u8],
    pair: PairId,
    place: &Place,
) -> Result<Vec<HeadFile>, ModelError> {
    let said: Value = serde_json::from_slice(text)
        .map_err(|e| ModelError::format(place.path(MANIFEST), e.to_string()))?;
    let from = Described {
        manifest,
        said: &said,
        pair,
        place,
    };
    let localize = manifest.localize.as_ref();
    let localize = localize.map(|e| from.head(Task::Localize, e, HeadConfig::Localize));
    let parse = manifest.parse.as_ref();
    let parse = parse.map(|e| from.head(Task::Parse, e, HeadConfig::Parse));
    let segment = manifest.segment.as_ref();
    let segment = segment.map(|e| from.head(Task::Segment, e, HeadConfig::Segment));
    let tags = manifest.tags.iter().enumerate().map(|(at, entry)| {
        let config = |config| HeadConfig::Tags(entry.task, config);
        from.described(
            entry.task,
            &entry.head,
            &format!("/tags/{at}/config"),
            config,
        )
    });
    let own = [localize, parse, segment].into_iter().flatten();
    own.chain(tags).collect()
}

/// What is said of the heads, and where they lie.
struct Described<'a> {
    manifest: &'a Manifest,
    said: &'a Value,
    pair: PairId,
    place: &'a Place,
}

impl Described<'_> {
    fn head<C: Clone>(
        &self,
        task: Task,
        entry: &HeadEntry<C>,
        config: fn(C) -> HeadConfig,
    ) -> Result<HeadFile, ModelError> {
        let field = match task {
            Task::Localize => "/localize/config",
            Task::Parse => "/parse/config",
            Task::Segment => "/segment/config",
        };
        self.described(task, entry, field, config)
    }

    /// The head whose shape is said under `field`.
    fn described<C: Clone>(
        &self,
        task: Task,
        entry: &HeadEntry<C>,
        field: &str,
        config: impl FnOnce(C) -> HeadConfig,
    ) -> Result<HeadFile, ModelError> {
        let shape = self.said.pointer(field).unwrap_or(&Value::Null);
        let (weights, path) = (
            self.place.weights(&entry.weights)?,
            self.place.path(&entry.weights),
        );
        let (eye, ear) = (&self.manifest.visual, &self.manifest.audio);
        let familiarity = entry.familiarity.as_ref().or(self.manifest.familiarity());
        Ok(HeadFile {
            id: head_id(task, &entry.labels, shape, self.pair, &weights, &path)?,
            name: self.manifest.name.clone(),
            config: config(entry.config.clone()),
            labels: entry.labels.clone(),
            pair: self.pair,
            backbones: [eye.description.name.clone(), ear.description.name.clone()],
            parent: None,
            untrained: entry.untrained,
            metrics: BTreeMap::new(),
            recipe: None,
            data: None,
            seed: None,
            familiarity: familiarity.and_then(Familiarity::read),
            calibration: entry.calibration.clone(),
            place: self.place.clone(),
            file: entry.weights.clone(),
        })
    }
}
