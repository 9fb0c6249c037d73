//! The features of a clip, batch after batch: from the cache where they are kept, else decoded, computed and kept.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::cache::FeatureCache;
use super::decode::Decoded;
use super::entry::KeptFeatures;
use super::error::FeatureError;
use super::extract::{PreparedSegment, Recipe, extract_audio, extract_visual};
use super::half_features::HalfFeatures;
use super::key::{EntryAbout, FeatureKey};
use super::repeats::Repeats;
use super::writer::FeatureWriter;
use crate::base::{CancelToken, TimeSpan};
use crate::media::{Clip, Source};
use crate::model::{FrozenPair, LayerFeatures, ModelError, PairAbout, SideAbout};

/// How long to wait for the decoder before saying that it is not that far.
const PATIENCE: Duration = Duration::from_millis(100);

/// Features of the next segments of a clip.
pub struct FeatureBatch {
    /// Of the backbone that looks, layers `[segments, tokens, width]`.
    pub visual: LayerFeatures,
    /// Of the backbone that listens.
    pub audio: LayerFeatures,
    /// How many segments.
    pub segments: usize,
    /// Whether all of them are the same as the one before them: a picture that stays, silence that lasts.
    pub repeated: bool,
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
        repeats: Repeats,
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
    /// Look for kept features and, for what is missing, start decoding. The backbones need not be loaded.
    ///
    /// # Errors
    /// When the system refuses to start a thread.
    pub fn start(
        source: Arc<dyn Source>,
        clip: &Arc<Clip>,
        spans: Vec<TimeSpan>,
        pair: &PairAbout,
        cache: Option<FeatureCache>,
        cancel: CancelToken,
    ) -> Result<Self, FeatureError> {
        let mut stream = Self::look(clip, spans.len(), pair, cache);
        let (look, listen) = (stream.visual.is_missing(), stream.audio.is_missing());
        if look || listen {
            let recipe = Recipe::of(pair).only(look, listen);
            stream.decoded = Some(Decoded::start(source, clip.clone(), spans, recipe, cancel)?);
        }
        Ok(stream)
    }

    /// The features that an earlier analysis left of both backbones, if it left them. Decodes nothing.
    pub fn kept(
        clip: &Clip,
        segments: usize,
        pair: &PairAbout,
        cache: FeatureCache,
    ) -> Option<Self> {
        let stream = Self::look(clip, segments, pair, Some(cache));
        (!stream.visual.is_missing() && !stream.audio.is_missing()).then_some(stream)
    }

    /// Asks the cache for both backbones' features.
    fn look(clip: &Clip, total: usize, pair: &PairAbout, cache: Option<FeatureCache>) -> Self {
        let [seen, heard] = FeatureKey::of_pair(clip.id, pair);
        let name = clip.path.file_name().unwrap_or(clip.path.as_os_str());
        let side = |about: &SideAbout, key| {
            let kept = cache.as_ref().and_then(|cache| cache.get(&key, total));
            kept.map_or_else(
                || Side::Computed {
                    key,
                    about: EntryAbout {
                        clip: name.to_string_lossy().into_owned(),
                        backbone: about.name.clone(),
                    },
                    keeping: match cache.is_some() {
                        true => Keeping::NotYet,
                        false => Keeping::Not,
                    },
                    repeats: Repeats::default(),
                },
                Side::Kept,
            )
        };
        Self {
            visual: side(&pair.visual, seen),
            audio: side(&pair.audio, heard),
            decoded: None,
            cache,
            total,
            next: 0,
        }
    }

    /// Have `wake` called whenever the decoder has got further, or has stopped.
    pub fn wake_by(&self, wake: impl Fn() + Send + 'static) {
        if let Some(decoded) = &self.decoded {
            decoded.wake_by(wake);
        }
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

    /// Features of at most `most` further segments; `None` when the decoder is not that far, for which this waits a moment.
    ///
    /// # Errors
    /// The clip cannot be read, the backbones cannot be loaded, the device fails, or kept features are damaged: then they have
    /// been removed.
    pub fn next(
        &mut self,
        pair: &FrozenPair,
        most: usize,
    ) -> Result<Option<FeatureBatch>, FeatureError> {
        self.advance(pair, most, PATIENCE)
    }

    /// The same without waiting.
    ///
    /// # Errors
    /// Those of [`Self::next`].
    pub fn try_next(
        &mut self,
        pair: &FrozenPair,
        most: usize,
    ) -> Result<Option<FeatureBatch>, FeatureError> {
        self.advance(pair, most, Duration::ZERO)
    }

    fn advance(
        &mut self,
        pair: &FrozenPair,
        most: usize,
        patience: Duration,
    ) -> Result<Option<FeatureBatch>, FeatureError> {
        let most = most.min(self.total - self.next);
        let prepared = match &self.decoded {
            Some(decoded) => decoded.take(most, patience)?,
            None => Vec::new(),
        };
        let segments = match self.is_kept() {
            true => most,
            false => prepared.len(),
        };
        if segments == 0 {
            return Ok(None);
        }
        let begin = Instant::now();
        let range = self.next..self.next + segments;
        let (cache, total) = (self.cache.as_ref(), self.total);
        type Run = fn(&FrozenPair, &[PreparedSegment]) -> Result<LayerFeatures, ModelError>;
        type Input = fn(&PreparedSegment) -> &Arc<[f32]>;
        let mut repeated = true;
        let mut of = |side: &mut Side, input: Input, run: Run| match side {
            Side::Kept(kept) => {
                repeated &= kept.are_repeated(range.clone());
                kept.read(range.clone()).ok_or_else(|| {
                    cache.inspect(|cache| cache.discard(kept.path()));
                    FeatureError::Damaged(kept.path().to_owned())
                })
            }
            Side::Computed { repeats, .. } => {
                let inputs: Vec<Arc<[f32]>> = prepared.iter().map(input).cloned().collect();
                repeated &= repeats.are_repeated(&inputs);
                let features = repeats.features(&inputs, |new| {
                    let new: Vec<PreparedSegment> =
                        new.iter().map(|&at| prepared[at].clone()).collect();
                    Ok(HalfFeatures::of(&run(pair, &new)?)?)
                })?;
                side.keep(&features, cache, total);
                Ok(features)
            }
        };
        let visual = of(&mut self.visual, |segment| &segment.picture, extract_visual)?;
        let audio = of(&mut self.audio, |segment| &segment.sound, extract_audio)?;
        let batch = FeatureBatch {
            visual: visual.to_device(pair.device()),
            audio: audio.to_device(pair.device()),
            segments,
            repeated,
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
            ..
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
