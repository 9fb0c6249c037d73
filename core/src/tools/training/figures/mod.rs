//! The paper's figures 3 to 6 on one's own data and heads, as numbers and pictures to be drawn: `mettle train --figure`.

mod ground;
mod lanes;
mod strips;
mod tokens;

use std::path::PathBuf;

use serde::Serialize;

use self::ground::Ground;
use super::error::TrainingError;
use super::request::{OnClips, TrainNews};
use crate::base::CancelToken;
use crate::gpu::Prober;
use crate::train::{Examples, Landscape, LossConfig, landscape};

pub use lanes::{ClipLanes, Lane};
pub use strips::{ClipStrips, Strip};
pub use tokens::{Panel, Point};

/// Clips whose loss is averaged in a landscape.
const LANDSCAPE_CLIPS: usize = 8;
/// How far it reaches, its points to a side, and where its directions come from.
const LANDSCAPE: (f32, usize, u64) = (1.0, 21, 7);
/// Clips whose seconds are points of a map.
const MAP_CLIPS: usize = 100;
/// Clips shown as examples: the first of the list, not the best.
const SHOWN_CLIPS: usize = 4;

/// Which figure, of which heads.
#[derive(Clone, Debug)]
pub struct FigureRequest {
    /// 3 to 6, as the paper numbers them.
    pub figure: u8,
    /// The heads it is of, each with what it is called.
    pub heads: Vec<(String, PathBuf)>,
    /// On which clips.
    pub on: OnClips,
}

/// What a figure shows.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// Figure 3: the loss around heads.
    Landscapes(Vec<(String, Landscape)>),
    /// Figure 4: seconds in two dimensions, near each other where they are alike to a head, or to a frozen backbone.
    Tokens(Vec<Panel>),
    /// Figure 5: what is heard and seen, as is true and as heads say.
    Lanes(Vec<ClipLanes>),
    /// Figure 6: where pictures sound, as is true and as heads say.
    Strips(Vec<ClipStrips>),
}

/// Computes a figure. `None` where it was stopped.
///
/// # Errors
/// The data, the model, the heads or the device cannot be used.
pub fn figure(
    request: &FigureRequest,
    prober: &Prober,
    stop: &CancelToken,
    tell: &mut dyn FnMut(TrainNews<'_>),
) -> Result<Option<Figure>, TrainingError> {
    let ground = Ground::open(request, prober, tell)?;
    Ok(match request.figure {
        3 => landscapes(&ground, stop, tell)?.map(Figure::Landscapes),
        4 => tokens::panels(&ground, MAP_CLIPS, stop, tell)?.map(Figure::Tokens),
        5 => lanes::of_clips(&ground, SHOWN_CLIPS, stop, tell)?.map(Figure::Lanes),
        6 => strips::of_clips(&ground, SHOWN_CLIPS, stop, tell)?.map(Figure::Strips),
        other => {
            return Err(TrainingError::Asked(format!(
                "figure {other} is none of 3 to 6"
            )));
        }
    })
}

fn landscapes(
    ground: &Ground<'_>,
    stop: &CancelToken,
    tell: &mut dyn FnMut(TrainNews<'_>),
) -> Result<Option<Vec<(String, Landscape)>>, TrainingError> {
    let Some(clips) = ground.examples(LANDSCAPE_CLIPS, stop, tell)? else {
        return Ok(None);
    };
    let device = ground.pair.device();
    let (mut all, count) = (vec![], clips.len());
    for (name, head) in &ground.heads {
        let mut go_on = |done: usize, points: usize| {
            let done = done * count / points.max(1);
            tell(TrainNews::Features { done, total: count });
            !stop.is_cancelled()
        };
        let config = LossConfig::default();
        let made = landscape(head, &*clips, &config, device, LANDSCAPE, &mut go_on)?;
        let Some(made) = made else {
            return Ok(None);
        };
        all.push((name.clone(), made));
    }
    Ok(Some(all))
}
