//! Drawing what no widget draws: heat, waves, film strips, icons, and the video frame on the GPU. Takes what it draws.

mod bars;
mod covering;
mod flat;
mod flat_gpu;
mod grid;
mod heat;
pub mod icons;
mod mask;
mod mask_gpu;
mod mask_strip;
mod offscreen;
mod shaders;
mod spectrogram;
mod split;
mod strip;
mod video;
mod video_gpu;
mod waves;

pub use bars::{Bars, is_bar, paint_bars};
pub use flat::{install_flat, paint_flat, paint_ground};
pub use grid::{paint_grid, swatch};
pub use heat::{Column, columns_of, paint_columns, pending_pattern};
pub use mask::{map_of, paint_mask};
pub use mask_gpu::MaskPaint;
pub use mask_strip::{CellMasks, MaskCells, paint_cells};
pub use offscreen::{convert_offscreen, mask_offscreen};
pub use shaders::SHADERS;
pub use spectrogram::paint_spectrogram;
pub use split::{SplitColumn, paint_split, split_columns};
pub use strip::{paint_picture, paint_strip, paint_whole};
pub use video::{Placement, VideoPaint, paint_video};
pub use video_gpu::VideoUniforms;
pub use waves::paint_waves;
