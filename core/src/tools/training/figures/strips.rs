//! Figure 6: where the pictures of clips sound, as is true and as heads say.

use serde::Serialize;

use super::ground::Ground;
use crate::base::CancelToken;
use crate::data::Item;
use crate::features::FeatureError;
use crate::gpu::ComputeError;
use crate::media::RgbFrame;
use crate::model::TaskHead;
use crate::predict::ProbabilityMap;
use crate::tools::training::error::TrainingError;
use crate::tools::training::request::TrainNews;
use crate::train::{Batch, TrainError, frame_iou};

/// The largest picture, in pixels.
const PICTURE: (usize, usize) = (160, 160);
/// From which probability on a place sounds, as AVSBench has it.
const SOUNDS: f32 = 0.5;

/// One clip.
#[derive(Clone, Debug, Serialize)]
pub struct ClipStrips {
    /// As the lists have it.
    pub name: String,
    /// The picture of each second.
    #[serde(skip)]
    pub pictures: Vec<RgbFrame>,
    /// What is true, then each head.
    pub strips: Vec<Strip>,
}

/// The masks of a clip by one word.
#[derive(Clone, Debug, Serialize)]
pub struct Strip {
    /// `with LCD`.
    pub name: String,
    /// Of each second, white where it sounds, as large as the picture; `None` where nobody knows.
    #[serde(skip)]
    pub masks: Vec<Option<RgbFrame>>,
    /// Overlap with what is true of each second of which that is known; none for what is true itself.
    pub overlap: Vec<f64>,
}

/// Of the first clips.
pub(super) fn of_clips(
    ground: &Ground<'_>,
    wanted: usize,
    stop: &CancelToken,
    tell: &mut dyn FnMut(TrainNews<'_>),
) -> Result<Option<Vec<ClipStrips>>, TrainingError> {
    ground.each(wanted, stop, tell, &mut |item, batch| {
        let pictures = pictures(ground, item)?;
        let size = pictures.first().map_or(PICTURE, |p| (p.width, p.height));
        let Some(targets) = batch.targets.first() else {
            return Ok(None);
        };
        let truth = targets.masks.iter().map(|mask| {
            let mask = mask.as_ref()?;
            let (rows, columns) = mask.size;
            let places = mask
                .sounds
                .iter()
                .map(|sounds| f32::from(u8::from(*sounds)));
            Some(ProbabilityMap::new(columns, rows, places))
        });
        let truth: Vec<Option<ProbabilityMap>> = truth.collect();
        let mut strips = vec![Strip {
            name: "true".to_owned(),
            masks: truth
                .iter()
                .map(|map| Some(drawn(map.as_ref()?, size)))
                .collect(),
            overlap: vec![],
        }];
        for (name, head) in &ground.heads {
            let maps = maps(head, batch)?;
            let known = maps.iter().zip(&targets.masks);
            let overlap = known.filter_map(|(map, mask)| {
                let mask = mask.as_ref()?;
                let (rows, columns) = mask.size;
                let found = map.stretched_above(columns, rows, SOUNDS);
                let found: Vec<f32> = found
                    .into_iter()
                    .map(|on| f32::from(u8::from(on)))
                    .collect();
                Some(frame_iou(&found, &mask.sounds))
            });
            strips.push(Strip {
                name: name.clone(),
                overlap: overlap.collect(),
                masks: maps.iter().map(|map| Some(drawn(map, size))).collect(),
            });
        }
        Ok(Some(ClipStrips {
            name: item.name.clone(),
            pictures,
            strips,
        }))
    })
}

fn pictures(ground: &Ground<'_>, item: &Item) -> Result<Vec<RgbFrame>, TrainError> {
    let kind = ground.dataset.kind;
    let failed = |e| TrainError::from(FeatureError::Media(e));
    let open = item.recording.open(kind.seconds(), ground.recipe.cut(kind));
    let open = open.map_err(failed)?;
    let mut pictures = open
        .source
        .sampled_pictures(&open.clip.path)
        .map_err(failed)?;
    let spans = open.spans.iter();
    spans
        .map(|span| {
            let frame = pictures.frame_at(span.middle()).map_err(failed)?;
            Ok(frame.picture.to_rgb_within(PICTURE.0, PICTURE.1))
        })
        .collect()
}

fn maps(head: &TaskHead, batch: &Batch) -> Result<Vec<ProbabilityMap>, TrainError> {
    let TaskHead::Segment(head) = head else {
        return Err(TrainError::Data(
            "figure 6 is of heads for masks: take a data set like AVSBench's".to_owned(),
        ));
    };
    let (rows, columns) = head.mask();
    let output = head.forward(&batch.visual, &batch.audio, 1)?;
    let values = output.probabilities().into_data().try_to_vec::<f32>();
    let values = values.map_err(|e| TrainError::Device(ComputeError::of(e)))?;
    let frames = values.chunks_exact((rows * columns).max(1));
    Ok(frames
        .map(|frame| ProbabilityMap::new(columns, rows, frame.iter().copied()))
        .collect())
}

/// White where it sounds.
fn drawn(map: &ProbabilityMap, (width, height): (usize, usize)) -> RgbFrame {
    let on = map.stretched_above(width, height, SOUNDS);
    RgbFrame {
        width,
        height,
        data: on
            .into_iter()
            .flat_map(|on| [u8::from(on) * 255; 3])
            .collect(),
    }
}
