//! A mask over the playing picture, on the GPU.

use eframe::egui_wgpu::{Callback, CallbackResources, CallbackTrait, ScreenDescriptor};
use egui::{PaintCallbackInfo, Painter};

use super::Placement;
use super::mask_gpu::{MaskGpu, MaskPaint};

/// Draw a mask over the picture at its place.
pub fn paint_mask(
    painter: &Painter,
    place: Placement,
    mask: MaskPaint,
    format: wgpu::TextureFormat,
) {
    let size = (place.0.size() * painter.ctx().pixels_per_point()).into();
    let callback = MaskCallback { mask, size, format };
    painter.add(Callback::new_paint_callback(place.0, callback));
}

struct MaskCallback {
    mask: MaskPaint,
    /// Of the picture's place, in pixels.
    size: [f32; 2],
    format: wgpu::TextureFormat,
}

impl CallbackTrait for MaskCallback {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        _screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        let gpu = resources
            .entry::<MaskGpu>()
            .or_insert_with(|| MaskGpu::new(device, self.format));
        gpu.upload(device, queue, &self.mask, self.size);
        Vec::new()
    }

    fn paint(
        &self,
        _info: PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        if let Some(gpu) = resources.get::<MaskGpu>() {
            gpu.draw(pass);
        }
    }
}
