//! rubato's resampler between any two rates, in chunks of bounded size.

use rubato::{Fft, FixedSync, ResamplerConstructionError, WindowFunction};

/// Frames resampled at once, at least: long enough for a steep filter.
const CHUNK: usize = 1024;
/// No chunk has more frames, save by a factor below two. Rates without a short ratio are taken for the nearest that have one:
/// off by under a billionth, a microsecond in an hour.
const LONGEST: usize = 1 << 15;

/// A resampler of interleaved frames that takes and gives whole chunks of a fixed size.
///
/// # Errors
/// What rubato says of rates it cannot serve.
pub(super) fn resampler(
    from: u32,
    to: u32,
    width: usize,
) -> Result<Fft<f32>, ResamplerConstructionError> {
    let (from, to) = ratio(from as usize, to as usize);
    // An even number of whole ratios a chunk, so that half a chunk of delay is whole samples on both sides.
    let chunk = from * CHUNK.div_ceil(from).next_multiple_of(2);
    let window = WindowFunction::BlackmanHarris2;
    Fft::new_custom(from, to, chunk, 1, width, window, FixedSync::Both)
}

/// `from / to` in lowest terms, or the nearest continued fraction whose terms are not too long.
fn ratio(from: usize, to: usize) -> (usize, usize) {
    let (mut a, mut b) = (from.max(1), to.max(1));
    let (mut last, mut now) = ((0, 1), (1, 0));
    while b > 0 {
        let whole = a / b;
        let next = (whole * now.0 + last.0, whole * now.1 + last.1);
        if next.0.max(next.1) > LONGEST && now.1 > 0 && now.0 > 0 {
            break;
        }
        (last, now) = (now, next);
        (a, b) = (b, a % b);
    }
    now
}
