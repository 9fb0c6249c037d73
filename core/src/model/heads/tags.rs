//! A head without training: what the backbones' own classifiers know, and which of their classes stand for which of the head's.

use burn::module::{Module, Param};
use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::check_classes;
use crate::base::Task;
use crate::model::scale::{END, Scale};
use crate::model::tag_classes::TagRow;
use crate::model::{Backbone, Backbones, LayerFeatures, ModelError, class_names};

/// The shape of the head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TagConfig {
    /// What it reads.
    pub tags: TagLists,
}

/// Which classifiers a head from tags reads, and how many classes it makes of theirs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TagLists {
    /// The list of the classifier that listens, one of [`crate::model::CLASS_LISTS`].
    pub hears: String,
    /// The list of the classifier that looks.
    pub sees: String,
    /// How many classes it has rows for.
    pub classes: usize,
    /// Whether scores are made to mean what they say ([`Scale`]).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub scaled: bool,
}

impl TagConfig {
    /// A head in which no tag stands for anything yet.
    ///
    /// # Errors
    /// A list is unknown.
    pub fn init(&self, task: Task, device: &Device) -> Result<TagHead, ModelError> {
        self.with(task, &[], device)
    }

    /// A head of these rows, one a class, in their order. What a list does not have is left out.
    ///
    /// # Errors
    /// A list is unknown.
    pub fn with(
        &self,
        task: Task,
        rows: &[TagRow],
        device: &Device,
    ) -> Result<TagHead, ModelError> {
        check_classes(self.tags.classes)?;
        let heard: Vec<&[String]> = rows.iter().map(|row| &row.heard[..]).collect();
        let seen: Vec<&[String]> = rows.iter().map(|row| &row.seen[..]).collect();
        Ok(TagHead {
            hears: self.stands_for(&self.tags.hears, &heard, device)?,
            sees: self.stands_for(&self.tags.sees, &seen, device)?,
            scales: self.tags.scaled.then(|| self.scales(rows, device)),
            task,
        })
    }

    /// `[heard and seen, slope and offset, classes]`.
    fn scales(&self, rows: &[TagRow], device: &Device) -> Param<Tensor<3>> {
        let classes = self.tags.classes;
        let of = |part: fn(&TagRow) -> Option<Scale>| {
            let scale = move |class: usize| rows.get(class).and_then(part).unwrap_or(Scale::NONE);
            let slopes = (0..classes).map(move |class| scale(class).slope);
            let offsets = (0..classes).map(move |class| scale(class).offset);
            slopes.chain(offsets)
        };
        let values: Vec<f32> = of(|row| row.heard_scale)
            .chain(of(|row| row.seen_scale))
            .collect();
        let values = TensorData::new(values, [2, 2, classes]);
        Param::from_tensor(Tensor::from_data(values, device))
    }

    /// `[tags, classes]`: 1 where a tag stands for a class.
    fn stands_for(
        &self,
        list: &str,
        rows: &[&[String]],
        device: &Device,
    ) -> Result<Param<Tensor<2>>, ModelError> {
        let names = class_names(list).ok_or_else(|| {
            ModelError::Config(format!("{list} is no list of classes known here"))
        })?;
        let classes = self.tags.classes;
        let mut values = vec![0.0_f32; names.len() * classes];
        for (tag, name) in names.iter().enumerate() {
            for (class, row) in rows.iter().enumerate().take(classes) {
                if row.iter().any(|wanted| **wanted == **name) {
                    values[tag * classes + class] = 1.0;
                }
            }
        }
        let values = TensorData::new(values, [names.len(), classes]);
        Ok(Param::from_tensor(Tensor::from_data(values, device)))
    }
}

/// The head.
#[derive(Module, Debug)]
pub struct TagHead {
    hears: Param<Tensor<2>>,
    sees: Param<Tensor<2>>,
    scales: Option<Param<Tensor<3>>>,
    #[module(skip)]
    task: Task,
}

/// How much each place sounds, `[n, rows * columns]`, and the rows and columns.
type Places = (Tensor<2>, (usize, usize));

impl TagHead {
    /// One that knows nothing.
    pub(super) fn nothing(task: Task, device: &Device) -> Self {
        let none = || Param::from_tensor(Tensor::zeros([1, 1], device));
        Self {
            hears: none(),
            sees: none(),
            scales: None,
            task,
        }
    }

    /// What it answers.
    pub fn task(&self) -> Task {
        self.task
    }

    /// Probability of each class being heard, `[n, classes]`: the largest of its tags'. They are kinds of each other (a bark is a
    /// dog's), so that they must not be counted twice.
    ///
    /// # Errors
    /// Who listens has no classifier, or one of another list.
    pub fn heard(&self, pair: &Backbones, audio: &LayerFeatures) -> Result<Tensor<2>, ModelError> {
        let tags = classified(&*pair.audio, audio, &self.hears, "listens")?;
        let [n, count] = tags.dims();
        let classes = self.hears.dims()[1];
        let each = tags.reshape([n, count, 1]) * self.hears.val().reshape([1, count, classes]);
        Ok(self.scaled(0, each.max_dim(1).squeeze_dim(1)))
    }

    /// Probability of each class being seen, `[n, classes]`: what its tags have of the softmax together.
    ///
    /// # Errors
    /// Who looks has no classifier, or one of another list.
    pub fn seen(&self, pair: &Backbones, visual: &LayerFeatures) -> Result<Tensor<2>, ModelError> {
        let tags = classified(&*pair.visual, visual, &self.sees, "looks")?;
        Ok(self.scaled(1, tags.matmul(self.sees.val()).clamp(0.0, 1.0)))
    }

    /// What is heard (0) or seen (1), `[n, classes]`, as probabilities of the classes themselves; what the classifier says where nothing
    /// else is known. What has no tag stays 0.
    fn scaled(&self, modality: usize, said: Tensor<2>) -> Tensor<2> {
        let Some(scales) = &self.scales else {
            return said;
        };
        let classes = said.dims()[1];
        let part = |of: usize| {
            let part = scales
                .val()
                .slice([modality..modality + 1, of..of + 1, 0..classes]);
            part.reshape([1, classes])
        };
        let never = said.clone().equal_elem(0.0);
        let p = said.clamp(END, 1.0 - END);
        let logit = (p.clone() / (p.neg() + 1.0)).log();
        sigmoid(logit * part(0) + part(1)).mask_fill(never, 0.0)
    }

    /// How much each place of the picture sounds, `[n, rows * columns]`, and the rows and columns: of all classes the largest
    /// product of being heard and of being seen at the place. The classifier is asked of every place by itself, as class activation
    /// maps do (it is linear in the mean of all places), with a softmax for each. `None` where it does not read places.
    ///
    /// # Errors
    /// Those of [`Self::heard`] and [`Self::seen`].
    pub fn places(
        &self,
        pair: &Backbones,
        visual: &LayerFeatures,
        audio: &LayerFeatures,
    ) -> Result<Option<Places>, ModelError> {
        let Some(grid) = places_of(&*pair.visual) else {
            return Ok(None);
        };
        let [n, places, width] = visual.final_norm.dims();
        let each = LayerFeatures {
            layers: Vec::new(),
            final_norm: visual.final_norm.clone().reshape([n * places, 1, width]),
        };
        let seen = self.seen(pair, &each)?;
        let classes = seen.dims()[1];
        let heard = self.heard(pair, audio)?.reshape([n, 1, classes]);
        let both = seen.reshape([n, places, classes]) * heard;
        Ok(Some((both.max_dim(2).squeeze_dim(2), grid)))
    }
}

/// The grid of places whose mean a backbone's classifier reads; `None` where it reads a token of its own.
fn places_of(backbone: &dyn Backbone) -> Option<(usize, usize)> {
    let spec = backbone.spec();
    let last = spec.layers.last()?;
    reads_places(spec.architecture).then_some(last.grid)
}

/// Whether classifiers of this architecture read the mean of all places of the picture.
pub(in crate::model) fn reads_places(architecture: &str) -> bool {
    matches!(architecture, "swin_v2" | "resnext")
}

fn classified(
    backbone: &dyn Backbone,
    features: &LayerFeatures,
    stands_for: &Param<Tensor<2>>,
    who: &str,
) -> Result<Tensor<2>, ModelError> {
    let name = &backbone.spec().name;
    let tags = backbone.classify(features).ok_or_else(|| {
        ModelError::Config(format!(
            "{name}, which {who}, has no classifier in its checkpoint: a head from tags needs one that has"
        ))
    })?;
    let (there, wanted) = (tags.dims()[1], stands_for.dims()[0]);
    match there == wanted {
        true => Ok(tags),
        false => Err(ModelError::Config(format!(
            "{name} tells {there} classes apart, the head from tags reads {wanted}"
        ))),
    }
}
