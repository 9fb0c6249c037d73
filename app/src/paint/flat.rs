//! Meshes of plain colours, by `shaders/flat.wgsl`: large grounds and thousands of cells. A processor that rasterises them has less
//! work than with egui's own shader, which reads a texture for each pixel.

use std::sync::{Mutex, PoisonError};

use eframe::egui_wgpu::{Callback, CallbackResources, CallbackTrait, ScreenDescriptor};
use egui::emath::GuiRounding;
use egui::{Color32, Id, Mesh, PaintCallbackInfo, Painter, Rect, Shape};

use super::flat_gpu::{FlatDraw, FlatGpu};
use super::flat_rows::pieces;

fn installed() -> Id {
    Id::unique("flat meshes")
}

/// Have a window draw them so, if it is drawn by wgpu.
pub fn install_flat(cc: &eframe::CreationContext<'_>) {
    let Some(gpu) = &cc.wgpu_render_state else {
        return;
    };
    let flat = FlatGpu::new(&gpu.device, gpu.target_format);
    gpu.renderer.write().callback_resources.insert(flat);
    let id = installed();
    cc.egui_ctx.data_mut(|data| data.insert_temp(id, true));
}

/// Draw a mesh whose triangles have one colour each and no texture.
pub fn paint_flat(painter: &Painter, mesh: Mesh) {
    if mesh.is_empty() {
        return;
    }
    let id = installed();
    let there = painter.ctx().data(|data| data.get_temp::<bool>(id));
    if there.is_none() {
        painter.add(Shape::mesh(mesh));
        return;
    }
    let paint = FlatPaint {
        mesh,
        draws: Mutex::default(),
    };
    painter.add(Callback::new_paint_callback(painter.clip_rect(), paint));
}

/// Paint a rectangle all over, as far as whole pixels go.
pub fn paint_ground(painter: &Painter, place: Rect, color: Color32) {
    let mut mesh = Mesh::default();
    mesh.add_colored_rect(place.round_to_pixels(painter.pixels_per_point()), color);
    paint_flat(painter, mesh);
}

struct FlatPaint {
    mesh: Mesh,
    /// Which of the frame's corners are this mesh's.
    draws: Mutex<Vec<FlatDraw>>,
}

impl CallbackTrait for FlatPaint {
    fn prepare(
        &self,
        _device: &wgpu::Device,
        _queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(gpu) = resources.get_mut::<FlatGpu>() {
            let pieces = pieces(&self.mesh, screen.pixels_per_point).into_iter();
            let draws = pieces.map(|piece| gpu.add(&self.mesh, piece, screen));
            *self.draws.lock().unwrap_or_else(PoisonError::into_inner) = draws.collect();
        }
        Vec::new()
    }

    fn finish_prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(gpu) = resources.get_mut::<FlatGpu>() {
            gpu.upload(device, queue);
        }
        Vec::new()
    }

    fn paint(
        &self,
        info: PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        let Some(gpu) = resources.get::<FlatGpu>() else {
            return;
        };
        // Places are those of the window, so that edges fall on the pixels that egui's would.
        let [width, height] = info.screen_size_px.map(|side| side as f32);
        pass.set_viewport(0.0, 0.0, width, height, 0.0, 1.0);
        let draws = self.draws.lock().unwrap_or_else(PoisonError::into_inner);
        gpu.draw(pass, &draws);
    }
}
