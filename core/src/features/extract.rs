//! From segments to the layer features of both backbones.

use burn::tensor::{Device, Tensor, TensorData};

use crate::media::{RgbFrame, SegmentData};
use crate::model::{ImagePrep, LayerFeatures, LoadedModel, SoundInput, describe};

/// A grey in the middle: what a backbone sees of a clip without pictures.
const GREY: u8 = 128;

/// How a model wants its segments prepared. Belongs to no thread and no device, so that decoding can do it.
#[derive(Clone, Debug)]
pub struct Recipe {
    image: ImagePrep,
    sound: SoundInput,
    tile: usize,
}

/// One segment as the backbones take it.
#[derive(Clone, Debug)]
pub struct PreparedSegment {
    /// `[3, height, width]`, normalised.
    picture: Vec<f32>,
    /// A spectrogram or a picture of it, as the model has it.
    sound: Vec<f32>,
}

impl Recipe {
    /// The recipe of a model.
    pub fn of(model: &LoadedModel) -> Self {
        Self {
            image: model.image_prep.clone(),
            sound: model.sound_prep.clone(),
            tile: model.sound_tile,
        }
    }

    /// The sample rate at which it wants sound.
    pub fn sample_rate(&self) -> u32 {
        self.sound.sample_rate()
    }

    /// Prepare one segment. What the clip lacks is replaced: no pictures by mid-grey, no sound by silence.
    pub fn prepare(&self, segment: &SegmentData) -> PreparedSegment {
        let grey = || RgbFrame {
            width: 1,
            height: 1,
            data: vec![GREY; 3],
        };
        let frame = segment.frame.clone().unwrap_or_else(grey);
        let sound = segment.sound.as_deref().unwrap_or_default();
        PreparedSegment {
            picture: self.image.frame(&frame),
            sound: self.sound.second(sound, self.tile),
        }
    }
}

/// What familiarity is judged by: [`describe`] of the visual features, followed by the same of the audio features, a row a
/// segment.
///
/// # Errors
/// When the device fails.
pub fn pooled(visual: &LayerFeatures, audio: &LayerFeatures) -> Result<Vec<Vec<f32>>, String> {
    let both = Tensor::cat(vec![describe(visual), describe(audio)], 1);
    let width = both.dims()[1].max(1);
    let values = both.into_data().try_to_vec::<f32>();
    let values = values.map_err(|error| format!("{error:?}"))?;
    Ok(values.chunks(width).map(<[f32]>::to_vec).collect())
}

/// Visual and audio features of a batch of n segments, layers `[n, tokens, width]`. No gradients.
pub fn extract(
    model: &LoadedModel,
    batch: &[PreparedSegment],
    device: &Device,
) -> (LayerFeatures, LayerFeatures) {
    let n = batch.len();
    let join = |part: fn(&PreparedSegment) -> &Vec<f32>| -> Vec<f32> {
        batch
            .iter()
            .flat_map(|segment| part(segment).iter().copied())
            .collect()
    };
    let tensor = |values: Vec<f32>, shape: [usize; 4]| -> Tensor<4> {
        Tensor::from_data(TensorData::new(values, shape), device)
    };
    let image = &model.image_prep;
    let pictures = tensor(join(|s| &s.picture), [n, 3, image.height, image.width]);
    let sounds = join(|s| &s.sound);
    let [c, h, w] = model.sound_prep.shape(sounds.len() / n.max(1));
    let sounds = tensor(sounds, [n, c, h, w]);
    (model.visual.forward(pictures), model.audio.forward(sounds))
}
