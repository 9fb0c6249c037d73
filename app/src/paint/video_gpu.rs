//! The pipeline of `shaders/yuv_to_rgb.wgsl` and the picture uploaded last.

use std::sync::Arc;

use mettle_core::media::{YuvPicture, yuv_to_rgb_matrix};

use super::covering::{Covering, fill, plane};
use super::shaders::YUV_TO_RGB;

/// The shader's `Picture`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct VideoUniforms {
    rows: [[f32; 4]; 3],
    size: [f32; 2],
    chroma_shift: [u32; 2],
    turn: [f32; 4],
    top: f32,
    smooth: f32,
    linear_target: u32,
    /// The shader's struct ends at a multiple of 16 bytes.
    end: u32,
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
            turn: match picture.rotation_deg / 90 % 4 {
                1 => [0.0, 1.0, -1.0, 0.0],
                2 => [-1.0, 0.0, 0.0, -1.0],
                3 => [0.0, -1.0, 1.0, 0.0],
                _ => [1.0, 0.0, 0.0, 1.0],
            },
            top: ((1_u32 << picture.depth) - 1) as f32,
            smooth: f32::from(u8::from(smooth)),
            linear_target: u32::from(linear_target),
            end: 0,
        }
    }
}

/// The pipeline, and the picture uploaded last.
pub(super) struct VideoGpu {
    covering: Covering,
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

    fn plane(&self, index: usize) -> [u32; 2] {
        if index == 0 { self.luma } else { self.chroma }
    }
}

impl VideoGpu {
    pub(super) fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let size = size_of::<VideoUniforms>();
        Self {
            covering: Covering::new(device, "yuv_to_rgb", YUV_TO_RGB, format.into(), size),
            planes: None,
            uploaded: None,
        }
    }

    /// Hand a picture to the device; says whether it is another than before.
    pub(super) fn upload(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        picture: &Arc<YuvPicture>,
        smooth: bool,
    ) -> bool {
        let last = self.uploaded.as_ref();
        if last.is_some_and(|old| Arc::ptr_eq(old, picture)) {
            return false;
        }
        let shape = Shape::of(picture);
        let largest = device.limits().max_texture_dimension_2d;
        if !whole(picture, &shape) || shape.luma.iter().any(|side| *side > largest) {
            return false;
        }
        if self.planes.as_ref().is_none_or(|old| old.shape != shape) {
            let textures = [0, 1, 2].map(|index| plane(device, shape.plane(index), shape.format));
            self.planes = Some(Planes {
                group: self.covering.group(device, &textures),
                textures,
                shape,
            });
        }
        let Some(planes) = &self.planes else {
            return false;
        };
        for (texture, bytes) in planes.textures.iter().zip(&picture.planes) {
            fill(queue, texture, bytes);
        }
        let uniforms = VideoUniforms::new(picture, smooth, self.covering.linear_target);
        self.covering.set(queue, &uniforms);
        self.uploaded = Some(picture.clone());
        true
    }

    pub(super) fn draw(&self, pass: &mut wgpu::RenderPass<'_>) {
        if let Some(planes) = &self.planes {
            self.covering.draw(pass, &planes.group);
        }
    }
}

/// Whether the planes hold as many samples as they say.
fn whole(picture: &YuvPicture, shape: &Shape) -> bool {
    let bytes = if picture.depth > 8 { 2 } else { 1 };
    picture.planes.iter().enumerate().all(|(index, plane)| {
        let [width, height] = shape.plane(index);
        plane.len() == (width * height * bytes) as usize && !plane.is_empty()
    })
}
