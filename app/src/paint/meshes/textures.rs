//! The pictures that meshes show: letters, and whatever egui was given.

use std::collections::HashMap;

use egui::epaint::ImageDelta;
use egui::epaint::textures::{TextureFilter, TextureOptions, TextureWrapMode};
use egui::{ImageData, TextureId, TexturesDelta};

/// What became of textures: new ones and parts of old ones, in order, and which are needed no longer.
#[derive(Default)]
pub(super) struct Changes {
    set: Vec<(TextureId, ImageDelta)>,
    free: Vec<TextureId>,
}

impl Changes {
    /// Takes over a frame's.
    pub fn take(&mut self, frame: &mut TexturesDelta) {
        for (id, images) in frame.set.drain() {
            if images.iter().any(ImageDelta::is_whole) {
                self.set.retain(|(old, _)| *old != id);
            }
            self.set.extend(images.into_iter().map(|image| (id, image)));
        }
        self.free.extend(frame.free.drain());
    }
}

/// A picture on the device.
struct Texture {
    texture: wgpu::Texture,
    options: TextureOptions,
    group: wgpu::BindGroup,
}

/// All of them.
pub(super) struct Textures {
    layout: wgpu::BindGroupLayout,
    all: HashMap<TextureId, Texture>,
    /// Needed no longer once the frame is drawn that is prepared.
    leaving: Vec<TextureId>,
}

impl Textures {
    pub fn new(layout: wgpu::BindGroupLayout) -> Self {
        Self {
            layout,
            all: HashMap::new(),
            leaving: Vec::new(),
        }
    }

    /// What binds a picture.
    pub fn group(&self, id: TextureId) -> Option<&wgpu::BindGroup> {
        Some(&self.all.get(&id)?.group)
    }

    /// Makes changes before a frame is drawn; what leaves with it is still there.
    pub fn change(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, changes: &mut Changes) {
        if changes.set.is_empty() && changes.free.is_empty() {
            return;
        }
        for id in self.leaving.drain(..) {
            self.all.remove(&id);
        }
        for (id, delta) in changes.set.drain(..) {
            self.set(device, queue, id, &delta);
        }
        self.leaving.append(&mut changes.free);
    }

    fn set(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        id: TextureId,
        delta: &ImageDelta,
    ) {
        let ImageData::Color(image) = &delta.image;
        let size = wgpu::Extent3d {
            width: image.width() as u32,
            height: image.height() as u32,
            depth_or_array_layers: 1,
        };
        let fits = |old: &&Texture| old.texture.size() == size && old.options == delta.options;
        if delta.is_whole() && self.all.get(&id).filter(fits).is_none() {
            let made = self.made(device, size, delta.options);
            self.all.insert(id, made);
        }
        // A part of what is not there has no place.
        let Some(there) = self.all.get(&id) else {
            return;
        };
        let mut place = there.texture.as_image_copy();
        if let Some([x, y]) = delta.pos {
            (place.origin.x, place.origin.y) = (x as u32, y as u32);
        }
        let layout = wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(4 * size.width),
            rows_per_image: None,
        };
        queue.write_texture(place, bytemuck::cast_slice(&image.pixels), layout, size);
    }

    fn made(
        &self,
        device: &wgpu::Device,
        size: wgpu::Extent3d,
        options: TextureOptions,
    ) -> Texture {
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("meshes"),
            size,
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            // Gamma space, as colours are.
            format: wgpu::TextureFormat::Rgba8Unorm,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("meshes"),
            layout: &self.layout,
            entries: &[
                wgpu::BindGroupEntry {
                    binding: 0,
                    resource: wgpu::BindingResource::TextureView(&view),
                },
                wgpu::BindGroupEntry {
                    binding: 1,
                    resource: wgpu::BindingResource::Sampler(&sampler(device, options)),
                },
            ],
        });
        Texture {
            texture,
            options,
            group,
        }
    }
}

fn sampler(device: &wgpu::Device, options: TextureOptions) -> wgpu::Sampler {
    let filter = |filter| match filter {
        TextureFilter::Nearest => wgpu::FilterMode::Nearest,
        TextureFilter::Linear => wgpu::FilterMode::Linear,
    };
    let beyond = match options.wrap_mode {
        TextureWrapMode::ClampToEdge => wgpu::AddressMode::ClampToEdge,
        TextureWrapMode::Repeat => wgpu::AddressMode::Repeat,
        TextureWrapMode::MirroredRepeat => wgpu::AddressMode::MirrorRepeat,
    };
    device.create_sampler(&wgpu::SamplerDescriptor {
        label: Some("meshes"),
        mag_filter: filter(options.magnification),
        min_filter: filter(options.minification),
        address_mode_u: beyond,
        address_mode_v: beyond,
        ..Default::default()
    })
}
