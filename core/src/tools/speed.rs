//! The speed of full-size backbones on a device of the user's choice: `mettle bench backbones`.

use std::time::Duration;

use burn::tensor::Device;
use mettle_kernels::{Bf16, NoSuchVectors, Vectors, give_back};

use crate::engine::EngineError;
use crate::gpu::{DeviceChoice, DeviceReport, Prober, choose};
use crate::model::{Half, Precision, speed};

/// A device to be measured.
pub struct SpeedBench {
    device: Device,
    report: DeviceReport,
    half: Option<Half>,
}

/// A full-size backbone with random weights, warmed up.
pub struct SpeedModel(speed::SpeedTest);

/// The names of the backbones that can be measured.
pub fn speed_models() -> Vec<&'static str> {
    speed::released_models().collect()
}

impl SpeedBench {
    /// Opens the device, for backbones in some numbers.
    ///
    /// # Errors
    /// The device cannot be had, or does not compute in them.
    pub fn open(
        choice: DeviceChoice,
        precision: Precision,
        prober: &Prober,
    ) -> Result<Self, EngineError> {
        let (device, report) = choose(choice, prober)?;
        let half = precision.half_on(&device)?;
        Ok(Self {
            device,
            report,
            half,
        })
    }

    /// The numbers it came to.
    pub fn precision(&self) -> Precision {
        Precision::of(self.half)
    }

    /// The device in use.
    pub fn device(&self) -> &DeviceReport {
        &self.report
    }

    /// The fastest large matrix product, in 10⁹ operations a second.
    ///
    /// # Errors
    /// The device failed.
    pub fn ceiling(&self) -> Result<f64, EngineError> {
        Ok(speed::ceiling(&self.device, self.half)?)
    }

    /// Builds a backbone and runs it once.
    ///
    /// # Errors
    /// An unknown name, or the device failed.
    pub fn model(&self, name: &str, batch: usize) -> Result<SpeedModel, EngineError> {
        // What another model left must not count as this one's.
        give_back();
        let model = SpeedModel(speed::SpeedTest::new(name, batch, &self.device, self.half)?);
        model.pass()?;
        Ok(model)
    }
}

impl SpeedModel {
    /// The time of one pass over the batch.
    ///
    /// # Errors
    /// The device failed.
    pub fn pass(&self) -> Result<Duration, EngineError> {
        Ok(self.0.pass()?)
    }

    /// Matrix operations of a pass, in 10⁹.
    pub fn gflop(&self) -> f64 {
        self.0.gflop
    }

    /// The model's name for people.
    pub fn title(&self) -> &str {
        &self.0.title
    }
}

/// Threads that the CPU's kernels use.
pub fn threads() -> usize {
    rayon::current_num_threads()
}

/// The instructions that the CPU's kernels use, as `METTLE_SIMD` names them.
pub fn vectors() -> &'static str {
    Vectors::in_use().name()
}

/// All that this processor has for them, the widest first.
pub fn vectors_there() -> Vec<&'static str> {
    Vectors::there().into_iter().map(Vectors::name).collect()
}

/// Whether they multiply numbers of 16 bit (bf16).
pub fn multiplies_bf16() -> bool {
    Bf16::there().is_some()
}

/// Looks whether what `METTLE_SIMD` names, if anything, can be used.
///
/// # Errors
/// This processor has none of that name.
pub fn check_vectors() -> Result<(), NoSuchVectors> {
    Vectors::asked().map(drop)
}

/// This program's version and that of the tensor library under it.
pub fn versions() -> String {
    // The manifest pins burn to this version.
    format!("mettle {}, burn 0.22.1", env!("CARGO_PKG_VERSION"))
}
