//! What the classifiers of published backbones hear and see in a clip, second by second: `mettle tag`, and beside an analysis.

mod tagger;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use self::tagger::{Ear, Eye, Tagger};
use super::{BackboneFiles, EngineError};
use crate::base::{Labels, TimeSpan};
use crate::gpu::{DeviceChoice, DeviceReport, Prober, choose};
use crate::media::{Clip, SegmentReader};
use crate::model::{Backbone, LayerFeatures, LoadedModel, Precision};

/// Seconds a pass.
const BATCH: usize = 4;
/// The rate at which a clip is read when nobody listens.
const ANY_RATE: u32 = 16_000;
/// Tags a second, of each classifier, beside an analysis.
const BESIDE: usize = 5;

/// What is to be tagged, by whom.
#[derive(Clone, Debug)]
pub struct TagRequest {
    /// The clip.
    pub clip: PathBuf,
    /// Who listens.
    pub audio: Option<BackboneFiles>,
    /// Who looks.
    pub visual: Option<BackboneFiles>,
    /// Tags a second, of each.
    pub top: usize,
    /// On which device.
    pub device: DeviceChoice,
    /// In which numbers.
    pub precision: Precision,
}

/// One class and how probable it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tag {
    /// The class.
    pub label: String,
    /// 0 to 1. AudioSet's classes are independent of each other; ImageNet's share one.
    pub score: f32,
}

impl Tag {
    /// The first word for the class: what follows it are synonyms.
    pub fn short(&self) -> &str {
        self.label.split(',').next().unwrap_or_default()
    }
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

/// Tags every second of a clip; `each` hears how many of how many are done.
///
/// # Errors
/// The clip cannot be read, the device cannot be had, or a model does not fit its weights or its side.
pub fn tag_clip(
    request: &TagRequest,
    prober: &Prober,
    mut each: impl FnMut(usize, usize),
) -> Result<TagReport, EngineError> {
    let (clip, _) = Clip::open_unnamed(&request.clip)?;
    let (device, report) = choose(request.device, prober)?;
    let load = |model: &Option<BackboneFiles>, there: bool| {
        let model = model.as_ref().filter(|_| there);
        model
            .map(|model| Tagger::load(model, &device, request.precision))
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

/// The tags of seconds whose features are there, by the backbones' own classifiers; none where neither has one. What the clip
/// lacks is not tagged.
///
/// # Errors
/// When the device fails.
pub(super) fn tags_of(
    model: &LoadedModel,
    clip: &Clip,
    (visual, audio): (&LayerFeatures, &LayerFeatures),
    spans: &[TimeSpan],
) -> Result<Vec<SecondTags>, EngineError> {
    let ask = |backbone: &dyn Backbone, features, classes: &Option<Labels>, there: bool| {
        let classes = classes.as_ref().filter(|_| there);
        let tags = classes.and_then(|classes| {
            let scores = backbone.classify(features)?;
            Some(tagger::best_of(scores, classes, BESIDE))
        });
        tags.unwrap_or_else(|| Ok(vec![Vec::new(); spans.len()]))
    };
    if model.visual_classes.is_none() && model.audio_classes.is_none() {
        return Ok(Vec::new());
    }
    let (looks, listens) = (&*model.visual, &*model.audio);
    let seen = ask(looks, visual, &model.visual_classes, clip.video.is_some())?;
    let heard = ask(listens, audio, &model.audio_classes, clip.audio.is_some())?;
    let seconds = spans.iter().zip(heard).zip(seen);
    Ok(seconds
        .map(|((span, heard), seen)| SecondTags {
            span: *span,
            heard,
            seen,
        })
        .collect())
}
