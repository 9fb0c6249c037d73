//! The classes of the data sets, and finding one however it is spelled.

use std::collections::HashMap;

use super::scenes::{CATEGORIES, Category};
use crate::base::Labels;

const AVE: &str = include_str!("../../../assets/labels/ave-28.txt");
const LLP: &str = include_str!("../../../assets/labels/llp-25.txt");

/// AVE's 28, in the order of its outputs, without the background.
pub fn ave_classes() -> Labels {
    Labels::new(AVE.lines())
}

/// LLP's 25, in the order of its outputs.
pub fn llp_classes() -> Labels {
    Labels::new(LLP.lines())
}

/// The same for every spelling of a name: "Violin, fiddle", "violin_fiddle" and "Violin fiddle" are one class.
pub(super) fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The same for every spelling, and for what AVE and LLP call alike things: LLP's "Dog" is AVE's "Bark".
pub(super) fn meant(name: &str) -> String {
    let name = plain(name);
    let of_llp = |category: &&Category| category.llp.is_some_and(|llp| plain(llp) == name);
    let category = CATEGORIES.iter().find(of_llp);
    category.map_or(name, |category| plain(category.label))
}

/// Classes by any spelling. A name that is none of them becomes one more, behind the others.
pub(super) struct Classes {
    names: Vec<String>,
    places: HashMap<String, usize>,
    known: usize,
}

impl Classes {
    /// Begins with a data set's own.
    pub fn of(labels: &Labels) -> Self {
        let names: Vec<String> = labels.iter().map(ToString::to_string).collect();
        let places = names.iter().enumerate().map(|(i, name)| (plain(name), i));
        Self {
            places: places.collect(),
            known: names.len(),
            names,
        }
    }

    /// The place of a class.
    pub fn place(&mut self, name: &str) -> usize {
        *self.places.entry(plain(name)).or_insert_with(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        })
    }

    /// Those that the data set did not begin with.
    pub fn new_ones(&self) -> &[String] {
        &self.names[self.known..]
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// All, in order.
    pub fn labels(&self) -> Labels {
        Labels::new(&self.names)
    }
}
