//! Figure 5: what is heard and what is seen along clips, as is true and as heads say.

use serde::Serialize;

use super::ground::Ground;
use crate::base::{CancelToken, Label, Said};
use crate::data::SaidGrid;
use crate::model::TaskHead;
use crate::predict::parse_scores;
use crate::tools::training::error::TrainingError;
use crate::tools::training::request::TrainNews;
use crate::train::{Batch, TrainError};

/// A probability from which on a class is heard or seen, by LLP's rule.
const HAPPENS: f32 = 0.5;

/// One clip.
#[derive(Clone, Debug, Serialize)]
pub struct ClipLanes {
    /// As the lists have it.
    pub name: String,
    /// How many seconds it has.
    pub seconds: usize,
    /// Heard first, then seen; of each what is true, then each head.
    pub lanes: Vec<Lane>,
}

/// The events of one modality by one word.
#[derive(Clone, Debug, Serialize)]
pub struct Lane {
    /// `heard, with LCD`.
    pub name: String,
    /// Each class with the seconds in which it happens.
    pub events: Vec<(Label, Vec<usize>)>,
}

/// Of the first clips of which seconds are known in both modalities.
pub(super) fn of_clips(
    ground: &Ground<'_>,
    wanted: usize,
    stop: &CancelToken,
    tell: &mut dyn FnMut(TrainNews<'_>),
) -> Result<Option<Vec<ClipLanes>>, TrainingError> {
    ground.each(wanted, stop, tell, &mut |item, batch| {
        let Some(targets) = batch.targets.first() else {
            return Ok(None);
        };
        let known = |said: &SaidGrid| said.cells().contains(&Said::Yes);
        if !known(&targets.heard) && !known(&targets.seen) {
            return Ok(None);
        }
        let said = ground.heads.iter().map(|(name, head)| {
            let halves = halves(head, batch, ground.labels().len())?;
            Ok((name, halves))
        });
        let said: Vec<_> = said.collect::<Result<_, TrainingError>>()?;
        let truths = [&targets.heard, &targets.seen];
        let mut lanes = vec![];
        for (half, how) in ["heard", "seen"].into_iter().enumerate() {
            let truth = truths[half];
            let true_at = |t: usize, class: usize| truth.get(t, class) == Said::Yes;
            lanes.push(lane(
                ground,
                format!("{how}, true"),
                targets.seconds(),
                true_at,
            ));
            for (name, halves) in &said {
                let grid = &halves[half];
                let said = |t: usize, class: usize| grid[t][class];
                lanes.push(lane(
                    ground,
                    format!("{how}, {name}"),
                    targets.seconds(),
                    said,
                ));
            }
        }
        Ok(Some(ClipLanes {
            name: item.name.clone(),
            seconds: targets.seconds(),
            lanes,
        }))
    })
}

fn lane(
    ground: &Ground<'_>,
    name: String,
    seconds: usize,
    happens: impl Fn(usize, usize) -> bool,
) -> Lane {
    let classes = ground.labels().iter().enumerate();
    let events = classes.map(|(class, label)| {
        let seconds = (0..seconds).filter(|t| happens(*t, class));
        (label.clone(), seconds.collect::<Vec<usize>>())
    });
    Lane {
        name,
        events: events.filter(|(_, seconds)| !seconds.is_empty()).collect(),
    }
}

/// Whether each class is heard, and seen, `[second][class]`.
fn halves(
    head: &TaskHead,
    batch: &Batch,
    classes: usize,
) -> Result<[Vec<Vec<bool>>; 2], TrainError> {
    let TaskHead::Parse(head) = head else {
        return Err(TrainError::Data(
            "figure 5 is of heads for parsing: take a data set like LLP".to_owned(),
        ));
    };
    let (visual, audio) = head.meta_features(&batch.visual, &batch.audio);
    let rows = parse_scores(head, visual, audio).map_err(TrainError::Device)?;
    let half = |from: usize| -> Vec<Vec<bool>> {
        let happens = |row: &Vec<f32>| {
            let scores = row.iter().skip(from).take(classes);
            scores.map(|p| *p >= HAPPENS).collect()
        };
        rows.iter().map(happens).collect()
    };
    Ok([half(0), half(classes)])
}
