//! Layer features of inputs in a file, on a device of the user's choice: `mettle features`.

use std::path::Path;

use crate::engine::EngineError;
use crate::gpu::{DeviceChoice, DeviceReport, Prober, choose};
use crate::model::{FeatureSummary, Precision, run_features};

/// Run a backbone over the inputs of a safetensors file and write every layer's output to another.
///
/// # Errors
/// When the device cannot be had, or a file does not fit.
pub fn features_of_file(
    desc: &Path,
    weights: &Path,
    input: &Path,
    out: &Path,
    device: DeviceChoice,
    precision: Precision,
    prober: &Prober,
) -> Result<(FeatureSummary, DeviceReport), EngineError> {
    let (device, report) = choose(device, prober)?;
    let summary = run_features(desc, weights, input, out, &device, precision)?;
    Ok((summary, report))
}
