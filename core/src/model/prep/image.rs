//! A picture resized straight to the model's size and normalised, as the AVE and LLP loaders of DG-SCT and LAVISH do it.
//!
//! They resize the float tensor with torchvision 0.14's bicubic: a = -0.75, half-pixel centres, edges repeated, no
//! antialiasing, no clamping to [0, 1] afterwards; aspect is not kept and nothing is cropped.

use mettle_kernels::bicubic;
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
        let (from, to) = ((frame.width, frame.height), (self.width, self.height));
        let pixels = from.0 * from.1;
        if pixels == 0 || to.0 * to.1 == 0 || frame.data.len() < pixels * 3 {
            return vec![0.0; 3 * to.0 * to.1];
        }
        let mut out = bicubic(&frame.data, from, to);
        out.iter_mut().for_each(|value| *value /= 255.0);
        out
    }
}
