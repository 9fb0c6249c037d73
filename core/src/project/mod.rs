//! Layer 1: what an annotator's work is made of. Corrections and the project store join the tracks here.

mod masks;
mod tracks;

pub use masks::{MaskBox, MaskError, RunLengths};
pub use tracks::{Event, Modality, Task, Track};
