//! A picture drawn once as large as its place on the screen, and shown from there until it or its place changes: what costs much for
//! each point is not done again in every frame that something else moves in.

use super::covering::Covering;
use super::shaders::STILL;

/// The pipeline of `shaders/still.wgsl`, and what was drawn last.
pub(super) struct Still {
    covering: Covering,
    format: wgpu::TextureFormat,
    drawn: Option<(wgpu::Texture, wgpu::BindGroup)>,
}

impl Still {
    /// For a target of that format.
    pub fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let uniforms = size_of::<[f32; 4]>();
        Self {
            covering: Covering::new(device, "still", STILL, format.into(), uniforms),
            format,
            drawn: None,
        }
    }

    /// Whether there is one of so many pixels.
    pub fn has(&self, size: [u32; 2]) -> bool {
        let drawn = self.drawn.as_ref();
        drawn.is_some_and(|(had, _)| [had.width(), had.height()] == size)
    }

    /// Draw it anew.
    pub fn renew(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        encoder: &mut wgpu::CommandEncoder,
        [width, height]: [u32; 2],
        draw: impl FnOnce(&mut wgpu::RenderPass<'_>),
    ) {
        if !self.has([width, height]) {
            let texture = device.create_texture(&wgpu::TextureDescriptor {
                label: Some("still"),
                size: wgpu::Extent3d {
                    width,
                    height,
                    depth_or_array_layers: 1,
                },
                mip_level_count: 1,
                sample_count: 1,
                dimension: wgpu::TextureDimension::D2,
                format: self.format,
                usage: wgpu::TextureUsages::RENDER_ATTACHMENT
                    | wgpu::TextureUsages::TEXTURE_BINDING,
                view_formats: &[],
            });
            let group = self.covering.group(device, std::slice::from_ref(&texture));
            self.covering
                .set(queue, &[width as f32, height as f32, 0.0, 0.0]);
            self.drawn = Some((texture, group));
        }
        let Some((texture, _)) = &self.drawn else {
            return;
        };
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let attachment = wgpu::RenderPassColorAttachment {
            view: &view,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations::default(),
        };
        draw(&mut encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("still"),
            color_attachments: &[Some(attachment)],
            ..Default::default()
        }));
    }

    /// Draw over the whole viewport.
    pub fn draw(&self, pass: &mut wgpu::RenderPass<'_>) {
        if let Some((_, group)) = &self.drawn {
            self.covering.draw(pass, group);
        }
    }
}
