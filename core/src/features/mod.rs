//! Layer 3: frozen backbones over the segments of a clip.

mod extract;

pub use extract::{PreparedSegment, Recipe, extract, pooled};
