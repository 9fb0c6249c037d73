//! From segments to the layer features of both backbones.

use std::sync::Arc;

use burn::tensor::{Tensor, TensorData};

use crate::base::{ContentHash, KeyHasher};
use crate::gpu::ComputeError;
use crate::media::{Clip, RgbFrame, SegmentData};
use crate::model::{
    FrozenPair, ImagePrep, LayerFeatures, ModelError, PairAbout, SoundInput, describe,
};

/// A grey in the middle: what a backbone sees of a clip without pictures.
const GREY: u8 = 128;
/// Counts up whenever the same clip and recipe give other inputs than before: kept features are then computed anew.
const GENERATION: u64 = 1;

/// How a model wants its segments prepared. Belongs to no thread and no device, so that decoding can do it.
#[derive(Clone, Debug)]
pub struct Recipe {
    image: ImagePrep,
    sound: SoundInput,
    tile: usize,
    /// Whether pictures and sound are wanted at all.
    wanted: (bool, bool),
}

/// One segment as the backbones take it; what is not wanted is empty. What is the same as in the segment before is shared with
/// it, where the two were prepared one after the other.
#[derive(Clone, Debug)]
pub struct PreparedSegment {
    /// `[3, height, width]`, normalised.
    pub(super) picture: Arc<[f32]>,
    /// A spectrogram or a picture of it, as the model has it.
    pub(super) sound: Arc<[f32]>,
}

impl Recipe {
    /// The recipe of a pair of backbones.
    pub fn of(pair: &PairAbout) -> Self {
        let (image, sound) = (pair.image_prep.clone(), pair.sound_prep.clone());
        Self::new(image, sound, pair.sound_tile)
    }

    /// Of pictures and sound made so; `tile` is how often a spectrogram repeats its second.
    pub fn new(image: ImagePrep, sound: SoundInput, tile: usize) -> Self {
        Self {
            image,
            sound,
            tile,
            wanted: (true, true),
        }
    }

    /// The sample rate at which it wants sound.
    pub fn sample_rate(&self) -> u32 {
        self.sound.sample_rate()
    }

    /// The same for one backbone only, where the other's features are kept.
    pub fn only(self, pictures: bool, sound: bool) -> Self {
        Self {
            wanted: (pictures, sound),
            ..self
        }
    }

    /// The clip without what is not wanted.
    pub(super) fn needed_of(&self, clip: &Clip) -> Clip {
        let (pictures, sound) = self.wanted;
        Clip {
            video: clip.video.clone().filter(|_| pictures),
            audio: clip.audio.clone().filter(|_| sound),
            ..clip.clone()
        }
    }

    /// Names how pictures are made into input.
    pub fn image_hash(&self) -> ContentHash {
        self.image.key(inputs("pictures")).finish()
    }

    /// Names how sound is made into input.
    pub fn sound_hash(&self) -> ContentHash {
        let key = self.sound.key(inputs("sound"));
        key.count(self.tile).finish()
    }

    /// Prepare one segment. What the clip lacks is replaced: no pictures by mid-grey, no sound by silence.
    pub fn prepare(&self, segment: &SegmentData) -> PreparedSegment {
        PreparedSegment {
            picture: self.picture(segment),
            sound: self.sound(segment),
        }
    }

    /// The same for a segment that comes after another.
    pub(super) fn prepare_after(
        &self,
        segment: &SegmentData,
        (last, prepared): (&SegmentData, &PreparedSegment),
    ) -> PreparedSegment {
        PreparedSegment {
            picture: match segment.frame == last.frame {
                true => prepared.picture.clone(),
                false => self.picture(segment),
            },
            sound: match segment.sound == last.sound {
                true => prepared.sound.clone(),
                false => self.sound(segment),
            },
        }
    }

    fn picture(&self, segment: &SegmentData) -> Arc<[f32]> {
        if !self.wanted.0 {
            return Arc::new([]);
        }
        let grey = || RgbFrame {
            width: 1,
            height: 1,
            data: vec![GREY; 3],
        };
        let frame = segment.frame.clone().unwrap_or_else(grey);
        self.image.frame(&frame).into()
    }

    fn sound(&self, segment: &SegmentData) -> Arc<[f32]> {
        if !self.wanted.1 {
            return Arc::new([]);
        }
        let sound = segment.sound.as_deref().unwrap_or_default();
        self.sound.second(sound, self.tile).into()
    }
}

/// Begins the name of a preparation, and of how segments are cut from clips.
fn inputs(of: &str) -> KeyHasher {
    KeyHasher::new("mettle inputs 1").whole(GENERATION).text(of)
}

/// What familiarity is judged by: [`describe`] of the visual features, followed by the same of the audio features, a row a
/// segment.
///
/// # Errors
/// When the device fails.
pub fn pooled(
    visual: &LayerFeatures,
    audio: &LayerFeatures,
) -> Result<Vec<Vec<f32>>, ComputeError> {
    let both = Tensor::cat(vec![describe(visual), describe(audio)], 1);
    let width = both.dims()[1].max(1);
    let values = both.into_data().try_to_vec::<f32>();
    let values = values.map_err(ComputeError::of)?;
    Ok(values.chunks(width).map(<[f32]>::to_vec).collect())
}

/// Visual and audio features of a batch of n segments, layers `[n, tokens, width]`. No gradients.
///
/// # Errors
/// The backbones cannot be loaded.
pub fn extract(
    pair: &FrozenPair,
    batch: &[PreparedSegment],
) -> Result<(LayerFeatures, LayerFeatures), ModelError> {
    Ok((extract_visual(pair, batch)?, extract_audio(pair, batch)?))
}

/// Features of the backbone that looks.
///
/// # Errors
/// The backbones cannot be loaded.
pub fn extract_visual(
    pair: &FrozenPair,
    batch: &[PreparedSegment],
) -> Result<LayerFeatures, ModelError> {
    let pictures = batch.iter().map(|s| &s.picture[..]).collect::<Vec<_>>();
    let image = &pair.about().image_prep;
    let shape = [batch.len(), 3, image.height, image.width];
    let input = Tensor::from_data(TensorData::new(pictures.concat(), shape), pair.device());
    Ok(pair.backbones()?.visual.forward(input))
}

/// Features of the backbone that listens.
///
/// # Errors
/// The backbones cannot be loaded.
pub fn extract_audio(
    pair: &FrozenPair,
    batch: &[PreparedSegment],
) -> Result<LayerFeatures, ModelError> {
    let sounds = batch.iter().map(|s| &s.sound[..]).collect::<Vec<_>>();
    let sounds = sounds.concat();
    let sound = &pair.about().sound_prep;
    let [c, h, w] = sound.shape(sounds.len() / batch.len().max(1));
    let input = Tensor::from_data(
        TensorData::new(sounds, [batch.len(), c, h, w]),
        pair.device(),
    );
    Ok(pair.backbones()?.audio.forward(input))
}
