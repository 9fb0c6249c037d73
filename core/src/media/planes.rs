//! FFmpeg's decoded frames as [`YuvPicture`]s: planes copied where they are planar YUV, converted where not.

use ffmpeg_next as ffmpeg;

use ffmpeg::color::{Range, Space};
use ffmpeg::format::Pixel;
use ffmpeg::frame;
use ffmpeg::software::scaling::{Context, Flags};

use super::ffi;
use super::orientation::Orientation;
use super::picture::{ColorMatrix, ColorRange, YuvPicture};

/// Taller pictures without a stated matrix are taken for high definition.
const SD_HEIGHT: u32 = 576;

/// Pictures of more pixels are made smaller while they are copied.
pub(super) const LARGE: u64 = 1 << 25;
/// The longer side of such a picture then.
pub(super) const REDUCED: u32 = 4096;

/// Chroma shifts and depth of the planar layouts that are passed on as they are.
fn planar(format: Pixel) -> Option<(u32, u32, u32)> {
    Some(match format {
        Pixel::YUV420P | Pixel::YUVJ420P => (1, 1, 8),
        Pixel::YUV422P | Pixel::YUVJ422P => (1, 0, 8),
        Pixel::YUV444P | Pixel::YUVJ444P => (0, 0, 8),
        Pixel::YUV420P10LE => (1, 1, 10),
        Pixel::YUV422P10LE => (1, 0, 10),
        Pixel::YUV444P10LE => (0, 0, 10),
        Pixel::YUV420P12LE => (1, 1, 12),
        Pixel::YUV422P12LE => (1, 0, 12),
        Pixel::YUV444P12LE => (0, 0, 12),
        _ => return None,
    })
}

/// The planar layout that holds what `format` holds: as much chroma, and at least as many bits. Red, green and
/// blue, palettes and gray go to 10 bit, where the way through limited-range YUV costs under half a step of 255.
fn planar_like(format: Pixel) -> Option<Pixel> {
    let (depth, rgb) = ffi::pixel_depth(format)?;
    let descriptor = format.descriptor()?;
    let whole_yuv = descriptor.nb_components() >= 3 && !rgb;
    let depth = if depth > 8 || !whole_yuv {
        depth.max(10)
    } else {
        8
    };
    let chroma = if rgb {
        (0, 0)
    } else {
        (descriptor.log2_chroma_w(), descriptor.log2_chroma_h())
    };
    Some(match (chroma, depth) {
        ((0, 0), 8) => Pixel::YUV444P,
        ((_, 0), 8) => Pixel::YUV422P,
        ((0, _), 8) => Pixel::YUV444P,
        (_, 8) => Pixel::YUV420P,
        ((0, 0), ..=10) => Pixel::YUV444P10LE,
        ((_, 0), ..=10) => Pixel::YUV422P10LE,
        ((0, _), ..=10) => Pixel::YUV444P10LE,
        (_, ..=10) => Pixel::YUV420P10LE,
        ((0, 0), _) => Pixel::YUV444P12LE,
        ((_, 0), _) => Pixel::YUV422P12LE,
        ((0, _), _) => Pixel::YUV444P12LE,
        _ => Pixel::YUV420P12LE,
    })
}

/// Copies a decoded frame, its rows reversed where it is stored flipped. `orientation` and `pixel_aspect` come from the
/// container.
pub(super) fn picture_of(
    frame: &frame::Video,
    orientation: Orientation,
    pixel_aspect: f64,
) -> Result<YuvPicture, ffmpeg::Error> {
    // Bottom-up pictures have negative strides, which the safe accessors cannot express.
    let bottom_up = (0..frame.planes()).any(|i| (frame.stride(i) as isize) < 0);
    let size = (frame.width(), frame.height());
    let small = reduced(size);
    let converted = match planar(frame.format()) {
        Some(_) if !bottom_up && small == size => None,
        _ => Some(convert(frame, small)?),
    };
    let source = converted.as_ref().unwrap_or(frame);
    let (shift_x, shift_y, depth) = planar(source.format()).ok_or(ffmpeg::Error::InvalidData)?;
    let (width, height) = (source.width() as usize, source.height() as usize);
    if width == 0 || height == 0 || source.planes() < 3 {
        return Err(ffmpeg::Error::InvalidData);
    }
    let chroma = (width.div_ceil(1 << shift_x), height.div_ceil(1 << shift_y));
    let sample = if depth > 8 { 2 } else { 1 };
    let plane = |index: usize, (columns, rows): (usize, usize)| {
        packed(source, index, columns * sample, rows, orientation.flipped)
    };
    Ok(YuvPicture {
        width,
        height,
        chroma_shift_x: shift_x,
        chroma_shift_y: shift_y,
        depth,
        planes: [
            plane(0, (width, height)),
            plane(1, chroma),
            plane(2, chroma),
        ],
        matrix: matrix_of(frame),
        range: range_of(frame, converted.is_some()),
        rotation_deg: orientation.rotation_deg,
        pixel_aspect,
    })
}

/// A plane without the padding at the end of its rows, from its last row up where it is `flipped`.
fn packed(
    frame: &frame::Video,
    index: usize,
    row_bytes: usize,
    rows: usize,
    flipped: bool,
) -> Vec<u8> {
    let (data, stride) = (frame.data(index), frame.stride(index).max(1));
    let mut plane = Vec::with_capacity(row_bytes * rows);
    for row in 0..rows {
        let row = if flipped { rows - 1 - row } else { row };
        let row = data.get(row * stride..).unwrap_or_default();
        plane.extend_from_slice(&row[..row_bytes.min(row.len())]);
    }
    plane.resize(row_bytes * rows, 0);
    plane
}

/// The size at which a picture is kept: its own, or of a huge one as much as anything here can make use of.
fn reduced((width, height): (u32, u32)) -> (u32, u32) {
    if u64::from(width) * u64::from(height) <= LARGE {
        return (width, height);
    }
    let longest = width.max(height).max(1);
    let side =
        |side: u32| (u64::from(side) * u64::from(REDUCED) / u64::from(longest)).max(1) as u32;
    (side(width), side(height))
}

/// Anything FFmpeg can read, as planar YUV of a size. Kept range and matrix where it is YUV, else limited BT.601.
fn convert(frame: &frame::Video, size: (u32, u32)) -> Result<frame::Video, ffmpeg::Error> {
    let format = frame.format();
    let target = match planar(format) {
        Some(_) => format,
        None => planar_like(format).ok_or(ffmpeg::Error::InvalidData)?,
    };
    let (width, height) = (frame.width(), frame.height());
    let flags =
        Flags::BICUBIC | Flags::ACCURATE_RND | Flags::FULL_CHR_H_INP | Flags::FULL_CHR_H_INT;
    let mut scaler = Context::get(format, width, height, target, size.0, size.1, flags)?;
    let mut converted = frame::Video::empty();
    scaler.run(frame, &mut converted)?;
    Ok(converted)
}

fn is_yuv(format: Pixel) -> bool {
    let components = format.descriptor().map_or(0, |d| d.nb_components());
    components >= 3 && ffi::pixel_depth(format).is_some_and(|(_, rgb)| !rgb)
}

fn matrix_of(frame: &frame::Video) -> ColorMatrix {
    if !is_yuv(frame.format()) {
        return ColorMatrix::Bt601;
    }
    match frame.color_space() {
        Space::BT709 | Space::SMPTE240M => ColorMatrix::Bt709,
        Space::BT2020NCL | Space::BT2020CL => ColorMatrix::Bt2020,
        Space::BT470BG | Space::SMPTE170M | Space::FCC => ColorMatrix::Bt601,
        _ if frame.height() > SD_HEIGHT => ColorMatrix::Bt709,
        _ => ColorMatrix::Bt601,
    }
}

fn range_of(frame: &frame::Video, converted: bool) -> ColorRange {
    let format = frame.format();
    if converted && !is_yuv(format) {
        return ColorRange::Limited;
    }
    let jpeg = matches!(
        format,
        Pixel::YUVJ420P | Pixel::YUVJ422P | Pixel::YUVJ444P | Pixel::YUVJ440P | Pixel::YUVJ411P
    );
    // swscale brings the layouts that exist in full range only (yuvj440p, yuvj411p) to limited range.
    if jpeg && converted && planar(format).is_none() {
        return ColorRange::Limited;
    }
    match frame.color_range() {
        Range::JPEG => ColorRange::Full,
        Range::Unspecified if jpeg => ColorRange::Full,
        _ => ColorRange::Limited,
    }
}
