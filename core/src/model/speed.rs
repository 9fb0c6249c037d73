//! How fast a backbone of full size runs, and how fast the device could be: what `mettle bench backbones` measures.

use std::time::{Duration, Instant};

use burn::tensor::{DType, Device, Distribution, Tensor};
use mettle_kernels::multiply;

use super::backbones::packed_matrix;
use super::precision::Half;
use super::{Backbone, BackboneDesc, ModelError, Prep};
use crate::gpu::ComputeError;

/// The released models, under the names of their descriptions' files.
const RELEASED: [(&str, &str); 4] = [
    (
        "swinv2_large_window12_192",
        include_str!("../../../assets/models/swinv2_large_window12_192.json"),
    ),
    (
        "vit_large_patch16_224",
        include_str!("../../../assets/models/vit_large_patch16_224.json"),
    ),
    (
        "htsat_audioset",
        include_str!("../../../assets/models/htsat_audioset.json"),
    ),
    (
        "resnext101_32x8d",
        include_str!("../../../assets/models/resnext101_32x8d.json"),
    ),
];

/// Sides of the matrices whose product is the device's measured ceiling: the first, and the next while a product takes less than
/// [`SHORT`], so that what is measured is not how soon a fast card begins.
const SIDES: [usize; 4] = [1024, 2048, 4096, 8192];
/// Too short for a ceiling.
const SHORT: Duration = Duration::from_millis(1);
/// Products of them.
const PRODUCTS: usize = 8;

/// The names that [`SpeedTest::new`] knows.
pub fn released_models() -> impl Iterator<Item = &'static str> {
    RELEASED.iter().map(|(name, _)| *name)
}

/// A backbone of full size with random weights and a batch of random inputs.
pub struct SpeedTest {
    backbone: Box<dyn Backbone>,
    input: Tensor<4>,
    /// Matrix operations of a batch, in 10⁹.
    pub gflop: f64,
    /// The model's name for people.
    pub title: String,
}

impl SpeedTest {
    /// Builds one of [`released_models`], its matrices in 16 bit where `half`.
    ///
    /// # Errors
    /// An unknown name.
    pub(crate) fn new(
        name: &str,
        batch: usize,
        device: &Device,
        half: Option<Half>,
    ) -> Result<Self, ModelError> {
        let found = RELEASED.iter().find(|(known, _)| *known == name);
        let (_, text) = found.ok_or_else(|| {
            let known: Vec<&str> = released_models().collect();
            ModelError::Config(format!("no model {name}; there are {}", known.join(", ")))
        })?;
        let desc: BackboneDesc =
            serde_json::from_str(text).map_err(|e| ModelError::Config(e.to_string()))?;
        let shape = match desc.prep()? {
            Prep::Image(prep) => [batch, 3, prep.height, prep.width],
            // A second of sound.
            Prep::Logmel(prep) => [
                batch,
                1,
                prep.frames(prep.sample_rate as usize),
                prep.mel_bins,
            ],
            Prep::Fbank(prep) => [batch, 3, prep.rows, prep.mel_bins],
        };
        let backbone = desc.backbone()?;
        Ok(Self {
            gflop: backbone.operations() as f64 * batch as f64 / 1e9,
            backbone: backbone.random(&desc.name, device, half)?,
            input: Tensor::random(shape, Distribution::Normal(0.0, 1.0), device),
            title: desc.name,
        })
    }

    /// The time of one pass.
    ///
    /// # Errors
    /// What the device said when it failed.
    pub fn pass(&self) -> Result<Duration, ComputeError> {
        let begin = Instant::now();
        let features = self.backbone.forward(self.input.clone());
        let device = self.input.device();
        device.sync().map_err(ComputeError::of)?;
        drop(features);
        Ok(begin.elapsed())
    }
}

/// The fastest product of two large matrices on the device, in 10⁹ operations a second: by burn, and on the CPU also by
/// the kernels of this program, which alone multiply bf16 there.
///
/// # Errors
/// What the device said when it failed.
pub(crate) fn ceiling(device: &Device, half: Option<Half>) -> Result<f64, ComputeError> {
    let mut fastest: f64 = 0.0;
    for side in SIDES {
        let mut best = products(side, device, half)?;
        if *device == Device::flex() {
            best = best.min(own_products(side, half));
        }
        fastest = fastest.max(2.0 * (side as f64).powi(3) / best.as_secs_f64() / 1e9);
        if best >= SHORT {
            break;
        }
    }
    Ok(fastest)
}

/// The fastest of burn's products.
fn products(side: usize, device: &Device, half: Option<Half>) -> Result<Duration, ComputeError> {
    let random = || Tensor::<2>::random([side; 2], Distribution::Default, device);
    let (a, b) = match half {
        Some(Half::F16) => (random().cast(DType::F16), random().cast(DType::F16)),
        _ => (random(), random()),
    };
    let mut best = Duration::MAX;
    for _ in 0..PRODUCTS {
        let begin = Instant::now();
        let product = a.clone().matmul(b.clone());
        device.sync().map_err(ComputeError::of)?;
        best = best.min(begin.elapsed());
        drop(product);
    }
    Ok(best)
}

/// The fastest of this program's own products on the CPU.
fn own_products(side: usize, half: Option<Half>) -> Duration {
    let left = vec![0.5; side * side];
    let right = packed_matrix(&left, [side; 2], None, half);
    let mut out = vec![0.0; side * side];
    let timed = (0..PRODUCTS).map(|_| {
        let begin = Instant::now();
        multiply(&left, &right, &mut out);
        begin.elapsed()
    });
    timed.min().unwrap_or(Duration::MAX)
}
