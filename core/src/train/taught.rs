//! What a head itself says of clips, where nothing was said; and what it gets right of what was said.

use burn::tensor::Device;
use burn::tensor::activation::{sigmoid, softmax};
use half::f16;

use super::error::TrainError;
use super::evaluation::numbers;
use super::examples::{Examples, Side};
use super::metrics::{avel_segments, frame_iou};
use super::objective::{not_trained, shrink};
use super::streamed::Streamed;
use crate::base::Said;
use crate::data::{SaidGrid, Targets};
use crate::model::{FrozenLayers, LocalizeHead, ParseHead, SegmentHead, TaskHead};

/// A probability from which on a parsing head says that something happens.
const HAPPENS: f32 = 0.5;
/// The overlap of two masks from which on both are said to be of the same thing, as detection counts them.
const COVERS: f64 = 0.5;

/// What was said of a clip, made complete where a localization head's own event is denied and nothing else is said to happen: what it
/// says of the other classes there stands, so that the second is background. The head may know fewer classes than what was said of the
/// clip speaks of, the first ones.
///
/// # Errors
/// The features cannot be read or are not those of the head's backbones, or the device fails.
pub fn filled(
    head: &TaskHead,
    (examples, clip): (&dyn Examples, usize),
    device: &Device,
) -> Result<Targets, TrainError> {
    let mut targets = examples.targets(clip)?;
    match head {
        // Most clips have no second that is denied in part, and need not be looked at.
        TaskHead::Localize(head) if (0..targets.seconds()).any(|t| in_part(&targets, t)) => {
            asked((examples, clip), device, |visual, audio| {
                fill_denied(head, [visual, audio], &mut targets)
            })?;
        }
        TaskHead::Tags(_) => return Err(not_trained()),
        TaskHead::Localize(_) | TaskHead::Parse(_) | TaskHead::Segment(_) => {}
    }
    targets.sum_up();
    Ok(targets)
}

/// Whether a class is denied in a second of which it is not known what happens.
fn in_part(targets: &Targets, t: usize) -> bool {
    targets.event(t).is_none() && targets.both.row(t).contains(&Said::No)
}

/// Asks a head of one clip, a layer at a time.
fn asked<T>(
    (examples, clip): (&dyn Examples, usize),
    device: &Device,
    ask: impl FnOnce(&dyn FrozenLayers, &dyn FrozenLayers) -> Result<T, TrainError>,
) -> Result<T, TrainError> {
    let clips = [clip];
    let layers = |side| Streamed::new(examples, &clips, side, device);
    let (visual, audio) = (layers(Side::Visual), layers(Side::Audio));
    let said = ask(&visual, &audio);
    visual.check()?;
    audio.check()?;
    said
}

fn fill_denied(
    head: &LocalizeHead,
    [visual, audio]: [&dyn FrozenLayers; 2],
    targets: &mut Targets,
) -> Result<(), TrainError> {
    let (found, known) = events(head, visual, audio)?;
    for (t, found) in found.into_iter().enumerate() {
        let denied = found < known && targets.both.get(t, found) == Said::No;
        if denied && targets.event(t).is_none() {
            fill_row(&mut targets.both, t, |class| class == found);
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

/// What a head says of a clip before it goes on learning, as probabilities.
#[derive(Clone, Debug, PartialEq)]
pub enum Before {
    /// Of event localization.
    Localize {
        /// That something happens in each second.
        is_event: Vec<f32>,
        /// Of the clip's event being of each class the head knows.
        event: Vec<f32>,
    },
    /// Of video parsing.
    Parse {
        /// Of each class being heard in each second, and seen, `[second][class]`.
        halves: [Vec<f32>; 2],
        /// Of each class being in the clip.
        clip: Vec<f32>,
    },
    /// Of masks.
    Segment {
        /// Of each place of each second sounding, `[second][row][column]`: 16 bit, as they are many.
        masks: Vec<f16>,
    },
}

/// What a head says of a clip.
///
/// # Errors
/// The features cannot be read or are not those of the head's backbones, or the device fails.
pub fn before(
    head: &TaskHead,
    of: (&dyn Examples, usize),
    device: &Device,
) -> Result<Before, TrainError> {
    match head {
        TaskHead::Localize(head) => asked(of, device, |visual, audio| {
            let output = head.forward(visual, audio, 1);
            Ok(Before::Localize {
                is_event: numbers(sigmoid(output.is_event))?,
                event: numbers(softmax(output.event, 1))?,
            })
        }),
        TaskHead::Parse(head) => asked(of, device, |visual, audio| {
            let output = head.forward(visual, audio, None, 1)?;
            Ok(Before::Parse {
                halves: [numbers(output.audible)?, numbers(output.visible)?],
                clip: numbers(output.clip)?,
            })
        }),
        TaskHead::Segment(head) => asked(of, device, |visual, audio| {
            let masks = numbers(head.forward(visual, audio, 1)?.probabilities())?;
            let masks = masks.into_iter().map(f16::from_f32).collect();
            Ok(Before::Segment { masks })
        }),
        TaskHead::Tags(_) => Err(not_trained()),
    }
}

/// The event of each segment, and how many classes the head knows: that number stands for background.
pub(super) fn events(
    head: &LocalizeHead,
    visual: &dyn FrozenLayers,
    audio: &dyn FrozenLayers,
) -> Result<(Vec<usize>, usize), TrainError> {
    let output = head.forward(visual, audio, 1);
    let (is_event, event) = (numbers(output.is_event)?, numbers(output.event)?);
    let known = event.len();
    Ok((avel_segments(&is_event, &event, known), known))
}

/// Whether each class is heard, and seen, in each segment, `[segments * classes]`; and how many classes the head knows.
fn halves(
    head: &ParseHead,
    visual: &dyn FrozenLayers,
    audio: &dyn FrozenLayers,
) -> Result<([Vec<bool>; 2], usize), TrainError> {
    let output = head.forward(visual, audio, None, 1)?;
    let known = output.clip.dims()[1];
    let [heard, seen] = [numbers(output.audible)?, numbers(output.visible)?];
    let happens = |values: Vec<f32>| values.into_iter().map(|p| p >= HAPPENS).collect();
    Ok(([happens(heard), happens(seen)], known))
}

/// Of everything in `said` of a clip, in a fixed order, whether a head says the same. A head says of a class that it does not know that
/// it does not happen.
///
/// # Errors
/// The features cannot be read or are not those of the head's backbones, or the device fails.
pub fn agreement(
    head: &TaskHead,
    said: &Targets,
    of: (&dyn Examples, usize),
    device: &Device,
) -> Result<Vec<bool>, TrainError> {
    asked(of, device, |visual, audio| {
        agrees(head, said, visual, audio)
    })
}

fn agrees(
    head: &TaskHead,
    targets: &Targets,
    visual: &dyn FrozenLayers,
    audio: &dyn FrozenLayers,
) -> Result<Vec<bool>, TrainError> {
    Ok(match head {
        TaskHead::Localize(head) => {
            let (found, known) = events(head, visual, audio)?;
            let happens = |t: usize, class: usize| class < known && found.get(t) == Some(&class);
            agreed(&targets.both, happens)
        }
        TaskHead::Parse(head) => {
            let ([heard, seen], known) = halves(head, visual, audio)?;
            let in_half = |half: &Vec<bool>, t: usize, class: usize| {
                class < known && half.get(t * known + class) == Some(&true)
            };
            let mut all = agreed(&targets.heard, |t, class| in_half(&heard, t, class));
            all.extend(agreed(&targets.seen, |t, class| in_half(&seen, t, class)));
            all
        }
        TaskHead::Segment(head) => drawn_alike(head, targets, visual, audio)?,
        TaskHead::Tags(_) => return Err(not_trained()),
    })
}

/// Of each mask that is known, whether the head's covers it well enough, in the head's size.
fn drawn_alike(
    head: &SegmentHead,
    targets: &Targets,
    visual: &dyn FrozenLayers,
    audio: &dyn FrozenLayers,
) -> Result<Vec<bool>, TrainError> {
    let output = head.forward(visual, audio, 1)?;
    let found = numbers(output.probabilities())?;
    let (rows, columns) = head.mask();
    let frames = found.chunks_exact((rows * columns).max(1));
    let known = targets.masks.iter().zip(frames);
    let known = known.filter_map(|(mask, found)| Some((mask.as_ref()?, found)));
    let alike = known.map(|(mask, found)| {
        let share = shrink(mask, (rows, columns));
        let truth: Vec<bool> = share.into_iter().map(|share| share >= 0.5).collect();
        frame_iou(found, &truth) >= COVERS
    });
    Ok(alike.collect())
}

fn agreed(said: &SaidGrid, happens: impl Fn(usize, usize) -> bool) -> Vec<bool> {
    let cells = (0..said.seconds()).flat_map(|t| (0..said.classes()).map(move |class| (t, class)));
    let known = cells.filter_map(|(t, class)| Some((t, class, said.get(t, class).known()?)));
    known
        .map(|(t, class, yes)| happens(t, class) == yes)
        .collect()
}
