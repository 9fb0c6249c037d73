//! Predictions as pictures: a film strip, and the clip itself, with labels and masks drawn in; masks as pictures of their own.

mod canvas;
mod drawn;
mod letters;
mod overlay;
mod png;
mod said;
mod shown;
mod strip;

pub use drawn::DrawnOver;
pub use letters::face_for;
pub use overlay::write_overlay;
pub use png::{mask_png, png};
pub use said::with_said;
pub use shown::{MaskSource, Shown};
pub use strip::film_strip;

/// Where no class happens.
const BACKGROUND: [u8; 3] = [48, 50, 56];
/// Behind everything.
const PAPER: [u8; 3] = [22, 23, 26];
/// Text on dark.
const LIGHT: [u8; 3] = [235, 235, 235];
/// Text on a class's colour.
const DARK: [u8; 3] = [16, 16, 16];
