//! How far a head has gone from what it said of some clips before, where nobody said anything of them.

use std::sync::Arc;

use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Tensor, TensorData};
use half::f16;

use super::losses::{Known, divergence, event_divergence};
use super::taught::Before;
use crate::base::Said;
use crate::data::{SaidGrid, Targets};
use crate::model::{AvelOutput, ParseOutput, SegmentOutput};

/// Of each clip, what was said of it and what the head said before; the latter may be missing.
pub(super) struct Kept<'a> {
    pub targets: &'a [Targets],
    pub before: &'a [Option<Arc<Before>>],
}

impl Kept<'_> {
    /// Whether there is anything to stay near to.
    pub fn is_empty(&self) -> bool {
        self.before.iter().all(Option::is_none)
    }

    /// Of event localization: whether something happens in seconds of which that is not known, and the class of clips of which none
    /// is.
    pub fn events(&self, output: &AvelOutput, device: &Device) -> Tensor<1> {
        let (mut target, mut known, mut events) = (vec![], vec![], vec![]);
        for (targets, before) in self.clips() {
            let said: Vec<_> = (0..targets.seconds()).map(|t| targets.event(t)).collect();
            let of = match before {
                Some(Before::Localize { is_event, event }) => Some((is_event, event)),
                _ => None,
            };
            for (t, said) in said.iter().enumerate() {
                let p = of.and_then(|(is_event, _)| is_event.get(t));
                target.push(p.copied().unwrap_or_default());
                known.push(f32::from(p.is_some() && said.is_none()));
            }
            let named = said.iter().any(|said| said.flatten().is_some());
            events.push(of.filter(|_| !named).map(|(_, event)| event.as_slice()));
        }
        let shape = output.is_event.dims();
        let of = known_numbers(target, known, shape, device);
        let happens = divergence(sigmoid(output.is_event.clone()), &of);
        happens + event_divergence(output.event.clone(), &events)
    }

    /// Of video parsing: each class in each second of each modality, and in the clip.
    pub fn halves(&self, output: &ParseOutput, device: &Device) -> Tensor<1> {
        let halves = [&output.audible, &output.visible];
        let grids: [fn(&Targets) -> &SaidGrid; 2] = [|t| &t.heard, |t| &t.seen];
        let each = halves.into_iter().zip(grids).enumerate();
        let each = each.map(|(half, (found, grid))| {
            let (mut target, mut known) = (vec![], vec![]);
            for (targets, before) in self.clips() {
                let of = match before {
                    Some(Before::Parse { halves, .. }) => Some(&halves[half]),
                    _ => None,
                };
                let seconds = targets.seconds().max(1);
                let classes = of.map_or(0, |of| of.len() / seconds);
                for (t, row) in grid(targets).rows().enumerate() {
                    for (class, said) in row.iter().enumerate() {
                        let p = of.filter(|_| class < classes);
                        let p = p.and_then(|of| of.get(t * classes + class));
                        target.push(p.copied().unwrap_or_default());
                        known.push(f32::from(p.is_some() && *said == Said::Unknown));
                    }
                }
            }
            let of = known_numbers(target, known, found.dims(), device);
            divergence(found.clone(), &of)
        });
        each.fold(self.clip(output, device), |sum, part| sum + part)
    }

    fn clip(&self, output: &ParseOutput, device: &Device) -> Tensor<1> {
        let (mut target, mut known) = (vec![], vec![]);
        for (targets, before) in self.clips() {
            let of: &[f32] = match before {
                Some(Before::Parse { clip, .. }) => clip,
                _ => &[],
            };
            for (class, said) in targets.somewhere.iter().enumerate() {
                let p = of.get(class);
                target.push(p.copied().unwrap_or_default());
                known.push(f32::from(p.is_some() && *said == Said::Unknown));
            }
        }
        let of = known_numbers(target, known, output.clip.dims(), device);
        divergence(output.clip.clone(), &of)
    }

    /// Of masks: each place of each second whose mask is not known.
    pub fn masks(&self, output: &SegmentOutput, device: &Device) -> Tensor<1> {
        let [_, rows, columns] = output.logits.dims();
        let places = rows * columns;
        let (mut target, mut known) = (vec![], vec![]);
        for (targets, before) in self.clips() {
            let of: &[f16] = match before {
                Some(Before::Segment { masks }) => masks,
                _ => &[],
            };
            for (t, said) in targets.masks.iter().enumerate() {
                let mask = of.get(t * places..(t + 1) * places);
                let mask = mask.filter(|_| said.is_none());
                known.resize(known.len() + places, f32::from(mask.is_some()));
                match mask {
                    Some(mask) => target.extend(mask.iter().map(|p| p.to_f32())),
                    None => target.resize(known.len(), 0.0),
                }
            }
        }
        let of = known_numbers(target, known, output.logits.dims(), device);
        divergence(output.probabilities(), &of)
    }

    fn clips(&self) -> impl Iterator<Item = (&Targets, Option<&Before>)> {
        let before = self.before.iter().map(Option::as_deref);
        self.targets.iter().zip(before)
    }
}

fn known_numbers<const D: usize>(
    target: Vec<f32>,
    known: Vec<f32>,
    shape: [usize; D],
    device: &Device,
) -> Known<D> {
    let tensor = |values| Tensor::from_data(TensorData::new(values, shape), device);
    Known {
        target: tensor(target),
        known: tensor(known),
    }
}
