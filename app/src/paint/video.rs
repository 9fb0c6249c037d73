//! The video frame on the GPU, by `shaders/yuv_to_rgb.wgsl`.

use std::sync::Arc;

use eframe::egui_wgpu::{Callback, CallbackResources, CallbackTrait, ScreenDescriptor};
use egui::{PaintCallbackInfo, Painter, Rect};
use mettle_core::media::VideoFrame;

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
    let paint = VideoPaint { frame, format };
    painter.add(Callback::new_paint_callback(place.0, paint));
}

/// One frame to be drawn.
pub struct VideoPaint {
    /// The frame.
    pub frame: Arc<VideoFrame>,
    /// The window's format.
    pub format: wgpu::TextureFormat,
}

impl CallbackTrait for VideoPaint {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        _screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        let gpu = resources
            .entry::<VideoGpu>()
            .or_insert_with(|| VideoGpu::new(device, self.format));
        gpu.upload(device, queue, &self.frame.picture, true);
        Vec::new()
    }

    fn paint(
        &self,
        _info: PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        if let Some(gpu) = resources.get::<VideoGpu>() {
            gpu.draw(pass);
        }
    }
}
