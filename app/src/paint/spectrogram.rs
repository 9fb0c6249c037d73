//! A spectrogram at every zoom: strengths as they come, and the picture of what is in view, made anew only when that
//! changes.

use std::sync::{Arc, Mutex, PoisonError};

use egui::{Color32, ColorImage, Painter, Rect, TextureHandle, TextureOptions, pos2};
use mettle_core::engine::SpectrogramPart;

use super::TimeAxis;

/// Sound by time and pitch, as far as it has come.
#[derive(Clone, Debug, Default)]
pub struct Spectrogram {
    /// Seconds a column.
    column: f64,
    bands: usize,
    values: Vec<u8>,
    drawn: Arc<Mutex<Option<Drawn>>>,
}

/// The picture drawn last, and what it shows.
struct Drawn {
    shows: Shows,
    texture: TextureHandle,
}

impl std::fmt::Debug for Drawn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.shows.fmt(f)
    }
}

/// What must be equal for the picture to be used again.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Shows {
    start: f64,
    span: f64,
    points: usize,
    values: usize,
    color: Color32,
}

impl Spectrogram {
    /// Take in a part. A part that leaves a gap fills it with silence; a part that overlaps is cut.
    pub fn add(&mut self, part: &SpectrogramPart) {
        let column = part.column.as_secs_f64();
        if column <= 0.0 || part.bands == 0 || (self.bands != 0 && part.bands != self.bands) {
            return;
        }
        (self.column, self.bands) = (column, part.bands);
        let place = (part.start.as_secs_f64() / column).round().max(0.0) as usize * self.bands;
        self.values.resize(place, 0);
        self.values.extend_from_slice(&part.values);
    }

    /// How far it has come, in seconds.
    pub fn end(&self) -> f64 {
        let columns = self.values.len() / self.bands.max(1);
        columns as f64 * self.column
    }

    /// The strongest of each band between two moments, the lowest band first; `None` where nothing has come.
    pub fn strongest(&self, from: f64, to: f64) -> Option<Vec<u8>> {
        if self.bands == 0 || from < 0.0 {
            return None;
        }
        let first = (from / self.column) as usize;
        let last = ((to / self.column).ceil() as usize).max(first + 1);
        let known = self.values.len() / self.bands;
        let some = self
            .values
            .get(first * self.bands..last.min(known) * self.bands)?;
        let mut highest = vec![0; self.bands];
        for column in some.chunks_exact(self.bands) {
            for (highest, value) in highest.iter_mut().zip(column) {
                *highest = (*highest).max(*value);
            }
        }
        (!some.is_empty()).then_some(highest)
    }

    /// Draw what is in view.
    pub fn paint(&self, painter: &Painter, rect: Rect, axis: &TimeAxis, color: Color32) {
        let shows = Shows {
            start: axis.start,
            span: axis.span,
            points: rect.width().max(1.0) as usize,
            values: self.values.len(),
            color,
        };
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        if drawn.as_ref().is_none_or(|drawn| drawn.shows != shows) {
            let image = self.image(&shows);
            match drawn.as_mut() {
                Some(drawn) => {
                    drawn.texture.set(image, TextureOptions::LINEAR);
                    drawn.shows = shows;
                }
                None => {
                    let options = TextureOptions::LINEAR;
                    let texture = painter.ctx().load_texture("spectrogram", image, options);
                    *drawn = Some(Drawn { shows, texture });
                }
            }
        }
        if let Some(drawn) = drawn.as_ref() {
            let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            painter.image(drawn.texture.id(), rect, uv, Color32::WHITE);
        }
    }

    fn image(&self, shows: &Shows) -> ColorImage {
        let size = [shows.points, self.bands.max(1)];
        let mut image = ColorImage::filled(size, Color32::TRANSPARENT);
        let step = shows.span / shows.points as f64;
        for x in 0..shows.points {
            let from = shows.start + x as f64 * step;
            let Some(strengths) = self.strongest(from, from + step) else {
                continue;
            };
            for (band, strength) in strengths.into_iter().enumerate() {
                // Low sounds at the bottom.
                let pixel = (self.bands - 1 - band) * shows.points + x;
                if let Some(pixel) = image.pixels.get_mut(pixel) {
                    *pixel = shows.color.gamma_multiply_u8(strength);
                }
            }
        }
        image
    }
}
