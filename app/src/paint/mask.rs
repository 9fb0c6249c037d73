//! A mask over the playing picture, on the GPU.

use std::sync::{Arc, Mutex, PoisonError};

use eframe::egui_wgpu::{Callback, CallbackResources, CallbackTrait, ScreenDescriptor};
use egui::{PaintCallbackInfo, Painter};
use mettle_core::predict::{ProbabilityMap, SecondMask};

use super::Placement;
use super::mask_gpu::{MaskGpu, MaskPaint};

/// Places along the longer side of a map of what was drawn: about as fine as the picture is on the screen.
const LONGEST: u32 = 1024;
/// Maps kept: of the second on the picture, and of the one it fades into.
const KEPT: usize = 4;

/// Maps of drawn masks, the newest last.
type Maps = Arc<Mutex<Vec<(SecondMask, ProbabilityMap)>>>;

/// A mask as a map to be laid over the picture, made once as long as it stays the same.
pub fn map_of(ctx: &egui::Context, mask: &SecondMask) -> ProbabilityMap {
    let id = egui::Id::unique("maps of drawn masks");
    let maps = ctx.data_mut(|data| data.get_temp_mut_or_default::<Maps>(id).clone());
    let mut maps = maps.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, map)) = maps.iter().find(|(known, _)| known.is(mask)) {
        return map.clone();
    }
    let last = maps.last().map(|(known, map)| (known, map));
    let map = mask.map(LONGEST, last);
    if matches!(mask, SecondMask::Drawn(_)) {
        if maps.len() >= KEPT {
            maps.remove(0);
        }
        maps.push((mask.clone(), map.clone()));
    }
    map
}

/// Draw a mask over the picture at its place.
pub fn paint_mask(
    painter: &Painter,
    place: Placement,
    mask: MaskPaint,
    format: wgpu::TextureFormat,
) {
    let size = (place.0.size() * painter.ctx().pixels_per_point()).into();
    let callback = MaskCallback { mask, size, format };
    painter.add(Callback::new_paint_callback(place.0, callback));
}

struct MaskCallback {
    mask: MaskPaint,
    /// Of the picture's place, in pixels.
    size: [f32; 2],
    format: wgpu::TextureFormat,
}

impl CallbackTrait for MaskCallback {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        _screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        let gpu = resources
            .entry::<MaskGpu>()
            .or_insert_with(|| MaskGpu::new(device, self.format));
        gpu.upload(device, queue, &self.mask, self.size);
        Vec::new()
    }

    fn paint(
        &self,
        _info: PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        if let Some(gpu) = resources.get::<MaskGpu>() {
            gpu.draw(pass);
        }
    }
}
