//! What a head's distillers make of clips, while these do not learn: computed once a clip, and the same in every step.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use burn::tensor::{Device, Tensor};

use super::error::TrainError;
use super::examples::{Distilled, Examples, Side};
use super::streamed::Streamed;
use crate::model::TaskHead;

/// Of which clips.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// Those that are learned from, then those that are replayed.
    Learned,
    /// Those that an epoch is chosen by.
    Checked,
}

/// Features behind the distillers, as far as they were asked for: `d` numbers a segment and modality, of the thousands that the layers
/// have.
#[derive(Default)]
pub(super) struct DistilledClips {
    known: HashMap<(Part, Side, usize), Tensor<2>>,
}

impl DistilledClips {
    /// Both modalities' features of some clips, one after another: each clip's picture with the sound of the one at its place.
    ///
    /// # Errors
    /// Features cannot be read, or are not those of the head's backbones.
    pub fn of(
        &mut self,
        head: &TaskHead,
        (part, examples): (Part, &dyn Examples),
        [seen, heard]: [&[usize]; 2],
        device: &Device,
    ) -> Result<Distilled, TrainError> {
        let mut side = |side, clips: &[usize]| -> Result<Tensor<2>, TrainError> {
            let each = clips.iter().map(|clip| {
                let known = self.known.entry((part, side, *clip));
                match known {
                    Entry::Occupied(known) => Ok(known.get().clone()),
                    Entry::Vacant(place) => {
                        let made = distil(head, examples, *clip, side, device)?;
                        Ok(place.insert(made).clone())
                    }
                }
            });
            let each: Vec<Tensor<2>> = each.collect::<Result<_, TrainError>>()?;
            Ok(Tensor::cat(each, 0))
        };
        Ok((side(Side::Visual, seen)?, side(Side::Audio, heard)?))
    }
}

/// Of one clip and modality, `[seconds, d]`.
fn distil(
    head: &TaskHead,
    examples: &dyn Examples,
    clip: usize,
    side: Side,
    device: &Device,
) -> Result<Tensor<2>, TrainError> {
    let (seeing, hearing) = head.distillers();
    let distiller = match side {
        Side::Visual => seeing,
        Side::Audio => hearing,
    };
    let none = || TrainError::Data("the head distils nothing of its layers".to_owned());
    let clips = [clip];
    let layers = Streamed::new(examples, &clips, side, device);
    let made = distiller.ok_or_else(none)?.forward(&layers);
    layers.check()?;
    Ok(made)
}
