//! Drawing what no widget draws: time axes, heat, waves, film strips, icons, and the video frame on the GPU.

mod axis;
mod heat;
pub mod icons;
mod lanes;
mod shaders;
mod strip;
mod video;
mod waves;

pub use axis::TimeAxis;
pub use heat::{Column, columns_of, paint_columns, pending_pattern};
pub use lanes::{FEW, Lane, lanes_in_view};
pub use shaders::SHADERS;
pub use strip::{Strip, paint_picture};
pub use video::{Placement, VideoPaint, VideoUniforms, convert_offscreen, paint_video};
pub use waves::Waves;
