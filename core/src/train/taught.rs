//! What a head itself says of clips, where nothing was said; and what it gets right of what was said.

use super::error::TrainError;
use super::evaluation::numbers;
use super::examples::Batch;
use super::metrics::avel_segments;
use super::objective::not_trained;
use crate::base::Said;
use crate::data::{SaidGrid, Targets};
use crate::model::{LocalizeHead, ParseHead, TaskHead};

/// A probability from which on a parsing head says that something happens.
const HAPPENS: f32 = 0.5;

/// What a head says of a clip in place of what nobody said; what was said stays. The batch holds that one clip, with what was
/// said of it; the head may know fewer classes than that speaks of, the first ones.
///
/// With `pseudo_labels`, of every second. Without, a localization head alone is asked, and only where its own event is denied and
/// nothing else is said to happen: what it says of the other classes there stands, so that the second is background.
///
/// # Errors
/// The features are not those of the head's backbones, or the device fails.
pub fn filled(head: &TaskHead, batch: &Batch, pseudo_labels: bool) -> Result<Targets, TrainError> {
    let Some(mut targets) = batch.targets.first().cloned() else {
        return Err(TrainError::Data("an empty batch".to_owned()));
    };
    match head {
        TaskHead::Localize(head) => fill_events(head, batch, pseudo_labels, &mut targets)?,
        TaskHead::Parse(head) if pseudo_labels => fill_halves(head, batch, &mut targets)?,
        TaskHead::Tags(_) => return Err(not_trained()),
        TaskHead::Parse(_) | TaskHead::Segment(_) => {}
    }
    targets.sum_up();
    Ok(targets)
}

fn fill_events(
    head: &LocalizeHead,
    batch: &Batch,
    pseudo_labels: bool,
    targets: &mut Targets,
) -> Result<(), TrainError> {
    let (found, known) = events(head, batch)?;
    let said = (0..targets.seconds()).find_map(|t| targets.event(t).flatten());
    for (t, found) in found.into_iter().enumerate() {
        let denied = found < known && targets.both.get(t, found) == Said::No;
        // The head's loss knows one class a clip: that of the user.
        let fits = found >= known || said.is_none_or(|said| said == found);
        if targets.event(t).is_none() && (denied || (pseudo_labels && fits)) {
            fill_row(&mut targets.both, t, |class| class == found);
        }
    }
    Ok(())
}

fn fill_halves(head: &ParseHead, batch: &Batch, targets: &mut Targets) -> Result<(), TrainError> {
    let (halves, known) = halves(head, batch)?;
    for (grid, happens) in [&mut targets.heard, &mut targets.seen]
        .into_iter()
        .zip(halves)
    {
        for t in 0..grid.seconds() {
            for class in 0..known {
                if grid.get(t, class) == Said::Unknown {
                    grid.set(t, class, Said::from(happens[t * known + class]));
                }
            }
        }
    }
    Ok(())
}

fn fill_row(grid: &mut SaidGrid, t: usize, happens: impl Fn(usize) -> bool) {
    for class in 0..grid.classes() {
        if grid.get(t, class) == Said::Unknown {
            grid.set(t, class, Said::from(happens(class)));
        }
    }
}

/// The event of each segment, and how many classes the head knows: that number stands for background.
fn events(head: &LocalizeHead, batch: &Batch) -> Result<(Vec<usize>, usize), TrainError> {
    let output = head.forward(&batch.visual, &batch.audio, 1);
    let (is_event, event) = (numbers(output.is_event)?, numbers(output.event)?);
    let known = event.len();
    Ok((avel_segments(&is_event, &event, known), known))
}

/// Whether each class is heard, and seen, in each segment, `[segments * classes]`; and how many classes the head knows.
fn halves(head: &ParseHead, batch: &Batch) -> Result<([Vec<bool>; 2], usize), TrainError> {
    let output = head.forward(&batch.visual, &batch.audio, None, 1)?;
    let known = output.clip.dims()[1];
    let [heard, seen] = [numbers(output.audible)?, numbers(output.visible)?];
    let happens = |values: Vec<f32>| values.into_iter().map(|p| p >= HAPPENS).collect();
    Ok(([happens(heard), happens(seen)], known))
}

/// Of everything said of a clip, in a fixed order, whether a head says the same. The batch holds that one clip. A head says of a
/// class that it does not know that it does not happen.
///
/// # Errors
/// The features are not those of the head's backbones, or the device fails.
pub fn agreement(head: &TaskHead, batch: &Batch) -> Result<Vec<bool>, TrainError> {
    let Some(targets) = batch.targets.first() else {
        return Ok(Vec::new());
    };
    Ok(match head {
        TaskHead::Localize(head) => {
            let (found, known) = events(head, batch)?;
            let happens = |t: usize, class: usize| class < known && found.get(t) == Some(&class);
            agreed(&targets.both, happens)
        }
        TaskHead::Parse(head) => {
            let ([heard, seen], known) = halves(head, batch)?;
            let in_half = |half: &Vec<bool>, t: usize, class: usize| {
                class < known && half.get(t * known + class) == Some(&true)
            };
            let mut all = agreed(&targets.heard, |t, class| in_half(&heard, t, class));
            all.extend(agreed(&targets.seen, |t, class| in_half(&seen, t, class)));
            all
        }
        TaskHead::Segment(_) => Vec::new(),
        TaskHead::Tags(_) => return Err(not_trained()),
    })
}

fn agreed(said: &SaidGrid, happens: impl Fn(usize, usize) -> bool) -> Vec<bool> {
    let cells = (0..said.seconds()).flat_map(|t| (0..said.classes()).map(move |class| (t, class)));
    let known = cells.filter_map(|(t, class)| Some((t, class, said.get(t, class).known()?)));
    known
        .map(|(t, class, yes)| happens(t, class) == yes)
        .collect()
}
