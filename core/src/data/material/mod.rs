//! Real sounds and photographs that lie in a folder with a list of them, and clips made of both: things that move over a
//! background, and sounds, of the same thing, of another or of none. They are no real video; what is heard and seen when is known.

mod classes;
mod clip;
mod error;
mod files;
mod paint;
mod phrases;
mod pictures;
mod plan;
mod sounds;

pub use classes::{REAL_CLASSES, RealClass};
pub use clip::{MadeClip, MadeSecond};
pub use error::MaterialError;
pub use files::{FOLDS, Material, SOUNDFONT, TRAINING_FOLDS, VALIDATION_FOLD};
