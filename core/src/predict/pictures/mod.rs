//! A prediction as pictures: a film strip with the winning labels, and the clip with them drawn in.

mod canvas;
mod overlay;
mod strip;

pub use overlay::write_overlay;
pub use strip::film_strip;

use super::{Prediction, Thresholds, winner};

/// Colours of the classes in turn: Okabe and Ito's palette, made for all kinds of colour vision.
const PALETTE: [[u8; 3]; 7] = [
    [230, 159, 0],
    [86, 180, 233],
    [0, 158, 115],
    [240, 228, 66],
    [0, 114, 178],
    [213, 94, 0],
    [204, 121, 167],
];
/// Where no class is both heard and seen.
const BACKGROUND: [u8; 3] = [48, 50, 56];
/// Behind everything.
const PAPER: [u8; 3] = [22, 23, 26];
/// Text on dark.
const LIGHT: [u8; 3] = [235, 235, 235];
/// Text on a class's colour.
const DARK: [u8; 3] = [16, 16, 16];

/// How a segment's label is drawn.
struct Tag {
    text: String,
    fill: [u8; 3],
    ink: [u8; 3],
}

/// Label, score and colour of a segment.
fn tag(prediction: &Prediction, thresholds: &Thresholds, segment: usize) -> Tag {
    match winner(prediction, thresholds, segment) {
        Some((class, score)) => {
            let fill = PALETTE[class % PALETTE.len()];
            // Luma by ITU-R BT.601, enough to choose between dark and light ink.
            let luma =
                (299 * u32::from(fill[0]) + 587 * u32::from(fill[1]) + 114 * u32::from(fill[2]))
                    / 1000;
            Tag {
                text: format!("{} {score:.2}", prediction.labels[class]),
                fill,
                ink: if luma > 110 { DARK } else { LIGHT },
            }
        }
        None => Tag {
            text: String::new(),
            fill: BACKGROUND,
            ink: LIGHT,
        },
    }
}
