//! What the classifiers of published backbones hear and see in a clip, second by second: `mettle tag`.

use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor, TensorData};
use serde::Serialize;

use super::EngineError;
use crate::base::{Labels, TimeSpan};
use crate::gpu::{DeviceChoice, DeviceReport, Prober, choose};
use crate::hub::{self, Places};
use crate::media::{Clip, SegmentData, SegmentReader};
use crate::model::{
    Backbone, ImagePrep, LoadAs, ModelDesc, ModelError, Precision, Prep, SoundInput,
};

/// Seconds a pass.
const BATCH: usize = 4;
/// How often a second is repeated for HTS-AT, which was trained on ten.
const TILE: usize = 10;
/// The rate at which a clip is read when nobody listens.
const ANY_RATE: u32 = 16_000;

/// A backbone whose classifier is to be asked.
#[derive(Clone, Debug)]
pub struct TagModel {
    /// Its description, as in `assets/models/`.
    pub description: String,
    /// Where the description is, for errors.
    pub origin: PathBuf,
    /// Its checkpoint.
    pub weights: PathBuf,
}

/// What is to be tagged, by whom.
#[derive(Clone, Debug)]
pub struct TagRequest {
    /// The clip.
    pub clip: PathBuf,
    /// Who listens.
    pub audio: Option<TagModel>,
    /// Who looks.
    pub visual: Option<TagModel>,
    /// Tags a second, of each.
    pub top: usize,
    /// On which device.
    pub device: DeviceChoice,
    /// In which numbers.
    pub precision: Precision,
}

/// One class and how probable it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tag {
    /// The class.
    pub label: String,
    /// 0 to 1. AudioSet's classes are independent of each other; ImageNet's share one.
    pub score: f32,
}

/// The most probable classes of a second, best first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SecondTags {
    /// Which second.
    pub span: TimeSpan,
    /// What is heard; empty where nobody listens or there is no sound.
    pub heard: Vec<Tag>,
    /// What is seen; empty where nobody looks or there are no pictures.
    pub seen: Vec<Tag>,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct TagReport {
    /// On which device.
    pub device: DeviceReport,
    /// Names of who listened and who looked.
    pub models: [Option<String>; 2],
    /// In order.
    pub seconds: Vec<SecondTags>,
}

impl TagModel {
    /// From a description in a file, with the weights beside it under the same name.
    ///
    /// # Errors
    /// The file cannot be read, or there are no such weights.
    pub fn beside(file: &Path) -> Result<Self, EngineError> {
        let description = std::fs::read_to_string(file).map_err(|e| ModelError::io(file, e))?;
        let endings = ["safetensors", "ckpt", "pth", "pt", "bin"];
        let candidates = endings.iter().map(|ending| file.with_extension(ending));
        let weights = candidates.into_iter().find(|path| path.is_file());
        let missing = || {
            let endings = endings.join(", .");
            ModelError::format(
                file,
                format!("has no weights beside it: the same name, ending in .{endings}"),
            )
        };
        Ok(Self {
            description,
            origin: file.to_owned(),
            weights: weights.ok_or_else(missing)?,
        })
    }

    /// One of `mettle models list`, or a part of its name that no other has; its weights are looked for in `folder` first.
    ///
    /// # Errors
    /// There is no such model, or its weights are not on this machine.
    pub fn named(name: &str, folder: Option<&Path>) -> Result<Self, EngineError> {
        let entry = hub::entry(name)?;
        let found = Places::usual(folder).find(&entry);
        let missing = || EngineError::NoWeights(entry.key.clone());
        Ok(Self {
            description: hub::description(&entry.key).unwrap_or_default().to_owned(),
            origin: PathBuf::from(format!("{}.json", entry.key)),
            weights: found.ok_or_else(missing)?.path,
        })
    }

    fn load(&self, device: &Device, precision: Precision) -> Result<Tagger, EngineError> {
        let how = LoadAs {
            classifier: true,
            precision,
        };
        let desc = ModelDesc::parse(&self.description, &self.origin)?.classifying();
        Ok(Tagger {
            labels: desc.class_names()?,
            prep: desc.prep()?,
            name: desc.name.clone(),
            backbone: desc.load_as(&self.weights, device, how)?,
        })
    }
}

/// A backbone with its classifier, loaded.
struct Tagger {
    name: String,
    labels: Labels,
    prep: Prep,
    backbone: Box<dyn Backbone>,
}

/// Tags every second of a clip; `each` hears how many of how many are done.
///
/// # Errors
/// The clip cannot be read, the device cannot be had, or a model does not fit its weights or its side.
pub fn tag_clip(
    request: &TagRequest,
    prober: &Prober,
    mut each: impl FnMut(usize, usize),
) -> Result<TagReport, EngineError> {
    let (clip, _) = Clip::open_with_warnings(&request.clip)?;
    let (device, report) = choose(request.device, prober)?;
    let load = |model: &Option<TagModel>, there: bool| {
        let model = model.as_ref().filter(|_| there);
        model
            .map(|model| model.load(&device, request.precision))
            .transpose()
    };
    let audio = load(&request.audio, clip.audio.is_some())?;
    let visual = load(&request.visual, clip.video.is_some())?;
    let ear = audio.as_ref().map(Ear::of).transpose()?;
    let eye = visual.as_ref().map(Eye::of).transpose()?;
    let spans = TimeSpan::seconds_of(clip.duration);
    let rate = ear.as_ref().map_or(ANY_RATE, |ear| ear.prep.sample_rate());
    let mut segments = SegmentReader::open(&clip, spans.clone(), rate)?;
    let mut seconds = Vec::with_capacity(spans.len());
    while seconds.len() < spans.len() {
        let batch = segments
            .by_ref()
            .take(BATCH)
            .collect::<Result<Vec<_>, _>>()?;
        if batch.is_empty() {
            break;
        }
        let asked = |tags: Option<Result<Vec<Vec<Tag>>, EngineError>>| {
            tags.unwrap_or_else(|| Ok(vec![Vec::new(); batch.len()]))
        };
        let heard = asked(
            ear.as_ref()
                .map(|ear| ear.tags(&batch, request.top, &device)),
        )?;
        let seen = asked(
            eye.as_ref()
                .map(|eye| eye.tags(&batch, request.top, &device)),
        )?;
        for ((segment, heard), seen) in batch.iter().zip(heard).zip(seen) {
            seconds.push(SecondTags {
                span: segment.span,
                heard,
                seen,
            });
        }
        each(seconds.len(), spans.len());
    }
    let name = |tagger: &Option<Tagger>| tagger.as_ref().map(|tagger| tagger.name.clone());
    Ok(TagReport {
        device: report,
        models: [name(&audio), name(&visual)],
        seconds,
    })
}

/// Who listens.
struct Ear<'a> {
    tagger: &'a Tagger,
    prep: SoundInput,
}

impl<'a> Ear<'a> {
    fn of(tagger: &'a Tagger) -> Result<Self, EngineError> {
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

    fn tags(
        &self,
        batch: &[SegmentData],
        top: usize,
        device: &Device,
    ) -> Result<Vec<Vec<Tag>>, EngineError> {
        let sounds = batch.iter().flat_map(|segment| {
            let sound = segment.sound.as_deref().unwrap_or_default();
            self.prep.second(sound, TILE)
        });
        let values: Vec<f32> = sounds.collect();
        let shape = self.prep.shape(values.len() / batch.len().max(1));
        self.tagger.tags(values, batch.len(), shape, top, device)
    }
}

/// Who looks.
struct Eye<'a> {
    tagger: &'a Tagger,
    prep: &'a ImagePrep,
}

impl<'a> Eye<'a> {
    fn of(tagger: &'a Tagger) -> Result<Self, EngineError> {
        match &tagger.prep {
            Prep::Image(prep) => Ok(Self { tagger, prep }),
            _ => {
                Err(ModelError::Config(format!("{}: has no eye for pictures", tagger.name)).into())
            }
        }
    }

    fn tags(
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

impl Tagger {
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
        let classes = scores.dims()[1].max(1);
        let scores: Vec<f32> = scores
            .try_into_vec_as()
            .map_err(|e| EngineError::Compute(format!("{e:?}")))?;
        Ok(scores
            .chunks(classes)
            .map(|row| self.best(row, top))
            .collect())
    }

    fn best(&self, scores: &[f32], top: usize) -> Vec<Tag> {
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
        let named = order.into_iter().take(top).filter_map(|class| {
            Some(Tag {
                label: self.labels.get(class)?.to_string(),
                score: scores[class],
            })
        });
        named.collect()
    }
}
