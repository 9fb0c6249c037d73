//! A window without a screen that is drawn as the program's own window is, frame by frame, and says how long each part of that takes.
//! The harness of the other tests cannot: it filters textures by hand so that images are the same everywhere, fetches each picture,
//! and describes each frame to a screen reader. No user waits for the first two, few for the third.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use eframe::egui_wgpu::{RenderState, RendererOptions, ScreenDescriptor, wgpu};
use egui::epaint::{ClippedPrimitive, Primitive};
use egui_kittest::wgpu::{create_render_state, default_wgpu_setup};
use mettle_core::gpu::Hush;

/// What a frame took.
#[derive(Clone, Copy, Debug, Default)]
pub struct FrameParts {
    /// What came in is filed, panels say what is to be drawn, and shapes become triangles.
    pub panels: Duration,
    /// Triangles and textures are handed to the device.
    pub uploaded: Duration,
    /// From the order to draw until the picture is there.
    pub rasterised: Duration,
    /// Orders to draw: one for each change of texture or of the place that may be painted.
    pub orders: usize,
    /// Triangles in them.
    pub triangles: usize,
}

impl FrameParts {
    /// All of it.
    pub fn whole(&self) -> Duration {
        self.panels + self.uploaded + self.rasterised
    }
}

/// The window.
pub struct DrawnWindow<A> {
    /// What it shows.
    pub app: A,
    ctx: egui::Context,
    frame: eframe::Frame,
    gpu: RenderState,
    target: wgpu::Texture,
    size: egui::Vec2,
    began: Instant,
    counted: Arc<Mutex<Counted>>,
}

/// What a frame has to draw, counted before the program makes of it what it likes.
#[derive(Clone, Copy, Default)]
struct Counted {
    orders: usize,
    triangles: usize,
    /// How long the counting took.
    took: Duration,
}

struct Counts(Arc<Mutex<Counted>>);

impl egui::Plugin for Counts {
    fn debug_name(&self) -> &'static str {
        "counts"
    }

    fn output_hook(&mut self, ctx: &egui::Context, output: &mut egui::FullOutput) {
        let begun = Instant::now();
        let primitives = ctx.tessellate(output.shapes.clone(), output.pixels_per_point);
        let triangles = primitives.iter().map(|one| match &one.primitive {
            Primitive::Mesh(mesh) => mesh.indices.len() / 3,
            Primitive::Callback(_) => 0,
        });
        *self.0.lock().expect("not poisoned") = Counted {
            orders: primitives.len(),
            triangles: triangles.sum(),
            took: begun.elapsed(),
        };
    }
}

impl<A: eframe::App> DrawnWindow<A> {
    /// On whatever adapter wgpu finds; one that draws on the processor before others.
    pub fn new(size: egui::Vec2, build: impl FnOnce(&eframe::CreationContext<'_>) -> A) -> Self {
        let options = RendererOptions {
            msaa_samples: 1,
            dithering: false,
            ..RendererOptions::default()
        };
        // What drivers that are not used have to say.
        let hush = Hush::begin();
        let gpu = create_render_state(default_wgpu_setup(), options);
        drop(hush);
        let ctx = egui::Context::default();
        let counted = Arc::new(Mutex::default());
        ctx.add_plugin(Counts(counted.clone()));
        let mut cc = eframe::CreationContext::_new_kittest(ctx.clone());
        let mut frame = eframe::Frame::_new_kittest();
        cc.wgpu_render_state = Some(gpu.clone());
        frame.wgpu_render_state = Some(gpu.clone());
        Self {
            app: build(&cc),
            ctx,
            frame,
            target: target(&gpu, size),
            gpu,
            size,
            began: Instant::now(),
            counted,
        }
    }

    /// One frame, until its picture is there.
    pub fn draw(&mut self) -> FrameParts {
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, self.size)),
            time: Some(self.began.elapsed().as_secs_f64()),
            ..Default::default()
        };
        let (app, frame) = (&mut self.app, &mut self.frame);
        let begun = Instant::now();
        let mut output = self.ctx.run_ui(input, |ui| {
            app.logic(ui.ctx(), frame);
            app.ui(ui, frame);
        });
        let primitives = self.ctx.tessellate(output.shapes, output.pixels_per_point);
        let counted = *self.counted.lock().expect("not poisoned");
        let panels = begun.elapsed() - counted.took;
        let screen = ScreenDescriptor {
            pixels_per_point: output.pixels_per_point,
            size_in_pixels: [self.size.x as u32, self.size.y as u32],
        };
        let begun = Instant::now();
        let descriptor = wgpu::CommandEncoderDescriptor::default();
        let mut encoder = self.gpu.device.create_command_encoder(&descriptor);
        let before = self.upload(
            &mut output.textures_delta,
            &mut encoder,
            &primitives,
            &screen,
        );
        let uploaded = begun.elapsed();
        let begun = Instant::now();
        self.rasterise(encoder, &primitives, &screen, before);
        let rasterised = begun.elapsed();
        let mut renderer = self.gpu.renderer.write();
        for id in output.textures_delta.free.drain() {
            renderer.free_texture(&id);
        }
        FrameParts {
            panels,
            uploaded,
            rasterised,
            orders: counted.orders,
            triangles: counted.triangles,
        }
    }

    fn upload(
        &self,
        textures: &mut egui::TexturesDelta,
        encoder: &mut wgpu::CommandEncoder,
        primitives: &[ClippedPrimitive],
        screen: &ScreenDescriptor,
    ) -> Vec<wgpu::CommandBuffer> {
        let (device, queue) = (&self.gpu.device, &self.gpu.queue);
        let mut renderer = self.gpu.renderer.write();
        for (id, images) in textures.set.drain() {
            for image in images {
                renderer.update_texture(device, queue, id, &image);
            }
        }
        renderer.update_buffers(device, queue, encoder, primitives, screen)
    }

    fn rasterise(
        &self,
        mut encoder: wgpu::CommandEncoder,
        primitives: &[ClippedPrimitive],
        screen: &ScreenDescriptor,
        before: Vec<wgpu::CommandBuffer>,
    ) {
        let view = wgpu::TextureViewDescriptor::default();
        let attachment = wgpu::RenderPassColorAttachment {
            view: &self.target.create_view(&view),
            resolve_target: None,
            ops: wgpu::Operations {
                load: wgpu::LoadOp::Clear(wgpu::Color::BLACK),
                store: wgpu::StoreOp::Store,
            },
            depth_slice: None,
        };
        let pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("window"),
            color_attachments: &[Some(attachment)],
            ..Default::default()
        });
        let renderer = self.gpu.renderer.read();
        renderer.render(&mut pass.forget_lifetime(), primitives, screen);
        let orders = before.into_iter().chain([encoder.finish()]);
        self.gpu.queue.submit(orders);
        let wait = wgpu::PollType::Wait {
            submission_index: None,
            timeout: Some(Duration::from_secs(60)),
        };
        self.gpu.device.poll(wait).expect("drawn in time");
    }
}

/// What is drawn on: never read.
fn target(gpu: &RenderState, size: egui::Vec2) -> wgpu::Texture {
    gpu.device.create_texture(&wgpu::TextureDescriptor {
        label: Some("window"),
        size: wgpu::Extent3d {
            width: size.x as u32,
            height: size.y as u32,
            depth_or_array_layers: 1,
        },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: gpu.target_format,
        usage: wgpu::TextureUsages::RENDER_ATTACHMENT,
        view_formats: &[],
    })
}
