//! The layouts that published checkpoints have, to and from the one that modules here have.

use std::collections::BTreeMap;

use super::file::StateDict;
use super::names::Names;
use super::prefix::{Wanted, prefix_of};
use super::raw::RawTensor;

/// What transformers calls by other names.
const TRANSFORMERS: [(&str, &str); 8] = [
    ("batch_norm.", "bn0."),
    (".layernorm_before.", ".norm1."),
    (".layernorm_after.", ".norm2."),
    (".attention.self.relative", ".attn.relative"),
    (".attention.self.", ".attn."),
    (".attention.output.dense.", ".attn.proj."),
    (".intermediate.dense.", ".mlp.fc1."),
    (".output.dense.", ".mlp.fc2."),
];
/// Queries, keys and values, which everyone but transformers has in one matrix.
const PARTS: [&str; 3] = [".query.", ".key.", ".value."];

/// How one checkpoint names its tensors.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    names: Names,
    /// Before every name; what does not begin so is no part of the model.
    prefix: String,
    /// HTS-AT as transformers names it.
    transformers: bool,
    /// Swin: Microsoft and timm before 0.9 merge at the end of a stage, timm since then at the start of the next.
    merges_at_end: bool,
    /// Swin: the position bias's layers are `0` and `2`, not `fc1` and `fc2`.
    numbered: bool,
    /// Swin: the classifier is `head.weight`, not `head.fc.weight`.
    bare_head: bool,
}

/// A checkpoint under the names that modules here have.
pub(super) struct Renamed {
    pub state: StateDict,
    /// What the file calls each.
    theirs: BTreeMap<String, String>,
    layout: Layout,
}

impl Renamed {
    /// Brings a checkpoint to the one layout; `wanted` is what the model has.
    pub fn of(names: Names, state: StateDict, wanted: &Wanted) -> Self {
        let layout = Layout::of(names, &state, wanted);
        let (mut ours, mut theirs) = (StateDict::new(), BTreeMap::new());
        for (key, tensor) in state {
            if let Some(own) = layout.ours(&key) {
                theirs.insert(own.clone(), key);
                ours.insert(own, tensor);
            }
        }
        Self {
            state: match layout.transformers {
                true => join_qkv(ours),
                false => ours,
            },
            theirs,
            layout,
        }
    }

    /// What the file calls a tensor of the model; what it would call one that it lacks.
    pub fn theirs(&self, key: &str) -> String {
        let known = self.theirs.get(key).cloned();
        known.unwrap_or_else(|| self.layout.theirs(key))
    }
}

impl Layout {
    fn of(names: Names, state: &StateDict, wanted: &Wanted) -> Self {
        let prefix = match names {
            // Our own files have no other names than ours.
            Names::Head => String::new(),
            _ => prefix_of(wanted, state),
        };
        let own = || state.keys().filter_map(|key| key.strip_prefix(&*prefix));
        let holds = |part: &str| own().any(|key| key.contains(part));
        let has = |name: &str| state.contains_key(&format!("{prefix}{name}"));
        let (is_hts_at, is_swin) = (names == Names::HtsAt, names == Names::SwinV2);
        Self {
            names,
            transformers: is_hts_at && holds(".attention.self."),
            merges_at_end: is_swin && has("layers.0.downsample.reduction.weight"),
            numbered: is_swin && holds(".cpb_mlp.0."),
            bare_head: is_swin && has("head.weight"),
            prefix,
        }
    }

    /// The name here of a tensor of the file; `None` for one of another part of a larger model.
    fn ours(&self, key: &str) -> Option<String> {
        let key = key.strip_prefix(&*self.prefix)?;
        Some(match self.names {
            Names::Head | Names::Vit => key.to_owned(),
            Names::ResNext => key
                .replace(".downsample.0.", ".downsample.conv.")
                .replace(".downsample.1.", ".downsample.norm."),
            Names::HtsAt => match self.transformers {
                true => TRANSFORMERS
                    .iter()
                    .fold(key.to_owned(), |key, (theirs, ours)| {
                        key.replace(theirs, ours)
                    }),
                false => key.to_owned(),
            },
            Names::SwinV2 => {
                let key = key
                    .replace(".cpb_mlp.0.", ".cpb_mlp.fc1.")
                    .replace(".cpb_mlp.2.", ".cpb_mlp.fc2.");
                let key = match key.strip_prefix("head.") {
                    Some(part @ ("weight" | "bias")) => format!("head.fc.{part}"),
                    _ => key,
                };
                match self.merges_at_end {
                    true => merge_of(&key, 1).unwrap_or(key),
                    false => key,
                }
            }
        })
    }

    /// The name that the file has, or would have, for a tensor of the model.
    fn theirs(&self, key: &str) -> String {
        let key = match self.names {
            Names::Head | Names::Vit => key.to_owned(),
            Names::ResNext => key
                .replace(".downsample.conv.", ".downsample.0.")
                .replace(".downsample.norm.", ".downsample.1."),
            Names::HtsAt if self.transformers => {
                let back = TRANSFORMERS.iter().rev();
                let key = back.fold(key.to_owned(), |key, (theirs, ours)| {
                    // A beginning, the only one without a dot before it.
                    match (ours.starts_with('.'), key.strip_prefix(ours)) {
                        (false, Some(rest)) => format!("{theirs}{rest}"),
                        (false, None) => key,
                        (true, _) => key.replace(ours, theirs),
                    }
                });
                key.replace(".qkv.", ".{query,key,value}.")
            }
            Names::HtsAt => key.to_owned(),
            Names::SwinV2 => {
                let key = match self.numbered {
                    true => key
                        .replace(".cpb_mlp.fc1.", ".cpb_mlp.0.")
                        .replace(".cpb_mlp.fc2.", ".cpb_mlp.2."),
                    false => key.to_owned(),
                };
                let key = match self.bare_head {
                    true => key.replace("head.fc.", "head."),
                    false => key,
                };
                match self.merges_at_end {
                    true => merge_of(&key, -1).unwrap_or(key),
                    false => key,
                }
            }
        };
        format!("{}{key}", self.prefix)
    }
}

/// `layers.1.downsample.…` as `layers.2.downsample.…`, or the other way.
fn merge_of(key: &str, step: isize) -> Option<String> {
    let rest = key.strip_prefix("layers.")?;
    let (stage, rest) = rest.split_once('.')?;
    rest.starts_with("downsample.").then_some(())?;
    let stage: usize = stage.parse().ok()?;
    Some(format!("layers.{}.{rest}", stage.checked_add_signed(step)?))
}

/// Queries, keys and values in one matrix.
fn join_qkv(mut state: StateDict) -> StateDict {
    let queries = state.keys().filter(|key| key.contains(".attn.query."));
    let names: Vec<String> = queries.cloned().collect();
    for name in names {
        let part = |part: &str| name.replace(PARTS[0], part);
        let parts: Option<Vec<RawTensor>> = PARTS
            .iter()
            .map(|name| state.get(&part(name)).cloned())
            .collect();
        // What cannot be joined stays, and is reported as left over.
        if let Some(joined) = parts.and_then(RawTensor::joined) {
            for name in PARTS {
                state.remove(&part(name));
            }
            state.insert(name.replace(PARTS[0], ".qkv."), joined);
        }
    }
    state
}
