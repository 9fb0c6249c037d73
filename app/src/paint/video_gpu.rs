//! The pipeline of `shaders/yuv_to_rgb.wgsl` and the picture uploaded last.

use std::sync::Arc;

use mettle_core::media::{YuvPicture, yuv_to_rgb_matrix};

use super::shaders::YUV_TO_RGB;

/// The shader's `Picture`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct VideoUniforms {
    rows: [[f32; 4]; 3],
    size: [f32; 2],
    chroma_shift: [u32; 2],
    top: f32,
    quarter_turns: u32,
    smooth: u32,
    linear_target: u32,
}

impl VideoUniforms {
    /// What the shader needs to know of a picture.
    pub fn new(picture: &YuvPicture, smooth: bool, linear_target: bool) -> Self {
        let (m, o) = yuv_to_rgb_matrix(picture.matrix, picture.range, picture.depth);
        let row = |i: usize| [m[i][0], m[i][1], m[i][2], o[i]];
        Self {
            rows: [row(0), row(1), row(2)],
            size: [picture.width as f32, picture.height as f32],
            chroma_shift: [picture.chroma_shift_x, picture.chroma_shift_y],
            top: ((1_u32 << picture.depth) - 1) as f32,
            quarter_turns: picture.rotation_deg / 90 % 4,
            smooth: u32::from(smooth),
            linear_target: u32::from(linear_target),
        }
    }
}

/// The pipeline, and the picture uploaded last.
pub(super) struct VideoGpu {
    pipeline: wgpu::RenderPipeline,
    uniforms: wgpu::Buffer,
    linear_target: bool,
    planes: Option<Planes>,
    uploaded: Option<Arc<YuvPicture>>,
}

struct Planes {
    textures: [wgpu::Texture; 3],
    group: wgpu::BindGroup,
    shape: Shape,
}

/// What must be equal for textures to be used again.
#[derive(Clone, Copy, PartialEq)]
struct Shape {
    luma: [u32; 2],
    chroma: [u32; 2],
    format: wgpu::TextureFormat,
}

impl Shape {
    fn of(picture: &YuvPicture) -> Self {
        let (width, height) = (picture.width as u32, picture.height as u32);
        Self {
            luma: [width, height],
            chroma: [
                width.div_ceil(1 << picture.chroma_shift_x),
                height.div_ceil(1 << picture.chroma_shift_y),
            ],
            format: if picture.depth > 8 {
                wgpu::TextureFormat::R16Uint
            } else {
                wgpu::TextureFormat::R8Uint
            },
        }
    }

    fn plane(&self, index: usize) -> wgpu::Extent3d {
        let [width, height] = if index == 0 { self.luma } else { self.chroma };
        wgpu::Extent3d {
            width,
            height,
            depth_or_array_layers: 1,
        }
    }
}

impl VideoGpu {
    pub(super) fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("yuv_to_rgb"),
            source: wgpu::ShaderSource::Wgsl(YUV_TO_RGB.into()),
        });
        let pipeline = device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("yuv_to_rgb"),
            layout: None,
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: Some("vs_main"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                buffers: &[],
            },
            primitive: wgpu::PrimitiveState::default(),
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some("fs_main"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                targets: &[Some(format.into())],
            }),
            multiview_mask: None,
            cache: None,
        });
        let uniforms = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("picture"),
            size: size_of::<VideoUniforms>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        Self {
            pipeline,
            uniforms,
            linear_target: format.is_srgb(),
            planes: None,
            uploaded: None,
        }
    }

    pub(super) fn upload(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        picture: &Arc<YuvPicture>,
        smooth: bool,
    ) {
        if self
            .uploaded
            .as_ref()
            .is_some_and(|old| Arc::ptr_eq(old, picture))
        {
            return;
        }
        let shape = Shape::of(picture);
        let largest = device.limits().max_texture_dimension_2d;
        if !whole(picture, &shape) || shape.luma.iter().any(|side| *side > largest) {
            return;
        }
        if self
            .planes
            .as_ref()
            .is_none_or(|planes| planes.shape != shape)
        {
            self.planes = Some(self.planes_for(device, shape));
        }
        let Some(planes) = &self.planes else { return };
        let bytes = if picture.depth > 8 { 2 } else { 1 };
        for (index, texture) in planes.textures.iter().enumerate() {
            let extent = shape.plane(index);
            let layout = wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(extent.width * bytes),
                rows_per_image: None,
            };
            queue.write_texture(
                texture.as_image_copy(),
                &picture.planes[index],
                layout,
                extent,
            );
        }
        let uniforms = VideoUniforms::new(picture, smooth, self.linear_target);
        queue.write_buffer(&self.uniforms, 0, bytemuck::bytes_of(&uniforms));
        self.uploaded = Some(picture.clone());
    }

    fn planes_for(&self, device: &wgpu::Device, shape: Shape) -> Planes {
        let textures = [0, 1, 2].map(|index| {
            device.create_texture(&wgpu::TextureDescriptor {
                label: Some("plane"),
                size: shape.plane(index),
                mip_level_count: 1,
                sample_count: 1,
                dimension: wgpu::TextureDimension::D2,
                format: shape.format,
                usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
                view_formats: &[],
            })
        });
        let views = textures
            .each_ref()
            .map(|t| t.create_view(&wgpu::TextureViewDescriptor::default()));
        let view = |index: usize| wgpu::BindGroupEntry {
            binding: index as u32 + 1,
            resource: wgpu::BindingResource::TextureView(&views[index]),
        };
        let uniforms = wgpu::BindGroupEntry {
            binding: 0,
            resource: self.uniforms.as_entire_binding(),
        };
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("picture"),
            layout: &self.pipeline.get_bind_group_layout(0),
            entries: &[uniforms, view(0), view(1), view(2)],
        });
        Planes {
            textures,
            group,
            shape,
        }
    }

    pub(super) fn draw(&self, pass: &mut wgpu::RenderPass<'_>) {
        if let Some(planes) = &self.planes {
            pass.set_pipeline(&self.pipeline);
            pass.set_bind_group(0, &planes.group, &[]);
            pass.draw(0..3, 0..1);
        }
    }
}

/// Whether the planes hold as many samples as they say.
fn whole(picture: &YuvPicture, shape: &Shape) -> bool {
    let bytes = if picture.depth > 8 { 2 } else { 1 };
    picture.planes.iter().enumerate().all(|(index, plane)| {
        let extent = shape.plane(index);
        plane.len() == (extent.width * extent.height * bytes) as usize && !plane.is_empty()
    })
}
