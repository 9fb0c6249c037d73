//! Planes of brightness and colour to interleaved red, green and blue, by tables.

/// A picture as it is coded: samples of brightness, and fewer of the two colours.
#[derive(Clone, Copy, Debug)]
pub struct Planes<'a> {
    /// Y, U and V; samples of more than 8 bits are words, low byte first. What a plane lacks counts as 0.
    pub planes: [&'a [u8]; 3],
    /// Samples in a row of Y.
    pub width: usize,
    /// How often columns and rows are halved for U and V.
    pub halved: (u32, u32),
    /// Bits of a sample: 8 to 16.
    pub depth: u32,
}

/// What every sample value contributes to each colour, 0 to 255.
#[derive(Clone, Debug)]
pub struct ColorTables {
    luma: Vec<f32>,
    /// To red by V, green by U, green by V, blue by U.
    chroma: [Vec<f32>; 4],
}

impl ColorTables {
    /// Of `rgb = matrix · yuv + offset`, where `yuv` is 0 to 1 over the values that `depth` bits have.
    pub fn new(matrix: [[f32; 3]; 3], offset: [f32; 3], depth: u32) -> Self {
        let last = (1_usize << depth) - 1;
        let table = |gain: f32, offset: f32| -> Vec<f32> {
            (0..=last)
                .map(|v| 255.0 * (gain * v as f32 / last as f32 + offset))
                .collect()
        };
        Self {
            luma: table(matrix[0][0], 0.0),
            chroma: [
                table(matrix[0][2], offset[0]),
                table(matrix[1][1], offset[1]),
                table(matrix[1][2], 0.0),
                table(matrix[2][1], offset[2]),
            ],
        }
    }

    /// The pixels at some rows and columns of what is coded, in that order, `[rows, columns, 3]`; of a picture that lies on its
    /// side, rows are those of the upright one, so that they count coded columns.
    pub fn rgb(&self, coded: Planes, rows: &[usize], columns: &[usize], on_side: bool) -> Vec<u8> {
        let places = Places {
            rows,
            columns,
            on_side,
        };
        match coded.depth {
            ..=8 => self.sampled(coded, places, |plane, i| {
                plane.get(i).copied().map(usize::from)
            }),
            _ => self.sampled(coded, places, |plane, i| {
                let low = *plane.get(2 * i)?;
                let high = plane.get(2 * i + 1).copied().unwrap_or(0);
                Some(usize::from(u16::from_le_bytes([low, high])))
            }),
        }
    }

    #[inline(always)]
    fn sampled(
        &self,
        coded: Planes,
        places: Places,
        sample: impl Fn(&[u8], usize) -> Option<usize>,
    ) -> Vec<u8> {
        let ([y_plane, u_plane, v_plane], (halved_x, halved_y)) = (coded.planes, coded.halved);
        let chroma_width = coded.width.div_ceil(1 << halved_x);
        let last = self.luma.len() - 1;
        let value = |plane: &[u8], i: usize| sample(plane, i).unwrap_or(0).min(last);
        let [red_v, green_u, green_v, blue_u] = self.chroma.each_ref().map(|t| &t[..=last]);
        let width = 3 * places.columns.len();
        let mut data = vec![0; places.rows.len() * width];
        for (&row, line) in places.rows.iter().zip(data.chunks_exact_mut(width.max(1))) {
            for (&column, pixel) in places.columns.iter().zip(line.chunks_exact_mut(3)) {
                let (x, y) = match places.on_side {
                    true => (row, column),
                    false => (column, row),
                };
                let at = (y >> halved_y) * chroma_width + (x >> halved_x);
                let luma = self.luma[value(y_plane, y * coded.width + x)];
                let (u, v) = (value(u_plane, at), value(v_plane, at));
                // The cast clamps to 0 and 255.
                pixel[0] = (luma + red_v[v] + 0.5) as u8;
                pixel[1] = (luma + green_u[u] + green_v[v] + 0.5) as u8;
                pixel[2] = (luma + blue_u[u] + 0.5) as u8;
            }
        }
        data
    }
}

/// Which pixels are wanted.
struct Places<'a> {
    rows: &'a [usize],
    columns: &'a [usize],
    on_side: bool,
}

/// Each pixel of a small picture the mean of the pixels it covers, rounded, `[height, width, 3]`.
pub fn averaged(source: &[u8], from: (usize, usize), to: (usize, usize)) -> Vec<u8> {
    let covered = |i: usize, small: usize, large: usize| {
        let start = i * large / small;
        start..((i + 1) * large / small).max(start + 1).min(large)
    };
    let ((width, height), (large_width, large_height)) = (to, from);
    let mut data = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let (columns, mut sums) = (covered(x, width, large_width), [0_u32; 3]);
            let mut count = 0;
            for row in covered(y, height, large_height) {
                let line =
                    (row * large_width + columns.start) * 3..(row * large_width + columns.end) * 3;
                for pixel in source[line].chunks_exact(3) {
                    sums.iter_mut()
                        .zip(pixel)
                        .for_each(|(sum, &v)| *sum += u32::from(v));
                    count += 1;
                }
            }
            data.extend(sums.map(|sum| ((sum + count / 2) / count.max(1)) as u8));
        }
    }
    data
}
