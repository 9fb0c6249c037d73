//! What the classifiers of published backbones hear and see, second by second: from their scores to words.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::base::{Labels, TimeSpan};
use crate::gpu::ComputeError;
use crate::media::Clip;
use crate::model::{Backbone, Backbones, LayerFeatures};

/// Tags a second, of each classifier, beside an analysis.
const BESIDE: usize = 5;

/// One class and how probable it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tag {
    /// The class's name, often several synonyms with commas between.
    pub label: String,
    /// 0 to 1. AudioSet's classes are independent of each other; ImageNet's share one.
    pub score: f32,
}

impl Tag {
    /// The first word for the class: what follows it are synonyms.
    pub fn short(&self) -> &str {
        self.label.split(',').next().unwrap_or_default()
    }
}

/// The most probable classes of a second, best first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecondTags {
    /// When the second begins and ends.
    pub span: TimeSpan,
    /// What is heard; empty where nobody listens or there is no sound.
    pub heard: Vec<Tag>,
    /// What is seen; empty where nobody looks or there are no pictures.
    pub seen: Vec<Tag>,
}

/// The tags of seconds whose features are there, by the backbones' own classifiers; none where neither has one. What the clip
/// lacks is not tagged.
///
/// # Errors
/// When the device fails.
pub fn tags_of(
    pair: &Backbones,
    clip: &Clip,
    (visual, audio): (&LayerFeatures, &LayerFeatures),
    spans: &[TimeSpan],
) -> Result<Vec<SecondTags>, ComputeError> {
    let ask = |backbone: &dyn Backbone, features, classes: &Option<Labels>, there: bool| {
        let classes = classes.as_ref().filter(|_| there);
        let tags = classes.and_then(|classes| {
            let scores = backbone.classify(features)?;
            Some(best_of(scores, classes, BESIDE))
        });
        tags.unwrap_or_else(|| Ok(vec![Vec::new(); spans.len()]))
    };
    if pair.visual_classes.is_none() && pair.audio_classes.is_none() {
        return Ok(Vec::new());
    }
    let (looks, listens) = (&*pair.visual, &*pair.audio);
    let seen = ask(looks, visual, &pair.visual_classes, clip.video.is_some())?;
    let heard = ask(listens, audio, &pair.audio_classes, clip.audio.is_some())?;
    let seconds = spans.iter().zip(heard).zip(seen);
    Ok(seconds
        .map(|((span, heard), seen)| SecondTags {
            span: *span,
            heard,
            seen,
        })
        .collect())
}

/// The `top` best classes of each row of scores.
///
/// # Errors
/// When the device fails.
pub fn best_of(
    scores: Tensor<2>,
    labels: &Labels,
    top: usize,
) -> Result<Vec<Vec<Tag>>, ComputeError> {
    let classes = scores.dims()[1].max(1);
    let scores: Vec<f32> = scores.try_into_vec_as().map_err(ComputeError::of)?;
    let best = |row: &[f32]| {
        let mut order: Vec<usize> = (0..row.len()).collect();
        order.sort_by(|a, b| row[*b].total_cmp(&row[*a]));
        let named = order.into_iter().take(top).filter_map(|class| {
            Some(Tag {
                label: labels.get(class)?.to_string(),
                score: row[class],
            })
        });
        named.collect()
    };
    Ok(scores.chunks(classes).map(best).collect())
}
