//! What is missing or odd in a data set's folder: each kind once, with how often and a few examples.

use std::collections::BTreeMap;

/// How many examples of each are kept.
const EXAMPLES: usize = 3;

/// One kind of thing that is missing or odd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// What, and what was done about it.
    pub what: String,
    /// How often.
    pub count: usize,
    /// The first of them.
    pub examples: Vec<String>,
}

/// All that is missing or odd, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Oddities(BTreeMap<String, Oddity>);

impl Oddities {
    /// One more.
    pub fn add(&mut self, what: &str, example: impl Into<String>) {
        let kind = self.0.entry(what.to_owned()).or_insert_with(|| Oddity {
            what: what.to_owned(),
            count: 0,
            examples: vec![],
        });
        kind.count += 1;
        if kind.examples.len() < EXAMPLES {
            kind.examples.push(example.into());
        }
    }

    /// Each kind, the most frequent first.
    pub fn list(&self) -> Vec<&Oddity> {
        let mut all: Vec<&Oddity> = self.0.values().collect();
        all.sort_by_key(|kind| std::cmp::Reverse(kind.count));
        all
    }

    /// How often a kind was met whose words begin so.
    pub fn count(&self, what: &str) -> usize {
        let met = self.0.values().filter(|kind| kind.what.starts_with(what));
        met.map(|kind| kind.count).sum()
    }
}
