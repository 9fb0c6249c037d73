//! The pipeline of `shaders/mask_overlay.wgsl` and the masks uploaded last.

use mettle_core::predict::{MaskLook, MaskStyle, ProbabilityMap};

use super::covering::{Covering, fill_rows, plane};
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
    covering: Covering,
    uploaded: Option<Uploaded>,
}

struct Uploaded {
    masks: [ProbabilityMap; 2],
    /// Of the masks; one texture where they are the same.
    textures: [wgpu::Texture; 2],
    group: wgpu::BindGroup,
}

impl MaskGpu {
    pub(super) fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let target = wgpu::ColorTargetState {
            format,
            blend: Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
            write_mask: wgpu::ColorWrites::ALL,
        };
        let size = size_of::<LookUniforms>();
        Self {
            covering: Covering::new(device, "mask_overlay", MASK_OVERLAY, target, size),
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
            let old = self.uploaded.take();
            self.uploaded = masks.iter().all(fits).then(|| {
                let textures = textures(device, queue, old, &masks);
                Uploaded {
                    group: self.covering.group(device, &textures),
                    textures,
                    masks,
                }
            });
        }
        let look = LookUniforms::new(mask, size, self.covering.linear_target);
        self.covering.set(queue, &look);
    }

    pub(super) fn draw(&self, pass: &mut wgpu::RenderPass<'_>) {
        if let Some(uploaded) = &self.uploaded {
            self.covering.draw(pass, &uploaded.group);
        }
    }
}

/// The two masks as textures. Those uploaded before are brought up to date where they are of the same size.
fn textures(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    old: Option<Uploaded>,
    [first, second]: &[ProbabilityMap; 2],
) -> [wgpu::Texture; 2] {
    let (mut known, mut other) = (None, None);
    if let Some(old) = old {
        let [one, two] = old.masks;
        let [its, others] = old.textures;
        // A texture that stands for both is changed once.
        other = (!one.is(&two)).then_some((two, others));
        known = Some((one, its));
    }
    let texture = texture(device, queue, known, first);
    let beside = match second.is(first) {
        true => texture.clone(),
        false => self::texture(device, queue, other, second),
    };
    [texture, beside]
}

/// A mask as a texture of whole numbers, 65535 for 1. Of one that another mask of its size was in, only rows that differ are written.
fn texture(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    known: Option<(ProbabilityMap, wgpu::Texture)>,
    mask: &ProbabilityMap,
) -> wgpu::Texture {
    let size = [mask.width(), mask.height()];
    let (rows, texture) = match known.filter(|(old, _)| [old.width(), old.height()] == size) {
        Some((old, texture)) => (mask.changed_rows(&old), texture),
        None => {
            let format = wgpu::TextureFormat::R16Uint;
            let new = plane(device, size.map(|side| side as u32), format);
            (0..mask.height(), new)
        }
    };
    let whole = |p: f32| (p.clamp(0.0, 1.0) * 65535.0).round() as u16;
    let texels: Vec<u16> = mask.of_rows(rows.clone()).map(whole).collect();
    let rows = rows.start as u32..rows.end as u32;
    fill_rows(queue, &texture, rows, bytemuck::cast_slice(&texels));
    texture
}
