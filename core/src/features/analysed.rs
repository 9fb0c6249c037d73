//! Which clips a pair of backbones has been over already.

use super::cache::FeatureCache;
use super::entry::{Header, KeptFeatures};
use super::key::FeatureKey;
use super::listing::stored;
use crate::base::ClipId;
use crate::model::PairAbout;

impl FeatureCache {
    /// Clips of which both backbones' features are kept, and of how many segments, the most recently used first: `most` at most of
    /// those that are wanted.
    pub fn analysed(
        &self,
        pair: &PairAbout,
        wanted: impl Fn(ClipId, usize) -> bool,
        most: usize,
    ) -> Vec<(ClipId, usize)> {
        let [any, _] = FeatureKey::of_pair(ClipId::default(), pair);
        let name = any.file_name().to_string_lossy().into_owned();
        // All names of what the backbone that looks made end alike.
        let Some((_, ending)) = name.split_once('-') else {
            return vec![];
        };
        let files = stored(self.folder()).into_iter().rev();
        let looked = files.filter(|file| file.path.to_string_lossy().ends_with(ending));
        let clips = looked.filter_map(|file| {
            let mut opened = std::fs::File::open(&file.path).ok()?;
            let (header, _) = Header::read(&mut opened)?;
            let (clip, segments) = (header.key.clip, header.segments);
            let keys = FeatureKey::of_pair(clip, pair);
            if segments == 0 || !wanted(clip, segments) {
                return None;
            }
            let whole = keys.iter().all(|key| {
                let path = self.folder().join(key.file_name());
                KeptFeatures::open(&path, key, segments).is_some()
            });
            whole.then_some((clip, segments))
        });
        clips.take(most).collect()
    }
}
