//! Where in a PyTorch pickle the tensors are: in dictionaries, and in dictionaries within those.

use std::collections::{HashSet, VecDeque};

use super::error::CheckpointError;
use super::file::StateDict;
use super::pickle::{Id, Node};
use super::raw::RawTensor;
use super::torch_tensors::Reader;

/// Dictionaries within each other at most.
const MAX_NESTING: usize = 8;
/// The longest name: a hostile file could else make names of any length out of one short pickle.
const MAX_NAME: usize = 250;

impl Reader<'_> {
    /// Every tensor in any dictionary, under the keys that lead to it with dots between: `state_dict.module.conv1.weight`. What
    /// is no text among the keys (an optimiser's numbers), and what is no tensor, is left out.
    ///
    /// # Errors
    /// There is no dictionary, or no tensor in any, or none that can be read.
    pub fn state_dict(&self) -> Result<StateDict, CheckpointError> {
        if !matches!(self.pickle.root(), Node::Dict(_)) {
            return Err(CheckpointError::NoDictionary);
        }
        let mut state = StateDict::new();
        let mut refusal = None;
        let mut known = HashSet::from([self.pickle.root_id()]);
        let mut open = VecDeque::from([(String::new(), self.pickle.root_id(), 0)]);
        while let Some((before, dictionary, depth)) = open.pop_front() {
            for (name, value) in self.named(&before, dictionary) {
                match self.tensor(value) {
                    Some(Ok(tensor)) => _ = state.entry(name).or_insert(tensor),
                    Some(Err(why)) => {
                        let refused = RawTensor::refused(why.to_string());
                        state.entry(name.clone()).or_insert(refused);
                        refusal.get_or_insert(CheckpointError::Tensor { name, why });
                    }
                    None if depth < MAX_NESTING && self.is_new(value, &mut known) => {
                        open.push_back((format!("{name}."), value, depth + 1));
                    }
                    None => {}
                }
            }
        }
        match (
            state.values().any(|tensor| tensor.refusal().is_none()),
            refusal,
        ) {
            (true, _) => Ok(state),
            (false, Some(refusal)) => Err(refusal),
            (false, None) => Err(self.without_tensors()),
        }
    }

    /// Whether a value is a dictionary that was not met before: one that holds itself is read once.
    fn is_new(&self, value: Id, known: &mut HashSet<Id>) -> bool {
        matches!(self.pickle.node(value), Node::Dict(_)) && known.insert(value)
    }

    /// The entries of a dictionary, each under its whole name; none if it is something else.
    fn named<'s>(
        &'s self,
        before: &str,
        dictionary: Id,
    ) -> impl Iterator<Item = (String, Id)> + use<'s> {
        let pairs = match self.pickle.node(dictionary) {
            Node::Dict(pairs) => pairs.as_slice(),
            _ => &[],
        };
        let before = before.to_owned();
        pairs.iter().filter_map(move |(key, value)| {
            let key = self.pickle.str(*key)?;
            (before.len() + key.len() <= MAX_NAME).then(|| (format!("{before}{key}"), *value))
        })
    }

    fn without_tensors(&self) -> CheckpointError {
        let is_array = |module: &str, name: &str| {
            name == "_reconstruct"
                && module.starts_with("numpy.")
                && module.ends_with(".multiarray")
        };
        match self.pickle.names(is_array) {
            true => CheckpointError::Arrays,
            false => CheckpointError::NoTensors,
        }
    }
}
