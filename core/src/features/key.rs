//! What kept features are valid for.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::extract::Recipe;
use crate::base::{ClipId, ContentHash};
use crate::model::PairAbout;

/// Which features: of which clip, by which backbone, from what preparation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FeatureKey {
    /// The clip's content.
    pub clip: ClipId,
    /// The backbone's weights and configuration.
    pub backbone: ContentHash,
    /// How its input is made from the clip.
    pub prep: ContentHash,
}

impl FeatureKey {
    /// Of a clip by both backbones of a pair: who looks, who listens.
    pub fn of_pair(clip: ClipId, pair: &PairAbout) -> [Self; 2] {
        let recipe = Recipe::of(pair);
        let key = |backbone, prep| Self {
            clip,
            backbone,
            prep,
        };
        [
            key(pair.visual.hash, recipe.image_hash()),
            key(pair.audio.hash, recipe.sound_hash()),
        ]
    }
}

/// Bytes of each hash in a file's name; the whole ones are inside.
const IN_NAME: usize = 10;
/// The ending of a file of kept features.
pub(super) const ENDING: &str = "features";

impl FeatureKey {
    /// The name of its file in the cache.
    pub(super) fn file_name(&self) -> PathBuf {
        let short = |hash: &ContentHash| hash.to_string()[..2 * IN_NAME].to_owned();
        let (clip, backbone) = (short(&self.clip.0), short(&self.backbone));
        format!("{clip}-{backbone}-{}.{ENDING}", short(&self.prep)).into()
    }
}

/// For people: whose features a file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryAbout {
    /// The clip's file name when it was analysed.
    pub clip: String,
    /// The backbone's name.
    pub backbone: String,
}
