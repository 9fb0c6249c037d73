//! Every shader of the program, listed once: file name and text.

/// File name in `shaders/` and what it says.
pub const SHADERS: &[(&str, &str)] = &[
    ("covering.wgsl", COVERING),
    ("yuv_to_rgb.wgsl", YUV_TO_RGB),
    ("mask_overlay.wgsl", MASK_OVERLAY),
    ("flat.wgsl", FLAT),
    ("meshes.wgsl", MESHES),
    ("still.wgsl", STILL),
];

/// Covers the viewport with a triangle.
pub const COVERING: &str = include_str!("../../../shaders/covering.wgsl");

/// Draws a planar YUV picture, turned upright.
pub const YUV_TO_RGB: &str = include_str!("../../../shaders/yuv_to_rgb.wgsl");

/// Draws meshes of plain colours.
pub const FLAT: &str = include_str!("../../../shaders/flat.wgsl");

/// Draws egui's meshes where a processor rasterises.
pub const MESHES: &str = include_str!("../../../shaders/meshes.wgsl");

/// Draws a picture that is as large as its place.
pub const STILL: &str = include_str!("../../../shaders/still.wgsl");

/// Lays a mask of probabilities over a picture.
pub const MASK_OVERLAY: &str = include_str!("../../../shaders/mask_overlay.wgsl");
