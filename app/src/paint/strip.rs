//! The film strip: one small picture a second, textures only for those on screen.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use egui::{Color32, ColorImage, Painter, Rect, TextureHandle, TextureOptions, pos2, vec2};
use mettle_core::media::RgbFrame;

use super::Placement;
use crate::state::{Strip, TimeAxis};

/// Textures made in one frame of the window, so that a full strip never makes it late.
const A_FRAME: usize = 6;
/// Textures kept.
const KEPT: usize = 160;

/// Draw those in view side by side at their own shape, each showing the second at its middle.
pub fn paint_strip(painter: &Painter, rect: Rect, strip: &Strip, axis: &TimeAxis, end: f64) {
    let Some(cover) = strip.cover() else { return };
    let aspect = cover.width as f32 / cover.height.max(1) as f32;
    let wide = (rect.height() * aspect).clamp(24.0, 160.0);
    // Slots stand on the clip's own time, so that panning does not change what they show.
    let step = f64::from(wide) / axis.scale().max(1e-9);
    let mut slot = (axis.start / step).floor();
    while slot * step < axis.start + axis.span && slot * step < end {
        let middle = (slot + 0.5) * step;
        let left = axis.screen_from_secs(slot * step);
        let cell = Rect::from_min_size(pos2(left, rect.top()), vec2(wide - 1.0, rect.height()));
        let stop = axis.screen_from_secs(end);
        let cell = cell.intersect(Rect::everything_left_of(stop));
        if let Some(picture) = strip.at(middle.min(end).max(0.0) as u32) {
            paint_picture(painter, cell, picture);
        }
        slot += 1.0;
    }
}

/// Textures by picture, shared by everything that draws small pictures.
#[derive(Default)]
struct Textures {
    made: HashMap<usize, (TextureHandle, Arc<RgbFrame>, u64)>,
    frame: u64,
    this_frame: usize,
}

impl Textures {
    fn of(ctx: &egui::Context) -> Arc<Mutex<Self>> {
        let id = egui::Id::unique("small pictures");
        ctx.data_mut(|data| data.get_temp_mut_or_default::<Arc<Mutex<Self>>>(id).clone())
    }

    fn get(&mut self, ctx: &egui::Context, picture: &Arc<RgbFrame>) -> Option<egui::TextureId> {
        let frame = ctx.cumulative_frame_nr();
        if self.frame != frame {
            (self.frame, self.this_frame) = (frame, 0);
            if self.made.len() > KEPT {
                self.made.retain(|_, (_, _, used)| *used + 2 >= frame);
            }
        }
        let key = Arc::as_ptr(picture) as usize;
        if let Some((texture, _, used)) = self.made.get_mut(&key) {
            *used = frame;
            return Some(texture.id());
        }
        if self.this_frame >= A_FRAME {
            ctx.request_repaint();
            return None;
        }
        self.this_frame += 1;
        let image = ColorImage::from_rgb([picture.width, picture.height], &picture.data);
        let texture = ctx.load_texture("small picture", image, TextureOptions::LINEAR);
        let id = texture.id();
        self.made.insert(key, (texture, picture.clone(), frame));
        Some(id)
    }
}

/// Draw one small picture in a cell, whole.
pub fn paint_whole(painter: &Painter, cell: Rect, picture: &Arc<RgbFrame>) {
    if let Some(texture) = texture_of(painter, cell, picture) {
        let place = Placement::letterboxed(cell, picture.width as f32, picture.height as f32);
        let all = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        painter.image(texture, place.0, all, Color32::WHITE);
    }
}

fn texture_of(painter: &Painter, cell: Rect, picture: &Arc<RgbFrame>) -> Option<egui::TextureId> {
    if picture.data.len() != picture.width * picture.height * 3 || cell.width() <= 0.0 {
        return None;
    }
    let textures = Textures::of(painter.ctx());
    let mut textures = textures.lock().unwrap_or_else(PoisonError::into_inner);
    textures.get(painter.ctx(), picture)
}

/// Draw one small picture so that it fills a cell, cut where the shapes differ.
pub fn paint_picture(painter: &Painter, cell: Rect, picture: &Arc<RgbFrame>) {
    let Some(texture) = texture_of(painter, cell, picture) else {
        return;
    };
    let aspect = picture.width as f32 / picture.height.max(1) as f32;
    let shape = cell.width() / cell.height().max(1.0);
    let (u, v) = if shape > aspect {
        (1.0, aspect / shape)
    } else {
        (shape / aspect, 1.0)
    };
    let uv = Rect::from_center_size(pos2(0.5, 0.5), vec2(u, v));
    painter.image(texture, cell, uv, Color32::WHITE);
}
