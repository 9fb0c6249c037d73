//! The exact (erf) GELU, on the device that a backbone is on.

use burn::tensor::{DType, Device, Tensor, activation};
use mettle_kernels::gelu_tangents;

use super::frozen::Numbers;

/// The exact GELU of every number.
pub fn gelu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let device = x.device();
    let learns_on_cpu = device.is_autodiff() && device.clone().inner() == Device::flex();
    match learns_on_cpu && x.dtype() == DType::F32 {
        true => along_tangents(x, &device),
        false => activation::gelu(x),
    }
}

/// GELU as its tangents: burn's own asks the error function of one number at a time, there and back, which was a quarter of a
/// backbone's training. The kernels give the tangent at each number, which is fixed for autodiff: the line's value there is
/// GELU's, and so is its gradient.
fn along_tangents<const D: usize>(x: Tensor<D>, device: &Device) -> Tensor<D> {
    let shape = x.dims();
    let numbers = Numbers::of(x.clone());
    let (slopes, heights) = gelu_tangents(numbers.get());
    let [slopes, heights] =
        [slopes, heights].map(|values| Numbers::new(values, shape).tensor(device));
    x * slopes + heights
}
