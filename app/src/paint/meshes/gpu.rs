//! The pipelines of `shaders/meshes.wgsl`, and the corners of all meshes of a frame.

use std::ops::Range;

use eframe::egui_wgpu::ScreenDescriptor;
use egui::epaint::Vertex;
use egui::{Mesh, Rect, TextureId};

use super::super::shaders::MESHES;
use super::textures::{Changes, Textures};

/// A mesh among a frame's.
pub(super) struct Draw {
    texture: TextureId,
    /// What of the window may be painted: left, top, width, height, in pixels.
    room: [u32; 4],
    indices: Range<u32>,
    first_corner: i32,
}

/// The pipelines, the pictures, and the corners of the newest frame.
pub(super) struct MeshGpu {
    letters: wgpu::RenderPipeline,
    pictures: wgpu::RenderPipeline,
    window: wgpu::Buffer,
    group: wgpu::BindGroup,
    textures: Textures,
    corners: Vec<Vertex>,
    indices: Vec<u32>,
    size: [f32; 4],
    buffers: Option<[wgpu::Buffer; 2]>,
    /// Whether the corners are on the device: what comes after that is another frame's.
    uploaded: bool,
}

impl MeshGpu {
    pub fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let window = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("meshes"),
            size: size_of::<[f32; 4]>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let layouts = [window_layout(device), picture_layout(device)];
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("meshes"),
            layout: &layouts[0],
            entries: &[wgpu::BindGroupEntry {
                binding: 0,
                resource: window.as_entire_binding(),
            }],
        });
        let [letters, pictures] = pipelines(device, format, &layouts);
        let [_, picture] = layouts;
        Self {
            letters,
            pictures,
            window,
            group,
            textures: Textures::new(picture),
            corners: Vec::new(),
            indices: Vec::new(),
            size: [0.0; 4],
            buffers: None,
            uploaded: true,
        }
    }

    /// Makes changes to pictures.
    pub fn change(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, changes: &mut Changes) {
        self.textures.change(device, queue, changes);
    }

    /// Takes in a mesh; gives its place among the frame's.
    pub fn add(&mut self, clip: Rect, mesh: &Mesh, screen: &ScreenDescriptor) -> Draw {
        if self.uploaded {
            self.corners.clear();
            self.indices.clear();
            self.uploaded = false;
        }
        let [width, height] = screen.size_in_pixels;
        let points = screen.pixels_per_point;
        self.size = [width as f32 / points, height as f32 / points, 0.0, 0.0];
        let first_corner = self.corners.len() as i32;
        let from = self.indices.len() as u32;
        self.corners.extend_from_slice(&mesh.vertices);
        self.indices.extend_from_slice(&mesh.indices);
        let pixel = |x: f32, side: u32| ((x * points).round().max(0.0) as u32).min(side);
        let (left, top) = (pixel(clip.min.x, width), pixel(clip.min.y, height));
        let (right, bottom) = (pixel(clip.max.x, width), pixel(clip.max.y, height));
        Draw {
            texture: mesh.texture_id,
            room: [
                left,
                top,
                right.saturating_sub(left),
                bottom.saturating_sub(top),
            ],
            indices: from..self.indices.len() as u32,
            first_corner,
        }
    }

    /// Hands all of a frame's corners to the device, once.
    pub fn upload(&mut self, device: &wgpu::Device, queue: &wgpu::Queue) {
        if self.uploaded {
            return;
        }
        self.uploaded = true;
        let bytes: [&[u8]; 2] = [
            bytemuck::cast_slice(&self.corners),
            bytemuck::cast_slice(&self.indices),
        ];
        let room = self.buffers.as_ref().filter(|had| {
            let mut both = had.iter().zip(bytes);
            both.all(|(buffer, bytes)| buffer.size() >= bytes.len() as u64)
        });
        if room.is_none() {
            let kinds = [wgpu::BufferUsages::VERTEX, wgpu::BufferUsages::INDEX];
            self.buffers = Some([0, 1].map(|i| {
                device.create_buffer(&wgpu::BufferDescriptor {
                    label: Some("meshes"),
                    size: (bytes[i].len() as u64).next_power_of_two().max(65_536),
                    usage: kinds[i] | wgpu::BufferUsages::COPY_DST,
                    mapped_at_creation: false,
                })
            }));
        }
        for (buffer, bytes) in self.buffers.iter().flatten().zip(bytes) {
            queue.write_buffer(buffer, 0, bytes);
        }
        queue.write_buffer(&self.window, 0, bytemuck::cast_slice(&self.size));
    }

    /// Draws some of them.
    pub fn draw(&self, pass: &mut wgpu::RenderPass<'_>, draws: &[Draw]) {
        let Some([corners, indices]) = &self.buffers else {
            return;
        };
        pass.set_bind_group(0, &self.group, &[]);
        pass.set_vertex_buffer(0, corners.slice(..));
        pass.set_index_buffer(indices.slice(..), wgpu::IndexFormat::Uint32);
        let mut before = None;
        for draw in draws {
            let [left, top, width, height] = draw.room;
            let Some(group) = self.textures.group(draw.texture) else {
                continue;
            };
            if width == 0 || height == 0 {
                continue;
            }
            if before != Some(draw.texture) {
                // egui's first texture has the letters.
                let letters = draw.texture == TextureId::default();
                pass.set_pipeline(if letters {
                    &self.letters
                } else {
                    &self.pictures
                });
                pass.set_bind_group(1, group, &[]);
                before = Some(draw.texture);
            }
            pass.set_scissor_rect(left, top, width, height);
            pass.draw_indexed(draw.indices.clone(), draw.first_corner, 0..1);
        }
    }
}

fn window_layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some("meshes, window"),
        entries: &[wgpu::BindGroupLayoutEntry {
            binding: 0,
            visibility: wgpu::ShaderStages::VERTEX,
            ty: wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Uniform,
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            count: None,
        }],
    })
}

fn picture_layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    let entry = |binding, ty| wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::FRAGMENT,
        ty,
        count: None,
    };
    let picture = wgpu::BindingType::Texture {
        sample_type: wgpu::TextureSampleType::Float { filterable: true },
        view_dimension: wgpu::TextureViewDimension::D2,
        multisampled: false,
    };
    let sampler = wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering);
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some("meshes, picture"),
        entries: &[entry(0, picture), entry(1, sampler)],
    })
}

/// For letters and plain colours, and for pictures.
fn pipelines(
    device: &wgpu::Device,
    format: wgpu::TextureFormat,
    layouts: &[wgpu::BindGroupLayout; 2],
) -> [wgpu::RenderPipeline; 2] {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some("meshes"),
        source: wgpu::ShaderSource::Wgsl(MESHES.into()),
    });
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some("meshes"),
        bind_group_layouts: &[Some(&layouts[0]), Some(&layouts[1])],
        ..Default::default()
    });
    let entries = match format.is_srgb() {
        true => ["fs_letters_linear", "fs_pictures_linear"],
        false => ["fs_letters", "fs_pictures"],
    };
    let target = wgpu::ColorTargetState {
        format,
        blend: Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
        write_mask: wgpu::ColorWrites::ALL,
    };
    let corner = wgpu::VertexBufferLayout {
        array_stride: size_of::<Vertex>() as u64,
        step_mode: wgpu::VertexStepMode::Vertex,
        attributes: &wgpu::vertex_attr_array![0 => Float32x2, 1 => Float32x2, 2 => Unorm8x4],
    };
    entries.map(|entry| {
        device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some(entry),
            layout: Some(&layout),
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: Some("vs_main"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                buffers: &[Some(corner.clone())],
            },
            primitive: wgpu::PrimitiveState::default(),
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some(entry),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                targets: &[Some(target.clone())],
            }),
            multiview_mask: None,
            cache: None,
        })
    })
}
