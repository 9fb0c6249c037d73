//! Backbones with their classifiers: what each makes of a second's sound or picture.

use burn::tensor::{Device, Tensor, TensorData};

use crate::base::Labels;
use crate::engine::EngineError;
use crate::media::SegmentData;
use crate::model::{
    Backbone, BackboneFile, HtsAtConfig, ImagePrep, LoadAs, ModelError, Precision, Prep, SoundInput,
};
use crate::predict::{Tag, best_of};

/// A backbone with its classifier, loaded.
pub(super) struct Tagger {
    pub name: String,
    labels: Labels,
    prep: Prep,
    backbone: Box<dyn Backbone>,
}

impl Tagger {
    pub fn load(
        file: &BackboneFile,
        device: &Device,
        precision: Precision,
    ) -> Result<Self, EngineError> {
        let how = LoadAs {
            classifier: true,
            precision,
        };
        let desc = file.description.classifying();
        Ok(Self {
            labels: desc.class_names()?,
            prep: desc.prep()?,
            name: desc.name.clone(),
            backbone: desc.load_as(&file.weights, device, how)?,
        })
    }

    /// The best classes of each of `n` inputs.
    fn tags(
        &self,
        values: Vec<f32>,
        n: usize,
        [c, h, w]: [usize; 3],
        top: usize,
        device: &Device,
    ) -> Result<Vec<Vec<Tag>>, EngineError> {
        let input = Tensor::<4>::from_data(TensorData::new(values, [n, c, h, w]), device);
        let features = self.backbone.forward(input);
        let scores = self.backbone.classify(&features);
        let scores = scores
            .ok_or_else(|| ModelError::Config(format!("{}: has no classifier", self.name)))?;
        Ok(best_of(scores, &self.labels, top)?)
    }
}

/// A tagger that takes sound.
pub(super) struct Ear<'a> {
    tagger: &'a Tagger,
    pub prep: SoundInput,
}

impl<'a> Ear<'a> {
    pub fn of(tagger: &'a Tagger) -> Result<Self, EngineError> {
        let prep = match &tagger.prep {
            Prep::Logmel(prep) => SoundInput::Logmel(prep.clone()),
            Prep::Fbank(prep) => SoundInput::Fbank(prep.clone()),
            Prep::Image(_) => {
                return Err(
                    ModelError::Config(format!("{}: has no ear for sound", tagger.name)).into(),
                );
            }
        };
        Ok(Self { tagger, prep })
    }

    pub fn tags(
        &self,
        batch: &[SegmentData],
        top: usize,
        device: &Device,
    ) -> Result<Vec<Vec<Tag>>, EngineError> {
        let sounds = batch.iter().flat_map(|segment| {
            let sound = segment.sound.as_deref().unwrap_or_default();
            self.prep.second(sound, HtsAtConfig::TILE)
        });
        let values: Vec<f32> = sounds.collect();
        let shape = self.prep.shape(values.len() / batch.len().max(1));
        self.tagger.tags(values, batch.len(), shape, top, device)
    }
}

/// A tagger that takes pictures.
pub(super) struct Eye<'a> {
    tagger: &'a Tagger,
    prep: &'a ImagePrep,
}

impl<'a> Eye<'a> {
    pub fn of(tagger: &'a Tagger) -> Result<Self, EngineError> {
        match &tagger.prep {
            Prep::Image(prep) => Ok(Self { tagger, prep }),
            _ => {
                Err(ModelError::Config(format!("{}: has no eye for pictures", tagger.name)).into())
            }
        }
    }

    pub fn tags(
        &self,
        batch: &[SegmentData],
        top: usize,
        device: &Device,
    ) -> Result<Vec<Vec<Tag>>, EngineError> {
        let shape = [3, self.prep.height, self.prep.width];
        let black = vec![0.0; shape.iter().product()];
        let pictures = batch.iter().flat_map(|segment| {
            let frame = segment.frame.as_ref();
            frame.map_or_else(|| black.clone(), |frame| self.prep.frame(frame))
        });
        let values = pictures.collect();
        self.tagger.tags(values, batch.len(), shape, top, device)
    }
}
