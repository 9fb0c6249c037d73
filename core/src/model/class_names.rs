//! What the classifiers of published backbones tell apart, and the classes of data sets that heads are made for: lists of
//! class names, embedded in the program.

use std::collections::BTreeSet;

use super::ModelInfo;
use crate::base::{Label, Labels};
use crate::data::{ave_classes, llp_classes};

const AUDIOSET: &str = include_str!("../../../assets/labels/audioset-527.txt");
const IMAGENET_1K: &str = include_str!("../../../assets/labels/imagenet-1k.txt");
const IMAGENET_21K: &str = include_str!("../../../assets/labels/imagenet-21k.txt");

/// What sounds in a picture, as heads for masks and exported files call it: a word for all of it, and no class of events.
const OF_MASKS: [&str; 3] = ["Sounding", "Sounding object", "sounding"];

/// Google's list has two classes, by place, that the ImageNet of 2011 (`imagenet-22k`, 21,841 classes) has not.
const ONLY_GOOGLES: [usize; 2] = [9205, 15027];

/// The lists there are, as descriptions name them.
pub const CLASS_LISTS: [&str; 6] = [
    "audioset-527",
    "imagenet-1k",
    "imagenet-21k",
    "imagenet-22k",
    "ave-28",
    "llp-25",
];

/// A list in the order of the classifier's outputs. `None` for a name that is not in [`CLASS_LISTS`].
pub fn class_names(list: &str) -> Option<Labels> {
    Some(match list {
        "audioset-527" => Labels::new(AUDIOSET.lines()),
        "imagenet-1k" => Labels::new(IMAGENET_1K.lines()),
        "imagenet-21k" => Labels::new(IMAGENET_21K.lines()),
        "imagenet-22k" => {
            let lines = IMAGENET_21K.lines().enumerate();
            let there = lines.filter(|(place, _)| !ONLY_GOOGLES.contains(place));
            Labels::new(there.map(|(_, name)| name))
        }
        "ave-28" => ave_classes(),
        "llp-25" => llp_classes(),
        _ => return None,
    })
}

/// The classes that models know: those of the data sets, of the model at hand, and what heads for masks find.
pub fn known_classes(model: Option<&ModelInfo>) -> BTreeSet<Label> {
    let lists = ["ave-28", "llp-25"].into_iter().filter_map(class_names);
    let own = model.into_iter().flat_map(|model| &model.tasks);
    let lists = lists.chain(own.map(|task| task.labels.clone()));
    let lists = lists.chain([Labels::new(OF_MASKS)]);
    lists
        .flat_map(|labels| labels.iter().cloned().collect::<Vec<_>>())
        .collect()
}
