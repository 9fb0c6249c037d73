//! Figure 4: the seconds of clips in two dimensions (t-SNE, van der Maaten and Hinton 2008), by what a head distilled of each and by
//! what the frozen backbone says of it without that: the mean of its last layer.

use burn::tensor::Tensor;
use serde::Serialize;

use super::ground::Ground;
use crate::base::{CancelToken, Label};
use crate::gpu::ComputeError;
use crate::model::{LayerFeatures, TaskHead};
use crate::predict::Plane;
use crate::tools::training::error::TrainingError;
use crate::tools::training::request::TrainNews;
use crate::train::{Batch, TrainError};

/// One map.
#[derive(Clone, Debug, Serialize)]
pub struct Panel {
    /// `audio, with LCD`.
    pub name: String,
    /// A point a second.
    pub points: Vec<Point>,
    /// The share of points whose nearest one of another clip, in all dimensions, is of the same class.
    pub purity: f32,
}

/// A second with an event.
#[derive(Clone, Debug, Serialize)]
pub struct Point {
    /// Where it lies.
    pub at: [f32; 2],
    /// Its event.
    pub class: Label,
}

/// The seconds with events of a clip: rows for each of four maps, their classes.
struct Seconds {
    rows: [Vec<Vec<f32>>; 4],
    classes: Vec<usize>,
}

/// What each map is called.
const NAMES: [&str; 4] = [
    "audio, without LCD",
    "audio, with LCD",
    "visual, without LCD",
    "visual, with LCD",
];

/// Of the first head.
pub(super) fn panels(
    ground: &Ground<'_>,
    clips: usize,
    stop: &CancelToken,
    tell: &mut dyn FnMut(TrainNews<'_>),
) -> Result<Option<Vec<Panel>>, TrainingError> {
    let Some((_, head)) = ground.heads.first() else {
        return Ok(None);
    };
    let clips = clips.min(ground.dataset.items.len());
    let taken = ground.each(clips, stop, tell, &mut |_, batch| {
        Ok(Some(seconds_of(head, batch)?))
    })?;
    let Some(taken) = taken else {
        return Ok(None);
    };
    let of_clip: Vec<usize> = taken
        .iter()
        .enumerate()
        .flat_map(|(clip, seconds)| vec![clip; seconds.classes.len()])
        .collect();
    let classes: Vec<usize> = taken.iter().flat_map(|s| s.classes.clone()).collect();
    let panels = NAMES.iter().enumerate().map(|(map, name)| {
        let rows = taken.iter().flat_map(|seconds| seconds.rows[map].clone());
        let rows: Vec<Vec<f32>> = rows.collect();
        let mut plane = Plane::new(rows.clone());
        while plane.step() {}
        let places = plane.places().into_iter().zip(&classes);
        let label = |class: usize| ground.labels().get(class).cloned();
        let points = places.filter_map(|(at, class)| {
            let class = label(*class)?;
            Some(Point { at, class })
        });
        Panel {
            name: (*name).to_owned(),
            points: points.collect(),
            purity: purity(&rows, &classes, &of_clip),
        }
    });
    Ok(Some(panels.collect()))
}

fn seconds_of(head: &TaskHead, batch: &Batch) -> Result<Seconds, TrainError> {
    let TaskHead::Localize(head) = head else {
        return Err(TrainError::Data(
            "figure 4 is of heads for events: take a data set like AVE".to_owned(),
        ));
    };
    let (visual, audio) = head.meta_features(&batch.visual, &batch.audio);
    let maps = [pooled(&batch.audio), audio, pooled(&batch.visual), visual];
    let targets = batch.targets.iter().take(1);
    let events = targets.flat_map(|targets| {
        let seconds = 0..targets.seconds();
        seconds.filter_map(move |t| Some((t, targets.event(t).flatten()?)))
    });
    let events: Vec<(usize, usize)> = events.collect();
    let mut rows: [Vec<Vec<f32>>; 4] = Default::default();
    for (rows, map) in rows.iter_mut().zip(maps) {
        let all = numbers(map)?;
        *rows = events.iter().map(|(t, _)| all[*t].clone()).collect();
    }
    Ok(Seconds {
        rows,
        classes: events.into_iter().map(|(_, class)| class).collect(),
    })
}

/// The mean over the places of the last layer, `[n, width]`.
fn pooled(features: &LayerFeatures) -> Tensor<2> {
    let last = features.final_norm.clone();
    let [n, _, width] = last.dims();
    last.mean_dim(1).reshape([n, width])
}

fn numbers(rows: Tensor<2>) -> Result<Vec<Vec<f32>>, TrainError> {
    let width = rows.dims()[1].max(1);
    let values = rows.into_data().try_to_vec::<f32>();
    let values = values.map_err(|e| TrainError::Device(ComputeError::of(e)))?;
    Ok(values.chunks(width).map(<[f32]>::to_vec).collect())
}

fn purity(rows: &[Vec<f32>], classes: &[usize], clips: &[usize]) -> f32 {
    let far = |a: &[f32], b: &[f32]| -> f32 { a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum() };
    let alike = (0..rows.len()).filter(|&at| {
        let others = (0..rows.len()).filter(|&other| clips[other] != clips[at]);
        let nearest =
            others.min_by(|a, b| far(&rows[*a], &rows[at]).total_cmp(&far(&rows[*b], &rows[at])));
        nearest.is_some_and(|nearest| classes[nearest] == classes[at])
    });
    alike.count() as f32 / rows.len().max(1) as f32
}
