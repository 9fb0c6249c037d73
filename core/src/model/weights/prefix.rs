//! Where in a checkpoint the model is: what stands before its names, found by the names that must be there.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::file::StateDict;

/// A model's names, with its shapes, as the checkpoint would write them.
pub(super) type Wanted = BTreeMap<String, Vec<usize>>;

/// How many of a model's names stand behind a prefix, and how many of those have the model's shapes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Votes {
    names: usize,
    shapes: usize,
}

/// What stands before most of the model's names: wrappers (`module.`, `_orig_mod.`), a larger model's name for this part
/// (`backbone.`), dictionaries within dictionaries (`state_dict_ema.`), or several. Where a model is there more than once, such
/// as with its running average, the least deep, then the shortest, then the first by name is taken.
pub(super) fn prefix_of(wanted: &Wanted, state: &StateDict) -> String {
    let longest = wanted.keys().map(String::len).max().unwrap_or(0);
    let mut votes: HashMap<&str, Votes> = HashMap::new();
    for (key, tensor) in state {
        let starts = key.match_indices('.').map(|(at, _)| at + 1);
        for start in std::iter::once(0).chain(starts) {
            // Hostile names may be long and all dots.
            if key.len() - start > longest {
                continue;
            }
            if let Some(shape) = wanted.get(&key[start..]) {
                let votes = votes.entry(&key[..start]).or_default();
                votes.names += 1;
                votes.shapes += usize::from(*shape == tensor.shape);
            }
        }
    }
    let depth = |prefix: &str| prefix.matches('.').count();
    let best = votes
        .iter()
        .max_by_key(|(prefix, votes)| (**votes, Reverse((depth(prefix), prefix.len(), **prefix))));
    let Some((prefix, most)) = best else {
        return String::new();
    };
    let twins = votes
        .iter()
        .filter(|(other, votes)| *other != prefix && *votes == most);
    if let Some((other, _)) = twins.min_by_key(|(other, _)| **other) {
        log::warn!(
            "the checkpoint holds the model more than once: {prefix:?} is taken, {other:?} is not"
        );
    }
    (*prefix).to_owned()
}
