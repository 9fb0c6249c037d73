//! Upstream's names: which prefixes to take off, which layouts to bring to one, which tensors may be left over.

use super::file::StateDict;

/// Whose names a checkpoint uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Swin-V2 of timm or of Microsoft.
    SwinV2,
    /// HTS-AT.
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
            Self::HtsAt => rename(state, |key| {
                key.strip_prefix("sed_model.").unwrap_or(key).to_owned()
            }),
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
