//! A clip's film strip: one small picture a second.

use std::collections::BTreeMap;
use std::sync::Arc;

use mettle_core::engine::Thumbnail;
use mettle_core::media::RgbFrame;

/// A clip's small pictures, as far as they have come.
#[derive(Clone, Debug, Default)]
pub struct Strip {
    pictures: BTreeMap<u32, Arc<RgbFrame>>,
}

impl Strip {
    /// Take in some.
    pub fn add(&mut self, pictures: &[Thumbnail]) {
        let news = pictures.iter().map(|t| (t.second, t.picture.clone()));
        self.pictures.extend(news);
    }

    /// Whether none has come.
    pub fn is_empty(&self) -> bool {
        self.pictures.is_empty()
    }

    /// How many have come.
    pub fn len(&self) -> usize {
        self.pictures.len()
    }

    /// About how much memory it takes.
    pub fn bytes(&self) -> usize {
        self.pictures
            .values()
            .map(|picture| picture.data.len())
            .sum()
    }

    /// One to stand for the clip: the first that has come.
    pub fn cover(&self) -> Option<&Arc<RgbFrame>> {
        self.pictures.values().next()
    }

    /// The one for a second, or the last before it.
    pub fn at(&self, second: u32) -> Option<&Arc<RgbFrame>> {
        self.pictures.range(..=second).next_back().map(|(_, p)| p)
    }
}
