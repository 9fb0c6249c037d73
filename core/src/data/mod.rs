//! Layer 1: datasets, what they say of their clips, the seeded generator of sounding scenes, and clips made of
//! real sounds and photographs.
//!
//! A data set's folder is read by [`Dataset::open`]: labels from the text files alone, clips as films or as extracted frames and
//! sound, and whatever is missing or odd listed once.

pub mod demo;
pub mod material;
pub mod scenes;

mod ave;
mod avsbench;
mod classes;
mod cut;
mod dataset;
mod extracted;
mod files;
mod llp;
mod odd;
mod recording;
mod targets;

pub use classes::{ave_classes, llp_classes};
pub use cut::{Cut, Moment, Windows};
pub use dataset::{Dataset, DatasetKind, Item, Part, ReadError};
pub use odd::{Oddities, Oddity};
pub use recording::{OpenRecording, Recording};
pub use targets::{SaidGrid, SoundingMask, Targets};
