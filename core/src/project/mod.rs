//! Layer 1: what an annotator's work is made of. Corrections and the project store join the tracks here.

mod tracks;

pub use tracks::{Event, Modality, Task, Track};
