//! A picture resized straight to the model's size and normalised, as the AVE and LLP loaders of DG-SCT and LAVISH do it.
//!
//! They resize the float tensor with torchvision 0.14's bicubic: a = -0.75, half-pixel centres, edges repeated, no
//! antialiasing, no clamping to [0, 1] afterwards; aspect is not kept and nothing is cropped.

use serde::{Deserialize, Serialize};

use crate::base::KeyHasher;
use crate::media::RgbFrame;

/// Size and normalisation of pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImagePrep {
    /// Rows of the model's picture.
    pub height: usize,
    /// Columns of the model's picture.
    pub width: usize,
    /// Subtracted from red, green and blue, each in [0, 1].
    pub mean: [f32; 3],
    /// Divides red, green and blue after that.
    pub std: [f32; 3],
}

impl ImagePrep {
    /// ImageNet's mean and deviation.
    pub fn imagenet(height: usize, width: usize) -> Self {
        Self {
            height,
            width,
            mean: [0.485, 0.456, 0.406],
            std: [0.229, 0.224, 0.225],
        }
    }

    /// Everything that decides what it makes, into the name of what is kept of it.
    pub fn key(&self, key: KeyHasher) -> KeyHasher {
        let key = key.text("image 1").count(self.height).count(self.width);
        let numbers = self.mean.iter().chain(&self.std);
        numbers.fold(key, |key, number| key.real(f64::from(*number)))
    }

    /// `[3, height, width]`, channel first, ready for a backbone. A frame with fewer bytes than it says, or none, counts as
    /// black.
    pub fn frame(&self, frame: &RgbFrame) -> Vec<f32> {
        let mut out = self.resize(frame);
        let plane = self.height * self.width;
        for (channel, values) in out.chunks_mut(plane.max(1)).enumerate().take(3) {
            let (mean, std) = (self.mean[channel], self.std[channel]);
            values.iter_mut().for_each(|v| *v = (*v - mean) / std);
        }
        out
    }

    /// The resized picture in [0, 1] before normalisation, `[3, height, width]`; bicubic may overshoot a little.
    pub fn resize(&self, frame: &RgbFrame) -> Vec<f32> {
        let plane = self.height * self.width;
        let mut out = vec![0.0; 3 * plane];
        let (w, h) = (frame.width, frame.height);
        if w == 0 || h == 0 || frame.data.len() < w * h * 3 {
            return out;
        }
        let columns: Vec<_> = (0..self.width).map(|x| taps(x, w, self.width)).collect();
        for y in 0..self.height {
            let rows = taps(y, h, self.height);
            for (x, cols) in columns.iter().enumerate() {
                let rgb = sample(frame, &rows, cols);
                for (channel, value) in rgb.into_iter().enumerate() {
                    out[channel * plane + y * self.width + x] = value / 255.0;
                }
            }
        }
        out
    }
}

/// Four source places and their weights.
type Taps = [(usize, f32); 4];

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

/// The weighted sum of sixteen pixels, in bytes' units.
fn sample(frame: &RgbFrame, rows: &Taps, cols: &Taps) -> [f32; 3] {
    let mut sum = [0.0; 3];
    for (y, wy) in rows {
        let mut line = [0.0; 3];
        for (x, wx) in cols {
            let at = (y * frame.width + x) * 3;
            for (value, byte) in line.iter_mut().zip(&frame.data[at..at + 3]) {
                *value += wx * f32::from(*byte);
            }
        }
        sum.iter_mut().zip(line).for_each(|(s, l)| *s += wy * l);
    }
    sum
}
