//! Stretching a spectrogram in time: bicubic, corners aligned, as HTS-AT does before it folds sound into a picture.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::windows::ints;

/// Four neighbours and their weights for each new frame.
struct Taps {
    index: [Vec<i32>; 4],
    weight: [Vec<f32>; 4],
}

/// Keys' cubic with a = -0.75, PyTorch's. Weights of the frames at -1, 0, 1 and 2 for a place `t` between 0 and 1.
fn cubic(t: f64) -> [f64; 4] {
    const A: f64 = -0.75;
    let near = |x: f64| ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0;
    let far = |x: f64| ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A;
    [far(t + 1.0), near(t), near(1.0 - t), far(2.0 - t)]
}

fn taps(from: usize, to: usize) -> Taps {
    let mut taps = Taps {
        index: Default::default(),
        weight: Default::default(),
    };
    let step = from.saturating_sub(1) as f64 / to.saturating_sub(1).max(1) as f64;
    for i in 0..to {
        let at = i as f64 * step;
        let floor = at.floor();
        for (k, weight) in cubic(at - floor).into_iter().enumerate() {
            let frame = (floor as i64 + k as i64 - 1).clamp(0, from as i64 - 1);
            taps.index[k].push(frame as i32);
            taps.weight[k].push(weight as f32);
        }
    }
    taps
}

/// `[n, frames, mels]` to `[n, to, mels]`. As many frames already: unchanged. More: cut at `to`, where upstream crops at
/// random.
pub(super) fn stretch_time(x: Tensor<3>, to: usize) -> Tensor<3> {
    let frames = x.dims()[1];
    if frames == to {
        return x;
    }
    if frames > to {
        return x.narrow(1, 0, to);
    }
    let device = x.device();
    let taps = taps(frames, to);
    let picked = |(index, weight): (Vec<i32>, Vec<f32>)| {
        let index: Tensor<1, Int> = ints(index, &device);
        x.clone().select(1, index) * column(weight, &device)
    };
    let mut parts = taps.index.into_iter().zip(taps.weight).map(picked);
    let first = parts.next();
    parts
        .fold(first, |sum, part| sum.map(|sum| sum + part))
        .unwrap_or(x)
}

fn column(values: Vec<f32>, device: &Device) -> Tensor<3> {
    let len = values.len();
    Tensor::from_data(TensorData::new(values, [1, len, 1]), device)
}
