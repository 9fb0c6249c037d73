//! The features of a clip, batch after batch: from the cache where they are kept, else decoded, computed and kept.

use std::sync::Arc;
use std::time::{Duration, Instant};

use burn::tensor::Device;

use super::cache::FeatureCache;
use super::decode::Decoded;
use super::entry::KeptFeatures;
use super::error::FeatureError;
use super::extract::{Recipe, extract_audio, extract_visual};
use super::half_features::HalfFeatures;
use super::key::{EntryAbout, FeatureKey};
use super::writer::FeatureWriter;
use crate::base::{CancelToken, TimeSpan};
use crate::media::{Clip, Source};
use crate::model::{LayerFeatures, LoadedModel};

/// Features of the next segments of a clip.
pub struct FeatureBatch {
    /// Of the backbone that looks, layers `[segments, tokens, width]`.
    pub visual: LayerFeatures,
    /// Of the backbone that listens.
    pub audio: LayerFeatures,
    /// How many segments.
    pub segments: usize,
    /// How long it took once the decoder had them.
    pub time: Duration,
}

/// The features of both backbones for every segment of a clip, in order. Whether they come from the cache or from a
/// backbone, they are rounded to 16 bit, so that a second analysis says what the first one said.
pub struct FeatureStream {
    visual: Side,
    audio: Side,
    /// `None` when both backbones' features are kept.
    decoded: Option<Decoded>,
    cache: Option<FeatureCache>,
    total: usize,
    next: usize,
}

/// One backbone's features.
enum Side {
    Kept(KeptFeatures),
    Computed {
        key: FeatureKey,
        about: EntryAbout,
        keeping: Keeping,
    },
}

/// What becomes of computed features.
enum Keeping {
    /// Their sizes are not known yet.
    NotYet,
    Writing(Box<FeatureWriter>),
    Not,
}

impl FeatureStream {
    /// Look for kept features and, for what is missing, start decoding.
    ///
    /// # Errors
    /// When the system refuses to start a thread.
    pub fn start(
        source: Arc<dyn Source>,
        clip: &Arc<Clip>,
        spans: Vec<TimeSpan>,
        model: &LoadedModel,
        cache: Option<FeatureCache>,
        cancel: CancelToken,
    ) -> Result<Self, FeatureError> {
        let total = spans.len();
        let recipe = Recipe::of(model);
        let name = clip.path.file_name().unwrap_or(clip.path.as_os_str());
        let side = |backbone, prep, named: &str| {
            let key = FeatureKey {
                clip: clip.id,
                backbone,
                prep,
            };
            let kept = cache.as_ref().and_then(|cache| cache.get(&key, total));
            kept.map_or_else(
                || Side::Computed {
                    key,
                    about: EntryAbout {
                        clip: name.to_string_lossy().into_owned(),
                        backbone: named.to_owned(),
                    },
                    keeping: match cache.is_some() {
                        true => Keeping::NotYet,
                        false => Keeping::Not,
                    },
                },
                Side::Kept,
            )
        };
        let (seen, heard) = (model.visual.spec(), model.audio.spec());
        let visual = side(model.visual_hash, recipe.image_hash(), &seen.name);
        let audio = side(model.audio_hash, recipe.sound_hash(), &heard.name);
        let (look, listen) = (visual.is_missing(), audio.is_missing());
        let decoded = match look || listen {
            true => {
                let recipe = recipe.only(look, listen);
                Some(Decoded::start(source, clip.clone(), spans, recipe, cancel)?)
            }
            false => None,
        };
        Ok(Self {
            visual,
            audio,
            decoded,
            cache,
            total,
            next: 0,
        })
    }

    /// Whether no backbone has to run.
    pub fn is_kept(&self) -> bool {
        self.decoded.is_none()
    }

    /// Go on with this segment, where all features are kept; else nothing changes, because decoding goes in order.
    pub fn skip_to(&mut self, segment: usize) {
        if self.is_kept() {
            self.next = segment.min(self.total);
        }
    }

    /// Features of at most `most` further segments; `None` when the decoder is not that far.
    ///
    /// # Errors
    /// The clip cannot be read, the device fails, or kept features are damaged: then they have been removed.
    pub fn next(
        &mut self,
        model: &LoadedModel,
        device: &Device,
        most: usize,
    ) -> Result<Option<FeatureBatch>, FeatureError> {
        let prepared = match &self.decoded {
            Some(decoded) => decoded.take(most.min(self.total - self.next))?,
            None => Vec::new(),
        };
        let segments = match self.is_kept() {
            true => most.min(self.total - self.next),
            false => prepared.len(),
        };
        if segments == 0 {
            return Ok(None);
        }
        let begin = Instant::now();
        let range = self.next..self.next + segments;
        let (cache, total) = (self.cache.as_ref(), self.total);
        let of = |side: &mut Side, run: &dyn Fn() -> LayerFeatures| match side {
            Side::Kept(kept) => kept.read(range.clone()).ok_or_else(|| {
                cache.inspect(|cache| cache.discard(kept.path()));
                FeatureError::Damaged(kept.path().to_owned())
            }),
            Side::Computed { .. } => {
                let features = HalfFeatures::of(&run())?;
                side.keep(&features, cache, total);
                Ok(features)
            }
        };
        let visual = of(&mut self.visual, &|| {
            extract_visual(model, &prepared, device)
        })?;
        let audio = of(&mut self.audio, &|| extract_audio(model, &prepared, device))?;
        let batch = FeatureBatch {
            visual: visual.to_device(device),
            audio: audio.to_device(device),
            segments,
            time: begin.elapsed(),
        };
        self.next += segments;
        if self.next == total {
            self.finish();
        }
        Ok(Some(batch))
    }

    /// Put what was computed into its place.
    fn finish(&mut self) {
        for side in [&mut self.visual, &mut self.audio] {
            if let Side::Computed { keeping, .. } = side
                && let Keeping::Writing(writer) = std::mem::replace(keeping, Keeping::Not)
                && let Err(error) = writer.finish()
            {
                log::warn!("features are not kept: {error}");
            }
        }
        if let (Some(cache), false) = (&self.cache, self.is_kept()) {
            cache.make_room();
        }
    }
}

impl Side {
    fn is_missing(&self) -> bool {
        matches!(self, Self::Computed { .. })
    }

    /// Write computed features down. A disk that is full costs time at the next analysis, not this one's result.
    fn keep(&mut self, features: &HalfFeatures, cache: Option<&FeatureCache>, total: usize) {
        let Self::Computed {
            key,
            about,
            keeping,
        } = self
        else {
            return;
        };
        if matches!(keeping, Keeping::NotYet) {
            let started =
                cache.and_then(|cache| cache.start(*key, about.clone(), total, features.sizes()));
            *keeping = started.map_or(Keeping::Not, |writer| Keeping::Writing(Box::new(writer)));
        }
        if let Keeping::Writing(writer) = keeping
            && let Err(error) = writer.append(features)
        {
            log::warn!("features are not kept: {error}");
            *keeping = Keeping::Not;
        }
    }
}
