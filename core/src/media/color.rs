//! YUV to red, green and blue: the processor's twin of the window's shader `yuv_to_rgb.wgsl`.
//!
//! Both take the nearest sample everywhere: a picture's pixel `(x, y)` uses the chroma sample
//! `(x >> chroma_shift_x, y >> chroma_shift_y)`, and pixels that are not square are repeated or left out. Nothing is
//! interpolated, so that the two agree to a rounding step.

use mettle_kernels::{ColorTables, Place};

use super::picture::{ColorMatrix, ColorRange, RgbFrame, YuvPicture};

/// The matrix `m` and offset `o` with which `rgb = m · yuv + o`, where `yuv` is `sample / (2^depth - 1)`, 0 to 1,
/// and `rgb` is 0 to 1 before clamping (ITU-R BT.601, BT.709, BT.2020 with non-constant luminance).
pub fn yuv_to_rgb_matrix(
    matrix: ColorMatrix,
    range: ColorRange,
    depth: u32,
) -> ([[f32; 3]; 3], [f32; 3]) {
    let (red, blue) = match matrix {
        ColorMatrix::Bt601 => (0.299, 0.114),
        ColorMatrix::Bt709 => (0.2126, 0.0722),
        ColorMatrix::Bt2020 => (0.2627, 0.0593),
    };
    let green: f64 = 1.0 - red - blue;
    let (max, unit) = (
        f64::from((1_u32 << depth) - 1),
        f64::from(1_u32 << (depth - 8)),
    );
    let (black, luma, chroma) = match range {
        ColorRange::Limited => (16.0 * unit, 219.0 * unit, 224.0 * unit),
        ColorRange::Full => (0.0, max, max),
    };
    let middle = 128.0 * unit;
    // Red and blue differ from luma by 2 (1 - K) times their chroma; green by what the two leave.
    let (from_v, from_u) = (2.0 * (1.0 - red), 2.0 * (1.0 - blue));
    let rows = [
        [1.0, 0.0, from_v],
        [1.0, -from_u * blue / green, -from_v * red / green],
        [1.0, from_u, 0.0],
    ];
    let scale = [max / luma, max / chroma, max / chroma];
    let zero = [black / max, middle / max, middle / max];
    let mut m = [[0.0; 3]; 3];
    let mut o = [0.0; 3];
    for (i, row) in rows.iter().enumerate() {
        for j in 0..3 {
            m[i][j] = (row[j] * scale[j]) as f32;
        }
        o[i] = -(0..3).map(|j| row[j] * scale[j] * zero[j]).sum::<f64>() as f32;
    }
    (m, o)
}

impl YuvPicture {
    /// Width and height as shown: pixels made square by widening or narrowing, then turned upright.
    pub fn shown_size(&self) -> (usize, usize) {
        shown_size(
            self.width,
            self.height,
            self.pixel_aspect,
            self.rotation_deg,
        )
    }

    /// The upright picture at its shown size, 8 bit.
    pub fn to_rgb(&self) -> RgbFrame {
        let (width, height) = self.shown_size();
        self.sampled(width, height)
    }

    /// The upright picture made to fit into `max_width` by `max_height`, averaged down; never enlarged.
    pub fn to_rgb_within(&self, max_width: usize, max_height: usize) -> RgbFrame {
        let (width, height) = self.shown_size();
        let scale = (max_width as f64 / width as f64)
            .min(max_height as f64 / height as f64)
            .min(1.0);
        let fit = |side: usize| ((side as f64 * scale).round() as usize).max(1);
        let (small_width, small_height) = (fit(width), fit(height));
        // At most 16 source pixels go into a small one: more cannot be seen, and all of a 4K picture is slow.
        let source = self.sampled(width.min(small_width * 4), height.min(small_height * 4));
        let from = (source.width, source.height);
        if from == (small_width, small_height) {
            return source;
        }
        RgbFrame {
            width: small_width,
            height: small_height,
            data: mettle_kernels::averaged(&source.data, from, (small_width, small_height)),
        }
    }

    /// The upright picture at `width` by `height`, each pixel the nearest coded one.
    fn sampled(&self, width: usize, height: usize) -> RgbFrame {
        let turned = matches!(self.rotation_deg, 90 | 270);
        let columns = self.places(width, !turned, matches!(self.rotation_deg, 90 | 180));
        let rows = self.places(height, turned, matches!(self.rotation_deg, 180 | 270));
        let (matrix, offset) = yuv_to_rgb_matrix(self.matrix, self.range, self.depth);
        let tables = ColorTables::new(matrix, offset, self.depth);
        let planes = self.planes.each_ref().map(Vec::as_slice);
        let data = tables.rgb(planes, self.depth, &rows, &columns);
        RgbFrame {
            width,
            height,
            data,
        }
    }

    /// The places of `shown` columns or rows that run along the coded picture's x or its y, and from its end where `flip`.
    fn places(&self, shown: usize, along_x: bool, flip: bool) -> Vec<Place> {
        let chroma_width = self.width.div_ceil(1 << self.chroma_shift_x);
        let coded = if along_x { self.width } else { self.height };
        (0..shown)
            .map(|i| (2 * i + 1) * coded / (2 * shown))
            .map(|i| if flip { coded - 1 - i } else { i })
            .map(|i| match along_x {
                true => [i, i >> self.chroma_shift_x],
                false => [i * self.width, (i >> self.chroma_shift_y) * chroma_width],
            })
            .collect()
    }
}

/// Width and height as shown of a picture coded as `width` by `height`.
pub(super) fn shown_size(
    width: usize,
    height: usize,
    pixel_aspect: f64,
    rotation_deg: u32,
) -> (usize, usize) {
    let square = ((width as f64 * pixel_aspect).round() as usize).max(1);
    match rotation_deg {
        90 | 270 => (height, square),
        _ => (square, height),
    }
}
