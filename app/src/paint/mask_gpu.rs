//! The pipeline of `shaders/mask_overlay.wgsl` and the masks uploaded last.

use mettle_core::predict::{MaskLook, MaskStyle, ProbabilityMap};

use super::shaders::MASK_OVERLAY;

/// A mask to be laid over the picture, or two cross-faded.
#[derive(Clone, Debug, PartialEq)]
pub struct MaskPaint {
    /// The mask.
    pub first: ProbabilityMap,
    /// The one that fades in, and its share, 0 to 1.
    pub second: Option<(ProbabilityMap, f32)>,
    /// How it is drawn.
    pub look: MaskLook,
}

/// The shader's `Look`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
struct LookUniforms {
    color: [f32; 3],
    opacity: f32,
    size: [f32; 2],
    threshold: f32,
    share: f32,
    style: u32,
    pattern: u32,
    edge: f32,
    linear_target: u32,
}

impl LookUniforms {
    fn new(mask: &MaskPaint, size: [f32; 2], linear_target: bool) -> Self {
        let look = &mask.look;
        Self {
            color: look.color.rgb.map(|c| f32::from(c) / 255.0),
            opacity: look.opacity,
            size: size.map(|side| side.max(1.0)),
            threshold: look.threshold,
            share: mask.second.as_ref().map_or(0.0, |(_, share)| *share),
            style: match look.style {
                MaskStyle::Fill => 0,
                MaskStyle::Outline => 1,
                MaskStyle::Heat => 2,
            },
            pattern: look.color.pattern.number(),
            edge: look.edge,
            linear_target: u32::from(linear_target),
        }
    }
}

/// The pipeline, and the masks uploaded last.
pub(super) struct MaskGpu {
    pipeline: wgpu::RenderPipeline,
    uniforms: wgpu::Buffer,
    linear_target: bool,
    uploaded: Option<Uploaded>,
}

struct Uploaded {
    masks: [ProbabilityMap; 2],
    group: wgpu::BindGroup,
}

impl MaskGpu {
    pub(super) fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("mask_overlay"),
            source: wgpu::ShaderSource::Wgsl(MASK_OVERLAY.into()),
        });
        let target = wgpu::ColorTargetState {
            format,
            blend: Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
            write_mask: wgpu::ColorWrites::ALL,
        };
        let pipeline = device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("mask_overlay"),
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
                targets: &[Some(target)],
            }),
            multiview_mask: None,
            cache: None,
        });
        let uniforms = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("look"),
            size: size_of::<LookUniforms>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        Self {
            pipeline,
            uniforms,
            linear_target: format.is_srgb(),
            uploaded: None,
        }
    }

    /// `size` is that of the picture's place, in pixels.
    pub(super) fn upload(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        mask: &MaskPaint,
        size: [f32; 2],
    ) {
        let second = mask.second.as_ref().map_or(&mask.first, |(map, _)| map);
        let masks = [mask.first.clone(), second.clone()];
        let same = |old: &Uploaded| old.masks.iter().zip(&masks).all(|(a, b)| a.is(b));
        if !self.uploaded.as_ref().is_some_and(same) {
            let limit = device.limits().max_texture_dimension_2d as usize;
            let fits = |map: &ProbabilityMap| {
                (1..=limit).contains(&map.width()) && (1..=limit).contains(&map.height())
            };
            self.uploaded = masks.iter().all(fits).then(|| Uploaded {
                group: self.group(device, queue, &masks),
                masks,
            });
        }
        let look = LookUniforms::new(mask, size, self.linear_target);
        queue.write_buffer(&self.uniforms, 0, bytemuck::bytes_of(&look));
    }

    fn group(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        masks: &[ProbabilityMap; 2],
    ) -> wgpu::BindGroup {
        let views = masks.each_ref().map(|mask| view(device, queue, mask));
        let texture = |place: usize| wgpu::BindGroupEntry {
            binding: place as u32 + 1,
            resource: wgpu::BindingResource::TextureView(&views[place]),
        };
        let uniforms = wgpu::BindGroupEntry {
            binding: 0,
            resource: self.uniforms.as_entire_binding(),
        };
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("mask"),
            layout: &self.pipeline.get_bind_group_layout(0),
            entries: &[uniforms, texture(0), texture(1)],
        })
    }

    pub(super) fn draw(&self, pass: &mut wgpu::RenderPass<'_>) {
        if let Some(uploaded) = &self.uploaded {
            pass.set_pipeline(&self.pipeline);
            pass.set_bind_group(0, &uploaded.group, &[]);
            pass.draw(0..3, 0..1);
        }
    }
}

/// A mask as a texture of whole numbers, 65535 for 1.
fn view(device: &wgpu::Device, queue: &wgpu::Queue, mask: &ProbabilityMap) -> wgpu::TextureView {
    let (width, height) = (mask.width() as u32, mask.height() as u32);
    let size = wgpu::Extent3d {
        width,
        height,
        depth_or_array_layers: 1,
    };
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: Some("mask"),
        size,
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::R16Uint,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    });
    let whole = |p: f32| (p.clamp(0.0, 1.0) * 65535.0).round() as u16;
    let texels: Vec<u16> = mask.values().map(whole).collect();
    let layout = wgpu::TexelCopyBufferLayout {
        offset: 0,
        bytes_per_row: Some(width * 2),
        rows_per_image: None,
    };
    let bytes = bytemuck::cast_slice(&texels);
    queue.write_texture(texture.as_image_copy(), bytes, layout, size);
    texture.create_view(&wgpu::TextureViewDescriptor::default())
}
