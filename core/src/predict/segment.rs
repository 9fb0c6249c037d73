//! Segmentation over a clip of any length: a map of probabilities a second.

use burn::tensor::Tensor;

use super::asked::Asked;
use super::{Detail, PredictionKey, PredictionPart, ProbabilityMap};
use crate::base::{Labels, TimeSpan};
use crate::gpu::ComputeError;
use crate::model::{LayerFeatures, SegmentHead};

/// Seconds a head that looks across time sees together: AVSBench's clips have five.
const TOGETHER: usize = 5;

/// Makes masks of a clip as its segments come in.
pub struct Segmenter {
    asked: Asked,
    /// Layer features of segments whose group is not complete; only for heads that look across time.
    waiting: Option<(LayerFeatures, LayerFeatures)>,
    /// The last of all masks: those that may still be asked for.
    masks: Vec<ProbabilityMap>,
    /// The highest probability of each mask.
    scores: Vec<Vec<f32>>,
    /// The newest mask.
    last: Option<ProbabilityMap>,
    seen: usize,
}

impl Segmenter {
    /// For a clip with these segments; `labels` holds the one name that a mask has.
    pub fn new(key: PredictionKey, labels: Labels, segments: Vec<TimeSpan>) -> Self {
        Self {
            asked: Asked::new(key, labels, segments),
            waiting: None,
            masks: Vec::new(),
            scores: Vec::new(),
            last: None,
            seen: 0,
        }
    }

    /// Take the next segments: layer features and how familiar each segment is.
    ///
    /// # Errors
    /// When the device fails, or the features are not those the head was made for.
    pub fn add(
        &mut self,
        head: &SegmentHead,
        visual: &LayerFeatures,
        audio: &LayerFeatures,
        familiarity: &[f32],
    ) -> Result<(), ComputeError> {
        self.asked.familiarity.extend(familiarity);
        self.seen += count(visual);
        if !head.sees_other_seconds() {
            return self.ask(head, visual, audio);
        }
        let (visual, audio) = match self.waiting.take() {
            None => (visual.clone(), audio.clone()),
            Some((v, a)) => (joined(&v, visual), joined(&a, audio)),
        };
        let (total, mut from) = (count(&visual), 0);
        let at_end = self.seen >= self.asked.segments.len();
        while from < total && (total - from >= TOGETHER || at_end) {
            let n = TOGETHER.min(total - from);
            self.ask(head, &part(&visual, from, n), &part(&audio, from, n))?;
            from += n;
        }
        let left = total - from;
        self.waiting = (left > 0).then(|| (part(&visual, from, left), part(&audio, from, left)));
        Ok(())
    }

    /// Take the maps of the next segments, for heads that read no layers.
    pub fn add_maps(&mut self, maps: Vec<ProbabilityMap>, familiarity: &[f32]) {
        self.asked.familiarity.extend(familiarity);
        self.seen += maps.len();
        for map in maps {
            self.keep((map.width(), map.height()), map.values());
        }
    }

    /// Take segments that are all the same as the last one, whose mask is theirs. False where a head that looks across time has
    /// to be asked: nothing is changed.
    pub fn repeat(&mut self, count: usize, head: &SegmentHead) -> bool {
        let Some(last) = self.last.as_ref().filter(|_| !head.sees_other_seconds()) else {
            return false;
        };
        let score = vec![last.highest()];
        self.masks.extend(std::iter::repeat_n(last.clone(), count));
        self.scores.extend(std::iter::repeat_n(score, count));
        self.asked.repeat_familiarity(count);
        self.seen += count;
        true
    }

    /// Whether every segment has its mask.
    pub fn is_complete(&self) -> bool {
        self.scores.len() >= self.asked.segments.len()
    }

    /// How many segments have come in.
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// How many segments have their mask.
    pub fn settled(&self) -> usize {
        self.scores.len()
    }

    /// Lets go of the masks made so far, which were sent: a clip may be of any length.
    pub fn forget(&mut self) {
        self.masks.clear();
    }

    /// The masks from a segment on, of those that were not let go.
    pub fn part(&self, from: usize) -> PredictionPart {
        let gone = self.scores.len() - self.masks.len();
        let masks = self.masks.iter().skip(from.saturating_sub(gone));
        let masks = masks.cloned().collect();
        let scores = self.scores.iter().skip(from).cloned().collect();
        self.asked.part(from, scores, Detail::Segmented { masks })
    }

    fn ask(
        &mut self,
        head: &SegmentHead,
        visual: &LayerFeatures,
        audio: &LayerFeatures,
    ) -> Result<(), ComputeError> {
        let said = head
            .forward(visual, audio, 1)
            .map_err(|e| ComputeError::new(e.to_string()))?;
        let (rows, columns) = head.mask();
        let values = said.probabilities().into_data();
        let values = values.try_to_vec::<f32>().map_err(ComputeError::of)?;
        for mask in values.chunks(rows * columns) {
            self.keep((columns, rows), mask.iter().copied());
        }
        Ok(())
    }

    /// The next segment's mask, weighed.
    fn keep(&mut self, (columns, rows): (usize, usize), mask: impl Iterator<Item = f32>) {
        let trust = self.asked.familiarity.get(self.scores.len());
        let trust = trust.copied().unwrap_or(1.0);
        let mask = ProbabilityMap::new(columns, rows, mask.map(|p| p * trust));
        self.scores.push(vec![mask.highest()]);
        self.last = Some(mask.clone());
        self.masks.push(mask);
    }
}

fn count(features: &LayerFeatures) -> usize {
    features.final_norm.dims()[0]
}

fn part(features: &LayerFeatures, from: usize, count: usize) -> LayerFeatures {
    let cut = |x: &Tensor<3>| x.clone().narrow(0, from, count);
    LayerFeatures {
        layers: features.layers.iter().map(cut).collect(),
        final_norm: cut(&features.final_norm),
    }
}

fn joined(one: &LayerFeatures, two: &LayerFeatures) -> LayerFeatures {
    let cat = |(a, b): (&Tensor<3>, &Tensor<3>)| Tensor::cat(vec![a.clone(), b.clone()], 0);
    LayerFeatures {
        layers: one.layers.iter().zip(&two.layers).map(cat).collect(),
        final_norm: cat((&one.final_norm, &two.final_norm)),
    }
}
