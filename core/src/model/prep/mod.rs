//! Pre-processing: what a picture and a second of sound become before a backbone sees them. Part of a model's
//! description, because features mean nothing without it.

mod image;
mod mel;
mod sound;

pub use image::ImagePrep;
pub use sound::SoundPrep;

/// What a backbone takes in, and how it is made.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Prep {
    /// A picture a segment.
    Image(ImagePrep),
    /// A second of sound a segment.
    Logmel(SoundPrep),
}
