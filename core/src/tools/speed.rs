//! The speed of full-size backbones on a device of the user's choice: `mettle bench backbones`.

use std::time::Duration;

use burn::tensor::Device;
use mettle_kernels::{NoSuchVectors, Vectors};

use crate::engine::EngineError;
use crate::gpu::{DeviceChoice, DeviceReport, Prober, choose};
use crate::model::speed;

/// A device to be measured.
pub struct SpeedBench {
    device: Device,
    report: DeviceReport,
}

/// A full-size backbone with random weights, warmed up.
pub struct SpeedModel(speed::SpeedTest);

/// The names of the backbones that can be measured.
pub fn speed_models() -> Vec<&'static str> {
    speed::released_models().collect()
}

impl SpeedBench {
    /// Opens the device.
    ///
    /// # Errors
    /// The device cannot be had.
    pub fn open(choice: DeviceChoice, prober: &Prober) -> Result<Self, EngineError> {
        let (device, report) = choose(choice, prober)?;
        Ok(Self { device, report })
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
        Ok(speed::ceiling(&self.device)?)
    }

    /// Builds a backbone and runs it once.
    ///
    /// # Errors
    /// An unknown name, or the device failed.
    pub fn model(&self, name: &str, batch: usize) -> Result<SpeedModel, EngineError> {
        let model = SpeedModel(speed::SpeedTest::new(name, batch, &self.device)?);
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
