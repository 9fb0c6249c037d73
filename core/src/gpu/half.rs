//! Whether a device multiplies in 16 bit.

use burn::tensor::{Device, FloatDType};

/// Why matrices in 16 bit are not to be had on a device; `None` where they are. The CPU's kernels compute in f32 only: f16
/// would make them slower.
pub fn no_f16(device: &Device) -> Option<&'static str> {
    if *device == Device::flex() {
        return Some("the CPU computes in f32 only; f16 would make it slower");
    }
    let able = device.supports_dtype(FloatDType::F16);
    (!able).then_some("this device does not compute in f16")
}
