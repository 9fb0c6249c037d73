//! The video frame on the GPU, by `shaders/yuv_to_rgb.wgsl`: once for each frame of the film, not of the window.

use std::sync::Arc;

use eframe::egui_wgpu::{Callback, CallbackResources, CallbackTrait, ScreenDescriptor};
use egui::{PaintCallbackInfo, Painter, Rect};
use mettle_core::media::VideoFrame;

use super::still::Still;
use super::video_gpu::VideoGpu;

/// Where a picture lies in the room it has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement(pub Rect);

impl Placement {
    /// As large as fits, in its own shape, in the middle.
    pub fn letterboxed(room: Rect, width: f32, height: f32) -> Self {
        let scale = (room.width() / width.max(1.0)).min(room.height() / height.max(1.0));
        let size = egui::vec2(width, height) * scale;
        Self(Rect::from_center_size(room.center(), size))
    }
}

/// Draw a frame at its place.
pub fn paint_video(
    painter: &Painter,
    place: Placement,
    frame: Arc<VideoFrame>,
    format: wgpu::TextureFormat,
) {
    let paint = VideoPaint {
        frame,
        place: place.0,
        format,
    };
    painter.add(Callback::new_paint_callback(place.0, paint));
}

/// One frame to be drawn.
struct VideoPaint {
    frame: Arc<VideoFrame>,
    place: Rect,
    /// The window's format.
    format: wgpu::TextureFormat,
}

/// The pipeline, and what it drew last.
struct Film {
    video: VideoGpu,
    still: Still,
}

impl CallbackTrait for VideoPaint {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        let Film { video, still } = resources.entry::<Film>().or_insert_with(|| Film {
            video: VideoGpu::new(device, self.format),
            still: Still::new(device, self.format),
        });
        let place = PaintCallbackInfo {
            viewport: self.place,
            clip_rect: self.place,
            pixels_per_point: screen.pixels_per_point,
            screen_size_px: screen.size_in_pixels,
        }
        .viewport_in_pixels();
        let size = [place.width_px, place.height_px].map(|side| side.max(1) as u32);
        let other = video.upload(device, queue, &self.frame.picture, true);
        if other || !still.has(size) {
            still.renew(device, queue, encoder, size, |pass| video.draw(pass));
        }
        Vec::new()
    }

    fn paint(
        &self,
        _info: PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        if let Some(shown) = resources.get::<Film>() {
            shown.still.draw(pass);
        }
    }
}
