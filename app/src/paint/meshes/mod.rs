//! egui's meshes by `shaders/meshes.wgsl`, where a processor rasterises: about half the work of egui's own shader there. A real GPU
//! keeps egui's.
//!
//! When a frame is complete, its shapes become triangles here, and what egui gets are callbacks that draw them, in the same order among
//! the callbacks that were there already.

mod gpu;
mod textures;

use std::sync::{Arc, Mutex, PoisonError};

use eframe::egui_wgpu::{Callback, CallbackResources, CallbackTrait, ScreenDescriptor};
use egui::epaint::{ClippedPrimitive, ClippedShape, Primitive};
use egui::{Context, FullOutput, Mesh, PaintCallbackInfo, Rect, Shape};

use self::gpu::{Draw, MeshGpu};
use self::textures::Changes;

/// Have a window draw so, if a processor rasterises what it shows.
pub fn install_meshes(cc: &eframe::CreationContext<'_>) {
    let Some(gpu) = &cc.wgpu_render_state else {
        return;
    };
    if gpu.adapter.get_info().device_type != wgpu::DeviceType::Cpu {
        return;
    }
    let own = MeshGpu::new(&gpu.device, gpu.target_format);
    gpu.renderer.write().callback_resources.insert(own);
    // Small discs would be pictures that are scaled, and have to be filtered.
    cc.egui_ctx
        .options_mut(|options| options.tessellation_options.prerasterized_discs = false);
    cc.egui_ctx.add_plugin(OwnMeshes::default());
}

/// Turns a frame's shapes into callbacks.
#[derive(Default)]
struct OwnMeshes {
    /// What became of textures since a frame was drawn last: not every frame is.
    changes: Arc<Mutex<Changes>>,
}

impl egui::Plugin for OwnMeshes {
    fn debug_name(&self) -> &'static str {
        "own meshes"
    }

    fn output_hook(&mut self, ctx: &Context, output: &mut FullOutput) {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        changes.take(&mut output.textures_delta);
        drop(changes);
        let shapes = std::mem::take(&mut output.shapes);
        let primitives = ctx.tessellate(shapes, output.pixels_per_point);
        let mut meshes = Vec::new();
        for ClippedPrimitive {
            clip_rect,
            primitive,
        } in primitives
        {
            match primitive {
                Primitive::Mesh(mesh) => meshes.push((clip_rect, mesh)),
                Primitive::Callback(callback) => {
                    output.shapes.extend(self.bundle(ctx, &mut meshes));
                    let shape = ClippedShape::new(clip_rect, Shape::Callback(callback));
                    output.shapes.push(shape);
                }
            }
        }
        output.shapes.extend(self.bundle(ctx, &mut meshes));
    }
}

impl OwnMeshes {
    /// What was gathered, as one callback.
    fn bundle(&self, ctx: &Context, meshes: &mut Vec<(Rect, Mesh)>) -> Option<ClippedShape> {
        if meshes.is_empty() {
            return None;
        }
        let bundle = Bundle {
            meshes: std::mem::take(meshes),
            draws: Mutex::default(),
            changes: self.changes.clone(),
        };
        let window = ctx.viewport_rect();
        let callback = Callback::new_paint_callback(window, bundle);
        Some(ClippedShape::new(window, Shape::Callback(callback)))
    }
}

/// Meshes between two callbacks of somebody else.
struct Bundle {
    meshes: Vec<(Rect, Mesh)>,
    /// Which of the frame's corners are theirs.
    draws: Mutex<Vec<Draw>>,
    changes: Arc<Mutex<Changes>>,
}

impl CallbackTrait for Bundle {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(gpu) = resources.get_mut::<MeshGpu>() {
            let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
            gpu.change(device, queue, &mut changes);
            let draws = self.meshes.iter();
            let draws = draws.map(|(clip, mesh)| gpu.add(*clip, mesh, screen));
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
        if let Some(gpu) = resources.get_mut::<MeshGpu>() {
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
        let Some(gpu) = resources.get::<MeshGpu>() else {
            return;
        };
        let [width, height] = info.screen_size_px.map(|side| side as f32);
        pass.set_viewport(0.0, 0.0, width, height, 0.0, 1.0);
        let draws = self.draws.lock().unwrap_or_else(PoisonError::into_inner);
        gpu.draw(pass, &draws);
    }
}
