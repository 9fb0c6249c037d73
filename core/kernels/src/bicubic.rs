//! Pictures brought to another size, as torchvision 0.14 does it with tensors: bicubic, a = -0.75, half-pixel centres, edges
//! repeated, no antialiasing.

/// Four source places and their weights.
type Taps = [(usize, f32); 4];

/// Bytes `[height, width, 3]` of a size `(width, height)` at another one, as numbers `[3, height, width]`, still 0 to 255: they may
/// overshoot a little. `source` has as many bytes as `from` says, and neither size is empty.
pub fn bicubic(source: &[u8], from: (usize, usize), to: (usize, usize)) -> Vec<f32> {
    let (width, height) = to;
    let plane = width * height;
    let mut out = vec![0.0; 3 * plane];
    let columns: Vec<Taps> = (0..width).map(|x| taps(x, from.0, width)).collect();
    for y in 0..height {
        let rows = taps(y, from.1, height);
        for (x, columns) in columns.iter().enumerate() {
            let rgb = sample(source, from.0, &rows, columns);
            for (channel, value) in rgb.into_iter().enumerate() {
                out[channel * plane + y * width + x] = value;
            }
        }
    }
    out
}

/// The taps of output `i` of `to`, over `from` source pixels.
fn taps(i: usize, from: usize, to: usize) -> Taps {
    const A: f64 = -0.75;
    let near = |x: f64| ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0;
    let far = |x: f64| ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A;
    let at = (i as f64 + 0.5) * from as f64 / to as f64 - 0.5;
    let floor = at.floor();
    let t = at - floor;
    let weights = [far(t + 1.0), near(t), near(1.0 - t), far(2.0 - t)];
    std::array::from_fn(|k| {
        let place = (floor as i64 + k as i64 - 1).clamp(0, from as i64 - 1);
        (place as usize, weights[k] as f32)
    })
}

/// The weighted sum of sixteen pixels.
fn sample(source: &[u8], width: usize, rows: &Taps, columns: &Taps) -> [f32; 3] {
    let mut sum = [0.0; 3];
    for (y, wy) in rows {
        let mut line = [0.0; 3];
        for (x, wx) in columns {
            let at = (y * width + x) * 3;
            for (value, byte) in line.iter_mut().zip(&source[at..at + 3]) {
                *value += wx * f32::from(*byte);
            }
        }
        sum.iter_mut().zip(line).for_each(|(s, l)| *s += wy * l);
    }
    sum
}
