//! The pipeline of `shaders/flat.wgsl`, and the corners of all plain meshes of a frame.

use std::ops::Range;

use super::shaders::FLAT;

/// A corner as the shader takes it.
#[repr(C)]
#[derive(Clone, Copy, Debug, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct FlatVertex {
    /// In the window, -1 to 1, upwards.
    pub place: [f32; 2],
    /// Premultiplied, in gamma space.
    pub color: [u8; 4],
}

/// The pipeline, and the corners of the newest frame.
pub(super) struct FlatGpu {
    pipeline: wgpu::RenderPipeline,
    vertices: Vec<FlatVertex>,
    buffer: Option<wgpu::Buffer>,
    /// Whether the corners are on the device: what comes after that is another frame's.
    uploaded: bool,
}

impl FlatGpu {
    pub fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("flat"),
            source: wgpu::ShaderSource::Wgsl(FLAT.into()),
        });
        let fragment = match format.is_srgb() {
            true => "fs_linear",
            false => "fs_main",
        };
        let target = wgpu::ColorTargetState {
            format,
            blend: Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
            write_mask: wgpu::ColorWrites::ALL,
        };
        let layout = wgpu::VertexBufferLayout {
            array_stride: size_of::<FlatVertex>() as u64,
            step_mode: wgpu::VertexStepMode::Vertex,
            attributes: &wgpu::vertex_attr_array![0 => Float32x2, 1 => Unorm8x4],
        };
        let pipeline = device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("flat"),
            layout: None,
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: Some("vs_main"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                buffers: &[Some(layout)],
            },
            primitive: wgpu::PrimitiveState::default(),
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some(fragment),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                targets: &[Some(target)],
            }),
            multiview_mask: None,
            cache: None,
        });
        Self {
            pipeline,
            vertices: Vec::new(),
            buffer: None,
            uploaded: true,
        }
    }

    /// Take in a mesh's corners; gives their places among the frame's.
    pub fn add(&mut self, corners: impl Iterator<Item = FlatVertex>) -> Range<u32> {
        if self.uploaded {
            self.vertices.clear();
            self.uploaded = false;
        }
        let from = self.vertices.len() as u32;
        self.vertices.extend(corners);
        from..self.vertices.len() as u32
    }

    /// Hand all of a frame's corners to the device, once.
    pub fn upload(&mut self, device: &wgpu::Device, queue: &wgpu::Queue) {
        if self.uploaded {
            return;
        }
        self.uploaded = true;
        let bytes: &[u8] = bytemuck::cast_slice(&self.vertices);
        let needed = bytes.len() as u64;
        let room = self.buffer.as_ref().filter(|had| had.size() >= needed);
        if room.is_none() {
            self.buffer = Some(device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("flat"),
                size: needed.next_power_of_two().max(4096),
                usage: wgpu::BufferUsages::VERTEX | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            }));
        }
        if let Some(buffer) = &self.buffer {
            queue.write_buffer(buffer, 0, bytes);
        }
    }

    /// Draw some of them.
    pub fn draw(&self, pass: &mut wgpu::RenderPass<'_>, corners: Range<u32>) {
        if let Some(buffer) = &self.buffer {
            pass.set_pipeline(&self.pipeline);
            pass.set_vertex_buffer(0, buffer.slice(..));
            pass.draw(corners, 0..1);
        }
    }
}
