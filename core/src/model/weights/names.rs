//! Upstream's names: whose a checkpoint uses, and which of its tensors may be left over.

use super::file::StateDict;

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
    /// Whether a checkpoint, under whatever names, has a classifier.
    pub(crate) fn has_classifier(self, state: &StateDict) -> bool {
        let ends: &[&str] = match self {
            Self::Head => &[],
            Self::SwinV2 => &["head.weight", "head.fc.weight"],
            Self::Vit => &["head.weight"],
            Self::ResNext => &["fc.weight"],
            Self::HtsAt => &["tscam_conv.weight"],
        };
        ends.iter()
            .any(|end| state.keys().any(|key| key.ends_with(end)))
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
