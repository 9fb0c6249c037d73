//! Whether a device multiplies in 16 bit, and in which.

use burn::tensor::{Device, FloatDType};
use mettle_kernels::Bf16;

/// Why matrices in f16 are not to be had on a device; `None` where they are. The CPU's kernels do not compute in it: it would make
/// them slower.
pub fn no_f16(device: &Device) -> Option<&'static str> {
    if *device == Device::flex() {
        return Some("the CPU does not compute in f16, which would make it slower");
    }
    let able = device.supports_dtype(FloatDType::F16);
    (!able).then_some("this device does not compute in f16")
}

/// Why matrices in bf16 are not to be had on a device; `None` where they are.
pub fn no_bf16(device: &Device) -> Option<&'static str> {
    match *device == Device::flex() {
        true if Bf16::there().is_some() => None,
        true => {
            Some("this processor multiplies no bf16, or its instructions for it are not in use")
        }
        false => Some("bf16 is what processors compute in; graphics cards take f16"),
    }
}
