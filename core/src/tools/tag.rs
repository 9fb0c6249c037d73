//! What the classifiers of published backbones hear and see in a clip, second by second: `mettle tag`.

use std::path::PathBuf;

use super::tagger::{Ear, Eye, Tagger};
use crate::base::TimeSpan;
use crate::engine::EngineError;
use crate::gpu::{DeviceChoice, DeviceReport, Prober, choose};
use crate::media::{Clip, LocalFiles, SegmentReader};
use crate::model::{BackboneFile, Precision};
use crate::predict::{SecondTags, Tag};

/// Seconds a pass.
const BATCH: usize = 4;
/// The rate at which a clip is read when nobody listens.
const ANY_RATE: u32 = 16_000;

/// What is to be tagged, by whom.
#[derive(Clone, Debug)]
pub struct TagRequest {
    /// The file to be tagged.
    pub clip: PathBuf,
    /// Who listens; nobody, where the sound is not asked for.
    pub audio: Option<BackboneFile>,
    /// Who looks; nobody, where the pictures are not asked for.
    pub visual: Option<BackboneFile>,
    /// Tags a second, of each.
    pub top: usize,
    /// On which device.
    pub device: DeviceChoice,
    /// In which numbers.
    pub precision: Precision,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct TagReport {
    /// On which device.
    pub device: DeviceReport,
    /// Names of who listened and who looked.
    pub models: [Option<String>; 2],
    /// One a second of the clip, in order.
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
    let load = |model: &Option<BackboneFile>, there: bool| {
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
    let mut segments = SegmentReader::open(&LocalFiles, &clip, spans.clone(), rate)?;
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
