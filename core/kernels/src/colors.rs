//! Planes of brightness and colour to interleaved red, green and blue, by tables.

/// Samples of brightness and of the two colours: Y, U and V. Those of more than 8 bits are words, low byte first; what a plane lacks
/// counts as 0.
pub type Planes<'a> = [&'a [u8]; 3];

/// What a row or a column of pixels adds to the number of a pixel's sample, of brightness and of colour.
pub type Place = [usize; 2];

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

    /// The pixels at some rows and columns, `[rows, columns, 3]`, of planes with this many bits a sample.
    pub fn rgb(&self, planes: Planes, depth: u32, rows: &[Place], columns: &[Place]) -> Vec<u8> {
        match depth {
            ..=8 => self.sampled(rows, columns, planes, |plane, i| {
                plane.get(i).copied().map(usize::from)
            }),
            _ => self.sampled(rows, columns, planes, |plane, i| {
                let low = *plane.get(2 * i)?;
                let high = plane.get(2 * i + 1).copied().unwrap_or(0);
                Some(usize::from(u16::from_le_bytes([low, high])))
            }),
        }
    }

    #[inline(always)]
    fn sampled(
        &self,
        rows: &[Place],
        columns: &[Place],
        [y, u, v]: Planes,
        sample: impl Fn(&[u8], usize) -> Option<usize>,
    ) -> Vec<u8> {
        let last = self.luma.len() - 1;
        let value = |plane: &[u8], i: usize| sample(plane, i).unwrap_or(0).min(last);
        let [red_v, green_u, green_v, blue_u] = self.chroma.each_ref().map(|t| &t[..=last]);
        let width = 3 * columns.len();
        let mut data = vec![0; rows.len() * width];
        for (row, line) in rows.iter().zip(data.chunks_exact_mut(width.max(1))) {
            for (column, pixel) in columns.iter().zip(line.chunks_exact_mut(3)) {
                let luma = self.luma[value(y, row[0] + column[0])];
                let chroma = row[1] + column[1];
                let (u, v) = (value(u, chroma), value(v, chroma));
                // The cast clamps to 0 and 255.
                pixel[0] = (luma + red_v[v] + 0.5) as u8;
                pixel[1] = (luma + green_u[u] + green_v[v] + 0.5) as u8;
                pixel[2] = (luma + blue_u[u] + 0.5) as u8;
            }
        }
        data
    }
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
