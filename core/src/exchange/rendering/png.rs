//! Pictures as PNG.

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};

use crate::exchange::ExchangeError;
use crate::media::RgbFrame;
use crate::project::RunLengths;

/// A picture, 8 bits a channel.
///
/// # Errors
/// The picture has no pixel.
pub fn png(picture: &RgbFrame) -> Result<Vec<u8>, ExchangeError> {
    let size = (picture.width as u32, picture.height as u32);
    packed(&picture.data, size, ExtendedColorType::Rgb8)
}

/// A mask as AVSBench has them: grey, 0 outside and 255 inside.
///
/// # Errors
/// The mask has no pixel.
pub fn mask_png(mask: &RunLengths) -> Result<Vec<u8>, ExchangeError> {
    let pixels: Vec<u8> = mask.mask().iter().map(|p| u8::from(*p) * 255).collect();
    packed(&pixels, (mask.width, mask.height), ExtendedColorType::L8)
}

fn packed(
    pixels: &[u8],
    (width, height): (u32, u32),
    color: ExtendedColorType,
) -> Result<Vec<u8>, ExchangeError> {
    let mut png = Vec::new();
    PngEncoder::new(&mut png).write_image(pixels, width, height, color)?;
    Ok(png)
}
