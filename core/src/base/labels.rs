//! Class labels: an ordered list, shared by everything that was made with it.

use std::ops::Index;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The label of a second in which no event of the model's classes is both heard and seen.
pub const BACKGROUND: &str = "background";

/// One class name.
pub type Label = Arc<str>;

/// The classes of a head, in the order of its outputs, without the background.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Labels(Arc<[Label]>);

impl Labels {
    /// From class names in output order.
    pub fn new<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Self {
        Self(
            names
                .into_iter()
                .map(|name| Label::from(name.as_ref()))
                .collect(),
        )
    }

    /// How many classes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no class.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The classes in output order.
    pub fn iter(&self) -> impl Iterator<Item = &Label> {
        self.0.iter()
    }

    /// The class at an output index.
    pub fn get(&self, class: usize) -> Option<&Label> {
        self.0.get(class)
    }

    /// The output index of a class name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|label| &**label == name)
    }
}

impl Index<usize> for Labels {
    type Output = Label;
    fn index(&self, class: usize) -> &Label {
        &self.0[class]
    }
}
