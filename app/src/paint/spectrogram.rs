//! The picture of a spectrogram's part in view, made anew only when that changes.

use std::sync::{Arc, Mutex, PoisonError};

use egui::{Color32, ColorImage, Id, Painter, Rect, TextureHandle, TextureOptions, pos2};

use crate::state::{SoundContrast, Spectrogram, TimeAxis};

/// The picture drawn last, and what it shows. One: only one clip is on screen.
struct Drawn {
    shows: Shows,
    texture: TextureHandle,
}

/// What must be equal for the picture to be used again.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Shows {
    of: Id,
    start: f64,
    span: f64,
    columns: usize,
    values: usize,
    color: Color32,
    contrast: SoundContrast,
}

/// Draw what is in view; `of` names whose sound it is.
pub fn paint_spectrogram(
    painter: &Painter,
    rect: Rect,
    spectrogram: &Spectrogram,
    of: Id,
    axis: &TimeAxis,
    (color, contrast): (Color32, SoundContrast),
) {
    let ctx = painter.ctx();
    // A column a pixel, on fine screens, too.
    let most = ctx.input(|input| input.max_texture_side) as f32;
    let columns = (rect.width() * ctx.pixels_per_point()).clamp(1.0, most.max(1.0));
    let shows = Shows {
        of,
        start: axis.start,
        span: axis.span,
        columns: columns as usize,
        values: spectrogram.len(),
        color,
        contrast,
    };
    let id = Id::unique("spectrogram");
    let drawn = ctx.data_mut(|data| {
        data.get_temp_mut_or_default::<Arc<Mutex<Option<Drawn>>>>(id)
            .clone()
    });
    let mut drawn = drawn.lock().unwrap_or_else(PoisonError::into_inner);
    if drawn.as_ref().is_none_or(|drawn| drawn.shows != shows) {
        let image = image(spectrogram, &shows);
        match drawn.as_mut() {
            Some(drawn) => {
                drawn.texture.set(image, TextureOptions::LINEAR);
                drawn.shows = shows;
            }
            None => {
                let texture = ctx.load_texture("spectrogram", image, TextureOptions::LINEAR);
                *drawn = Some(Drawn { shows, texture });
            }
        }
    }
    if let Some(drawn) = drawn.as_ref() {
        let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        painter.image(drawn.texture.id(), rect, uv, Color32::WHITE);
    }
}

fn image(spectrogram: &Spectrogram, shows: &Shows) -> ColorImage {
    let bands = spectrogram.bands();
    let mut image = ColorImage::filled([shows.columns, bands.max(1)], Color32::TRANSPARENT);
    let levels = shows.contrast.levels();
    let step = shows.span / shows.columns as f64;
    for x in 0..shows.columns {
        let from = shows.start + x as f64 * step;
        let Some(strengths) = spectrogram.strongest(from, from + step) else {
            continue;
        };
        for (band, strength) in strengths.into_iter().enumerate() {
            // Low sounds at the bottom.
            let pixel = (bands - 1 - band) * shows.columns + x;
            if let Some(pixel) = image.pixels.get_mut(pixel) {
                *pixel = shows.color.gamma_multiply_u8(levels[usize::from(strength)]);
            }
        }
    }
    image
}
