//! Drawing what no widget draws: time axes, heat, waves, film strips, icons, and the video frame on the GPU.

mod axis;
mod heat;
pub mod icons;
mod lanes;
mod shaders;
mod spectrogram;
mod strip;
mod video;
mod video_gpu;
mod video_offscreen;
mod waves;

pub use axis::TimeAxis;
pub use heat::{Column, columns_of, paint_columns, pending_pattern};
pub use lanes::{FEW, Lane, lanes_in_view, shown_lanes};
pub use shaders::SHADERS;
pub use spectrogram::Spectrogram;
pub use strip::{Strip, paint_picture};
pub use video::{Placement, VideoPaint, paint_video};
pub use video_gpu::VideoUniforms;
pub use video_offscreen::convert_offscreen;
pub use waves::Waves;
