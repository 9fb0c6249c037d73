//! Drawing into memory through the window's own pipelines: what the tests hold the CPU twins against.

use std::sync::Arc;

use mettle_core::media::YuvPicture;

use super::mask_gpu::{MaskGpu, MaskPaint};
use super::video_gpu::VideoGpu;

/// What is drawn into.
const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

/// Draw a picture into an image of its own, RGBA.
pub fn convert_offscreen(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    picture: &Arc<YuvPicture>,
    width: u32,
    height: u32,
    smooth: bool,
) -> Option<Vec<u8>> {
    let mut gpu = VideoGpu::new(device, FORMAT);
    gpu.upload(device, queue, picture, smooth);
    drawn(device, queue, width, height, |pass| gpu.draw(pass))
}

/// Draw a mask over nothing, RGBA, colours multiplied by alpha.
pub fn mask_offscreen(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    mask: &MaskPaint,
    width: u32,
    height: u32,
) -> Option<Vec<u8>> {
    let mut gpu = MaskGpu::new(device, FORMAT);
    gpu.upload(device, queue, mask, [width as f32, height as f32]);
    drawn(device, queue, width, height, |pass| gpu.draw(pass))
}

fn drawn(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    width: u32,
    height: u32,
    draw: impl FnOnce(&mut wgpu::RenderPass<'_>),
) -> Option<Vec<u8>> {
    let size = wgpu::Extent3d {
        width,
        height,
        depth_or_array_layers: 1,
    };
    let target = device.create_texture(&wgpu::TextureDescriptor {
        label: Some("drawn"),
        size,
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: FORMAT,
        usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
        view_formats: &[],
    });
    let row = (width * 4).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
    let buffer = device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("drawn"),
        size: u64::from(row * height),
        usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
        mapped_at_creation: false,
    });
    let view = target.create_view(&wgpu::TextureViewDescriptor::default());
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    {
        let attachment = wgpu::RenderPassColorAttachment {
            view: &view,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations::default(),
        };
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &[Some(attachment)],
            ..Default::default()
        });
        draw(&mut pass);
    }
    let layout = wgpu::TexelCopyBufferLayout {
        offset: 0,
        bytes_per_row: Some(row),
        rows_per_image: None,
    };
    let into = wgpu::TexelCopyBufferInfo {
        buffer: &buffer,
        layout,
    };
    encoder.copy_texture_to_buffer(target.as_image_copy(), into, size);
    queue.submit([encoder.finish()]);
    buffer.slice(..).map_async(wgpu::MapMode::Read, |_| {});
    device.poll(wgpu::PollType::wait_indefinitely()).ok()?;
    let data = buffer.slice(..).get_mapped_range().ok()?;
    let rows = data.chunks(row as usize);
    Some(
        rows.flat_map(|r| r[..width as usize * 4].to_vec())
            .collect(),
    )
}
