//! How an event is perceived.

use serde::{Deserialize, Serialize};

/// How an event is perceived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Modality {
    /// Heard, whether seen or not.
    Audible,
    /// Seen, whether heard or not.
    Visible,
    /// Both at once.
    AudioVisual,
}
