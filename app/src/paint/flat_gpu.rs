//! The pipelines of `shaders/flat.wgsl`, and the corners and rows of all plain meshes of a frame.

use std::ops::Range;

use eframe::egui_wgpu::ScreenDescriptor;
use egui::{Color32, Mesh, Pos2, pos2};

use super::covering::{fill_rows, plane};
use super::flat_rows::{ColorRow, Piece};
use super::shaders::FLAT;

/// A corner as the shader takes it.
#[repr(C)]
#[derive(Clone, Copy, Debug, bytemuck::Pod, bytemuck::Zeroable)]
struct FlatVertex {
    /// In the window, -1 to 1, upwards.
    place: [f32; 2],
    /// Premultiplied, in gamma space; not read of a row.
    color: [u8; 4],
    /// The first column and the row, of a row.
    from: [u32; 2],
}

/// Some of a frame's corners.
pub(super) struct FlatDraw {
    corners: Range<u32>,
    is_row: bool,
}

/// The pipelines, and the corners and rows of the newest frame.
pub(super) struct FlatGpu {
    plain: wgpu::RenderPipeline,
    columns: wgpu::RenderPipeline,
    vertices: Vec<FlatVertex>,
    buffer: Option<wgpu::Buffer>,
    rows: ColorRows,
    /// Whether the corners are on the device: what comes after that is another frame's.
    uploaded: bool,
}

impl FlatGpu {
    pub fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("flat"),
            source: wgpu::ShaderSource::Wgsl(FLAT.into()),
        });
        let [plain, columns] = match format.is_srgb() {
            true => ["fs_plain_linear", "fs_columns_linear"],
            false => ["fs_plain", "fs_columns"],
        }
        .map(|fragment| pipeline(device, &module, fragment, format));
        Self {
            plain,
            columns,
            vertices: Vec::new(),
            buffer: None,
            rows: ColorRows::default(),
            uploaded: true,
        }
    }

    /// Takes in a piece of a mesh; gives its place among the frame's corners.
    pub fn add(&mut self, mesh: &Mesh, piece: Piece, screen: &ScreenDescriptor) -> FlatDraw {
        if self.uploaded {
            self.vertices.clear();
            self.rows.colors.clear();
            self.uploaded = false;
        }
        let [width, height] = screen.size_in_pixels.map(|side| side as f32);
        let (from, points) = (self.vertices.len() as u32, screen.pixels_per_point);
        let corner = |pos: Pos2, color: Color32, from| FlatVertex {
            place: [
                2.0 * pos.x * points / width - 1.0,
                1.0 - 2.0 * pos.y * points / height,
            ],
            color: color.to_array(),
            from,
        };
        let is_row = matches!(piece, Piece::Columns(_));
        match piece {
            Piece::Triangles(indices) => {
                let indices = mesh.indices.get(indices).unwrap_or_default().iter();
                let corners = indices.filter_map(|index| mesh.vertices.get(*index as usize));
                let corners = corners.map(|vertex| corner(vertex.pos, vertex.color, [0; 2]));
                self.vertices.extend(corners);
            }
            Piece::Columns(row) => {
                let [top, bottom] = row.heights;
                let [left, right] = [row.first, row.first + row.colors.len() as u32];
                let [left, right] = [left, right].map(|x| x as f32 / points);
                let from = [row.first, self.rows.add(row, screen.size_in_pixels[0])];
                let [a, b] = [pos2(left, top), pos2(right, top)];
                let [c, d] = [pos2(left, bottom), pos2(right, bottom)];
                let corners = [a, b, c, c, b, d].map(|pos| corner(pos, Color32::BLACK, from));
                self.vertices.extend(corners);
            }
        }
        FlatDraw {
            corners: from..self.vertices.len() as u32,
            is_row,
        }
    }

    /// Hands all of a frame's corners and rows to the device, once.
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
        self.rows.upload(device, queue, &self.columns);
    }

    /// Draws some of them.
    pub fn draw(&self, pass: &mut wgpu::RenderPass<'_>, draws: &[FlatDraw]) {
        let Some(buffer) = &self.buffer else {
            return;
        };
        pass.set_vertex_buffer(0, buffer.slice(..));
        for draw in draws {
            match (&self.rows.there, draw.is_row) {
                (Some((_, group)), true) => {
                    pass.set_pipeline(&self.columns);
                    pass.set_bind_group(0, group, &[]);
                }
                (None, true) => continue,
                (_, false) => pass.set_pipeline(&self.plain),
            }
            pass.draw(draw.corners.clone(), 0..1);
        }
    }
}

/// The colours of a frame's rows, one row below another.
#[derive(Default)]
struct ColorRows {
    width: usize,
    colors: Vec<Color32>,
    there: Option<(wgpu::Texture, wgpu::BindGroup)>,
}

impl ColorRows {
    /// Takes in a row in a window so many pixels wide; gives its number.
    fn add(&mut self, row: ColorRow, width: u32) -> u32 {
        if self.colors.is_empty() {
            self.width = width.max(1) as usize;
        }
        let number = self.colors.len() / self.width;
        let shown = row.colors.len().min(self.width);
        self.colors.extend_from_slice(&row.colors[..shown]);
        let end = (number + 1) * self.width;
        self.colors.resize(end, Color32::TRANSPARENT);
        number as u32
    }

    fn upload(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        pipeline: &wgpu::RenderPipeline,
    ) {
        if self.colors.is_empty() {
            return;
        }
        let (width, height) = (self.width as u32, (self.colors.len() / self.width) as u32);
        let fits = |(had, _): &&(wgpu::Texture, _)| had.width() == width && had.height() >= height;
        if self.there.as_ref().filter(fits).is_none() {
            let size = [width, height.next_power_of_two().max(64)];
            let texture = plane(device, size, wgpu::TextureFormat::Rgba8Unorm);
            let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
            let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("flat"),
                layout: &pipeline.get_bind_group_layout(0),
                entries: &[wgpu::BindGroupEntry {
                    binding: 0,
                    resource: wgpu::BindingResource::TextureView(&view),
                }],
            });
            self.there = Some((texture, group));
        }
        if let Some((texture, _)) = &self.there {
            fill_rows(
                queue,
                texture,
                0..height,
                bytemuck::cast_slice(&self.colors),
            );
        }
    }
}

fn pipeline(
    device: &wgpu::Device,
    module: &wgpu::ShaderModule,
    fragment: &str,
    format: wgpu::TextureFormat,
) -> wgpu::RenderPipeline {
    let target = wgpu::ColorTargetState {
        format,
        blend: Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
        write_mask: wgpu::ColorWrites::ALL,
    };
    let layout = wgpu::VertexBufferLayout {
        array_stride: size_of::<FlatVertex>() as u64,
        step_mode: wgpu::VertexStepMode::Vertex,
        attributes: &wgpu::vertex_attr_array![0 => Float32x2, 1 => Unorm8x4, 2 => Uint32x2],
    };
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(fragment),
        layout: None,
        vertex: wgpu::VertexState {
            module,
            entry_point: Some("vs_main"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &[Some(layout)],
        },
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module,
            entry_point: Some(fragment),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            targets: &[Some(target)],
        }),
        multiview_mask: None,
        cache: None,
    })
}
