//! YUV to red, green and blue: the processor's twin of the window's shader `yuv_to_rgb.wgsl`.
//!
//! Both take the nearest sample everywhere: a picture's pixel `(x, y)` uses the chroma sample
//! `(x >> chroma_shift_x, y >> chroma_shift_y)`, and pixels that are not square are repeated or left out. Nothing is
//! interpolated, so that the two agree to a rounding step.

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
        averaged(&source, small_width, small_height)
    }

    /// The upright picture at `width` by `height`, each pixel the nearest coded one.
    fn sampled(&self, width: usize, height: usize) -> RgbFrame {
        let tables = Tables::new(self);
        let (w, h) = (self.width, self.height);
        let turned = matches!(self.rotation_deg, 90 | 270);
        let (along_x, along_y) = if turned { (h, w) } else { (w, h) };
        let nearest = |shown: usize, coded: usize, flip: bool| -> Vec<usize> {
            (0..shown)
                .map(|i| (2 * i + 1) * coded / (2 * shown))
                .map(|i| if flip { coded - 1 - i } else { i })
                .collect()
        };
        let columns = nearest(width, along_x, matches!(self.rotation_deg, 90 | 180));
        let rows = nearest(height, along_y, matches!(self.rotation_deg, 180 | 270));
        let mut data = Vec::with_capacity(width * height * 3);
        for &row in &rows {
            for &column in &columns {
                let (x, y) = if turned { (row, column) } else { (column, row) };
                data.extend_from_slice(&tables.rgb(self, x, y));
            }
        }
        RgbFrame {
            width,
            height,
            data,
        }
    }

    fn sample(&self, plane: usize, index: usize) -> usize {
        let data = &self.planes[plane];
        if self.depth > 8 {
            let low = data.get(2 * index).copied().unwrap_or(0);
            let high = data.get(2 * index + 1).copied().unwrap_or(0);
            usize::from(u16::from_le_bytes([low, high]))
        } else {
            usize::from(data.get(index).copied().unwrap_or(0))
        }
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

/// What every sample value contributes to each colour, 0 to 255.
struct Tables {
    luma: Vec<f32>,
    /// To red by V, green by U, green by V, blue by U.
    chroma: [Vec<f32>; 4],
    last: usize,
}

impl Tables {
    fn new(picture: &YuvPicture) -> Self {
        let (m, o) = yuv_to_rgb_matrix(picture.matrix, picture.range, picture.depth);
        let last = (1_usize << picture.depth) - 1;
        let table = |gain: f32, offset: f32| -> Vec<f32> {
            (0..=last)
                .map(|v| 255.0 * (gain * v as f32 / last as f32 + offset))
                .collect()
        };
        Self {
            luma: table(m[0][0], 0.0),
            chroma: [
                table(m[0][2], o[0]),
                table(m[1][1], o[1]),
                table(m[1][2], 0.0),
                table(m[2][1], o[2]),
            ],
            last,
        }
    }

    fn rgb(&self, picture: &YuvPicture, x: usize, y: usize) -> [u8; 3] {
        let chroma_width = picture.width.div_ceil(1 << picture.chroma_shift_x);
        let at = (y >> picture.chroma_shift_y) * chroma_width + (x >> picture.chroma_shift_x);
        let luma = self.luma[picture.sample(0, y * picture.width + x).min(self.last)];
        let u = picture.sample(1, at).min(self.last);
        let v = picture.sample(2, at).min(self.last);
        let [red_v, green_u, green_v, blue_u] = &self.chroma;
        [
            luma + red_v[v],
            luma + green_u[u] + green_v[v],
            luma + blue_u[u],
        ]
        // The cast clamps to 0 and 255.
        .map(|value| (value + 0.5) as u8)
    }
}

/// Each small pixel the mean of the pixels it covers.
fn averaged(source: &RgbFrame, width: usize, height: usize) -> RgbFrame {
    if (source.width, source.height) == (width, height) {
        return source.clone();
    }
    let covered = |i: usize, small: usize, large: usize| {
        let start = i * large / small;
        start..((i + 1) * large / small).max(start + 1).min(large)
    };
    let mut data = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let mut sums = [0_u32; 3];
            let mut count = 0;
            for row in covered(y, height, source.height) {
                for column in covered(x, width, source.width) {
                    let at = (row * source.width + column) * 3;
                    let pixel = &source.data[at..at + 3];
                    sums.iter_mut()
                        .zip(pixel)
                        .for_each(|(sum, &v)| *sum += u32::from(v));
                    count += 1;
                }
            }
            data.extend(sums.map(|sum| ((sum + count / 2) / count.max(1)) as u8));
        }
    }
    RgbFrame {
        width,
        height,
        data,
    }
}
