//! What pipelines share that cover a picture's place with one triangle: vertices from `shaders/covering.wgsl`, one uniform buffer
//! at binding 0, textures of whole numbers after it.

use std::ops::Range;

use super::shaders::COVERING;

/// A pipeline and its uniforms.
pub(super) struct Covering {
    pipeline: wgpu::RenderPipeline,
    uniforms: wgpu::Buffer,
    /// Whether the target stores linear light.
    pub linear_target: bool,
}

impl Covering {
    /// Of a fragment shader, for uniforms of so many bytes.
    pub fn new(
        device: &wgpu::Device,
        name: &str,
        fragment: &str,
        target: wgpu::ColorTargetState,
        uniforms: usize,
    ) -> Self {
        let module = |label: &str, text: &str| {
            device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(label),
                source: wgpu::ShaderSource::Wgsl(text.into()),
            })
        };
        let (vertex, fragment) = (module("covering", COVERING), module(name, fragment));
        let linear_target = target.format.is_srgb();
        let pipeline = device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some(name),
            layout: None,
            vertex: wgpu::VertexState {
                module: &vertex,
                entry_point: Some("vs_main"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                buffers: &[],
            },
            primitive: wgpu::PrimitiveState::default(),
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: Some(wgpu::FragmentState {
                module: &fragment,
                entry_point: Some("fs_main"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                targets: &[Some(target)],
            }),
            multiview_mask: None,
            cache: None,
        });
        let uniforms = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(name),
            size: uniforms as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        Self {
            pipeline,
            uniforms,
            linear_target,
        }
    }

    /// Replace the uniforms.
    pub fn set(&self, queue: &wgpu::Queue, uniforms: &impl bytemuck::NoUninit) {
        queue.write_buffer(&self.uniforms, 0, bytemuck::bytes_of(uniforms));
    }

    /// Bind textures after the uniforms.
    pub fn group(&self, device: &wgpu::Device, textures: &[wgpu::Texture]) -> wgpu::BindGroup {
        let view = |t: &wgpu::Texture| t.create_view(&wgpu::TextureViewDescriptor::default());
        let views: Vec<wgpu::TextureView> = textures.iter().map(view).collect();
        let mut entries = vec![wgpu::BindGroupEntry {
            binding: 0,
            resource: self.uniforms.as_entire_binding(),
        }];
        let texture = |(place, view)| wgpu::BindGroupEntry {
            binding: place as u32 + 1,
            resource: wgpu::BindingResource::TextureView(view),
        };
        entries.extend(views.iter().enumerate().map(texture));
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("covering"),
            layout: &self.pipeline.get_bind_group_layout(0),
            entries: &entries,
        })
    }

    /// Draw over the whole viewport.
    pub fn draw(&self, pass: &mut wgpu::RenderPass<'_>, group: &wgpu::BindGroup) {
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, group, &[]);
        pass.draw(0..3, 0..1);
    }
}

/// A texture of whole numbers.
pub(super) fn plane(
    device: &wgpu::Device,
    [width, height]: [u32; 2],
    format: wgpu::TextureFormat,
) -> wgpu::Texture {
    device.create_texture(&wgpu::TextureDescriptor {
        label: Some("plane"),
        size: wgpu::Extent3d {
            width,
            height,
            depth_or_array_layers: 1,
        },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    })
}

/// Fill such a texture, row after row.
pub(super) fn fill(queue: &wgpu::Queue, texture: &wgpu::Texture, bytes: &[u8]) {
    fill_rows(queue, texture, 0..texture.height(), bytes);
}

/// Fill some of its rows.
pub(super) fn fill_rows(
    queue: &wgpu::Queue,
    texture: &wgpu::Texture,
    rows: Range<u32>,
    bytes: &[u8],
) {
    let height = rows.len() as u32;
    if height == 0 {
        return;
    }
    let size = wgpu::Extent3d {
        height,
        ..texture.size()
    };
    let layout = wgpu::TexelCopyBufferLayout {
        offset: 0,
        bytes_per_row: Some(bytes.len() as u32 / height),
        rows_per_image: None,
    };
    let mut place = texture.as_image_copy();
    place.origin.y = rows.start;
    queue.write_texture(place, bytes, layout, size);
}
