//! PNG pictures too large to be held: read row by row, and made smaller on the way. Whole, one takes a gigabyte.

use std::io::Cursor;

use ffmpeg_next as ffmpeg;

use ffmpeg::codec::Id;
use ffmpeg::format::Pixel;
use ffmpeg::format::context::Input;
use ffmpeg::frame;
use png::{Decoder, Limits, Reader, Transformations};

use super::ffi_fields;
use super::planes::LARGE;

/// Where the pixels of a pass lie: the first column and row, and the steps to the next.
type Pass = (usize, usize, usize, usize);
/// Of a picture in one piece.
const PLAIN: [Pass; 1] = [(0, 0, 1, 1)];
/// Of an interlaced one (Adam7).
const INTERLACED: [Pass; 7] = [
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
];
/// Bytes that a reader may ask for: rows and palettes, never a picture.
const MEMORY: usize = 64 << 20;

type Rows<'a> = Reader<Cursor<&'a [u8]>>;

/// What the first bytes of a file say of its picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PngHeader {
    size: (u32, u32),
    /// Bits of a sample, and the number of the colour type.
    kind: (u8, u8),
}

impl PngHeader {
    /// Of a PNG file; `None` of any other.
    pub fn of(head: &[u8]) -> Option<Self> {
        let chunk = head.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR")?;
        let number = |at: usize| Some(u32::from_be_bytes(chunk.get(at..at + 4)?.try_into().ok()?));
        Some(Self {
            size: (number(0)?, number(4)?),
            kind: (*chunk.get(8)?, *chunk.get(9)?),
        })
    }

    /// Whether it is to be read row by row.
    pub fn is_huge(&self) -> bool {
        u64::from(self.size.0) * u64::from(self.size.1) > LARGE
    }

    /// Tells FFmpeg, where it takes the file for a PNG picture too.
    pub fn describe(self, input: &mut Input) {
        if let Some(mut stream) = input.stream_mut(0)
            && stream.parameters().id() == Id::PNG
        {
            ffi_fields::describe(&mut stream, self.size, self.format());
        }
    }

    /// FFmpeg's pixel format for it.
    fn format(self) -> Pixel {
        match self.kind {
            (16, 0) => Pixel::GRAY16BE,
            (16, 2) => Pixel::RGB48BE,
            (16, 4) => Pixel::YA16BE,
            (16, 6) => Pixel::RGBA64BE,
            (1, 0) => Pixel::MonoBlack,
            (_, 0) => Pixel::GRAY8,
            (_, 3) => Pixel::PAL8,
            (_, 4) => Pixel::YA8,
            (_, 6) => Pixel::RGBA,
            _ => Pixel::RGB24,
        }
    }
}

/// A file's picture in red, green and blue, its sides halved until neither is longer than `longest`: every pixel the mean of
/// those it stands for. Where the file ends early, or is damaged, the rest is black. Transparency is left out.
///
/// # Errors
/// Not a single row can be read.
pub(super) fn reduced(file: &[u8], longest: u32) -> Result<frame::Video, png::DecodingError> {
    let limits = Limits { bytes: MEMORY };
    let mut decoder = Decoder::new_with_limits(Cursor::new(file), limits);
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info()?;
    let mut sums = Sums::new(reader.info().width, reader.info().height, longest);
    let mut rows = 0;
    match sums.read(&mut reader, &mut rows) {
        Err(error) if rows == 0 => Err(error),
        Err(error) => {
            log::debug!("a PNG picture ends at row {rows}: {error}");
            Ok(sums.picture())
        }
        Ok(()) => Ok(sums.picture()),
    }
}

/// The small picture while it is made: what its pixels stand for, added up.
struct Sums {
    /// Of the file.
    width: usize,
    height: usize,
    /// How often its sides are halved.
    shift: u32,
    /// Columns of the small picture.
    columns: usize,
    sums: Vec<[u32; 3]>,
}

impl Sums {
    fn new(width: u32, height: u32, longest: u32) -> Self {
        let mut shift = 0;
        while (width.max(height) - 1) >> shift >= longest.max(1) {
            shift += 1;
        }
        let (width, height) = (width as usize, height as usize);
        let columns = width.div_ceil(1 << shift);
        Self {
            width,
            height,
            shift,
            columns,
            sums: vec![[0; 3]; columns * height.div_ceil(1 << shift)],
        }
    }

    fn read(&mut self, reader: &mut Rows, rows: &mut usize) -> Result<(), png::DecodingError> {
        let passes = match reader.info().interlaced {
            true => INTERLACED.as_slice(),
            false => PLAIN.as_slice(),
        };
        let samples = reader.output_color_type().0.samples();
        for &(left, top, right, down) in passes.iter().filter(|pass| pass.0 < self.width) {
            for y in (top..self.height).step_by(down) {
                let Some(row) = reader.next_row()? else {
                    return Ok(());
                };
                *rows += 1;
                let start = (y >> self.shift) * self.columns;
                let line = &mut self.sums[start..start + self.columns];
                add(line, row.data(), samples, (left, right, self.shift));
            }
        }
        Ok(())
    }

    fn picture(self) -> frame::Video {
        let side = 1 << self.shift;
        let covered = |at: usize, whole: usize| side.min(whole - at * side) as u32;
        let rows = self.sums.len() / self.columns.max(1);
        let mut picture = frame::Video::new(Pixel::RGB24, self.columns as u32, rows as u32);
        let stride = picture.stride(0);
        for (y, to) in picture
            .data_mut(0)
            .chunks_mut(stride)
            .take(rows)
            .enumerate()
        {
            let high = covered(y, self.height);
            let line = &self.sums[y * self.columns..(y + 1) * self.columns];
            for (x, (sum, to)) in line.iter().zip(to.chunks_exact_mut(3)).enumerate() {
                let count = high * covered(x, self.width);
                to.iter_mut()
                    .zip(sum)
                    .for_each(|(to, sum)| *to = ((sum + count / 2) / count) as u8);
            }
        }
        picture
    }
}

/// Adds a row of pixels to the line of the small picture in which they lie; pixel `i` is at column `left + i * step`.
fn add(
    line: &mut [[u32; 3]],
    row: &[u8],
    samples: usize,
    (left, step, shift): (usize, usize, u32),
) {
    for (i, pixel) in row.chunks_exact(samples).enumerate() {
        let Some(sum) = line.get_mut((left + i * step) >> shift) else {
            return;
        };
        match *pixel {
            [red, green, blue] | [red, green, blue, _] => {
                sum[0] += u32::from(red);
                sum[1] += u32::from(green);
                sum[2] += u32::from(blue);
            }
            [gray] | [gray, _] => sum.iter_mut().for_each(|sum| *sum += u32::from(gray)),
            _ => {}
        }
    }
}
