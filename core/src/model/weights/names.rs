//! Upstream's names: which prefixes to take off, which layouts to bring to one, which tensors may be left over.

use super::file::StateDict;
use super::raw::RawTensor;

/// Whose names a checkpoint uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Swin-V2 of timm or of Microsoft.
    SwinV2,
    /// HTS-AT of its authors, of laion-clap, or the audio tower of CLAP in transformers.
    HtsAt,
    /// timm's Vision Transformer.
    Vit,
    /// ResNeXt of timm or of torchvision, which agree.
    ResNext,
    /// A head of this program.
    Head,
}

/// Buffers every implementation recomputes.
const RECOMPUTED: [&str; 4] = [
    "relative_position_index",
    "relative_coords_table",
    "attn_mask",
    "num_batches_tracked",
];

impl Names {
    /// Brings a checkpoint to the one layout that modules here have.
    pub(super) fn upstream(self, state: StateDict) -> StateDict {
        match self {
            Self::Head | Self::Vit => state,
            Self::ResNext => rename(state, |key| {
                key.replace(".downsample.0.", ".downsample.conv.")
                    .replace(".downsample.1.", ".downsample.norm.")
            }),
            Self::HtsAt => hts_at(state),
            Self::SwinV2 => {
                // Microsoft and timm before 0.9 merge at the end of a stage, timm since then at the start of the next.
                let merges_at_end = state.contains_key("layers.0.downsample.reduction.weight");
                rename(state, |key| {
                    let key = key
                        .replace(".cpb_mlp.0.", ".cpb_mlp.fc1.")
                        .replace(".cpb_mlp.2.", ".cpb_mlp.fc2.");
                    let key = match key.strip_prefix("head.") {
                        Some(part @ ("weight" | "bias")) => format!("head.fc.{part}"),
                        _ => key,
                    };
                    match merges_at_end {
                        true => later_stage(&key).unwrap_or(key),
                        false => key,
                    }
                })
            }
        }
    }

    /// Whether a tensor the model has no place for is no reason to refuse the checkpoint: tables that are recomputed, the
    /// front end that is computed here, classifiers that nothing downstream uses.
    pub(super) fn may_ignore(self, key: &str) -> bool {
        let recomputed = RECOMPUTED.iter().any(|name| key.ends_with(name));
        match self {
            Self::Head => false,
            Self::SwinV2 | Self::Vit => recomputed || key.starts_with("head."),
            Self::ResNext => recomputed || key.starts_with("fc."),
            Self::HtsAt => {
                const UNUSED: [&str; 4] = [
                    "head.",
                    "tscam_conv.",
                    "spectrogram_extractor.stft.",
                    "logmel_extractor.melW",
                ];
                recomputed || UNUSED.iter().any(|name| key.starts_with(name))
            }
        }
    }
}

/// Where HTS-AT is a part of a larger model, before its names: laion-clap's checkpoints, transformers' ClapModel and its
/// ClapAudioModel. What does not begin so is of the other parts.
const TOWERS: [&str; 4] = [
    "module.audio_branch.",
    "audio_branch.",
    "audio_model.audio_encoder.",
    "audio_encoder.",
];

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

fn hts_at(state: StateDict) -> StateDict {
    let begins = |tower: &&&str| state.keys().any(|key| key.starts_with(**tower));
    let Some(tower) = TOWERS.iter().find(begins) else {
        return rename(state, |key| {
            key.strip_prefix("sed_model.").unwrap_or(key).to_owned()
        });
    };
    let own = state.into_iter().filter_map(|(key, tensor)| {
        let mut key = key.strip_prefix(tower)?.to_owned();
        for (theirs, ours) in TRANSFORMERS {
            key = key.replace(theirs, ours);
        }
        Some((key, tensor))
    });
    join_qkv(own.collect())
}

/// Queries, keys and values in one matrix, as everyone but transformers has them.
fn join_qkv(mut state: StateDict) -> StateDict {
    let queries = state.keys().filter(|key| key.contains(".attn.query."));
    let names: Vec<String> = queries.cloned().collect();
    for name in names {
        let parts: Option<Vec<RawTensor>> = [".query.", ".key.", ".value."]
            .iter()
            .map(|part| state.get(&name.replace(".query.", part)).cloned())
            .collect();
        // What cannot be joined stays, and is reported as left over.
        if let Some(joined) = parts.and_then(RawTensor::joined) {
            for part in [".query.", ".key.", ".value."] {
                state.remove(&name.replace(".query.", part));
            }
            state.insert(name.replace(".query.", ".qkv."), joined);
        }
    }
    state
}

/// `layers.1.downsample.…` as `layers.2.downsample.…`.
fn later_stage(key: &str) -> Option<String> {
    let rest = key.strip_prefix("layers.")?;
    let (stage, rest) = rest.split_once('.')?;
    rest.starts_with("downsample.").then_some(())?;
    let stage: usize = stage.parse().ok()?;
    Some(format!("layers.{}.{rest}", stage.checked_add(1)?))
}

fn rename(state: StateDict, name: impl Fn(&str) -> String) -> StateDict {
    state
        .into_iter()
        .map(|(key, tensor)| (name(&key), tensor))
        .collect()
}
