//! Meta-token injection, by hand; with one meta-token it adds the same vector everywhere.

use burn::tensor::{Device, Distribution, Tensor};
use mettle_core::model::heads::inject;

use super::twin::{Twin, close};

/// v = (1, 0), tokens (1, 0) and (0, 2): the products are 1 and 0, their softmax e / (e + 1) and 1 / (e + 1).
#[test]
fn two_tokens_by_hand() {
    let device = Device::flex();
    let v = Tensor::<3>::from_data([[[1.0, 0.0], [0.0, 1.0]]], &device);
    let meta = Tensor::<3>::from_data([[[1.0, 0.0], [0.0, 2.0]]], &device);
    let (first, second) = (0.731_058_6_f32, 0.268_941_4_f32);
    // The second place's products are 0 and 2: e² is 7.389.
    let (low, high) = (0.119_202_92_f32, 0.880_797_1_f32);
    let expected = Tensor::<3>::from_data(
        [[[1.0 + first, 2.0 * second], [low, 1.0 + 2.0 * high]]],
        &device,
    );
    close("by hand", inject(v, meta), expected, 1e-6);
}

/// A softmax over one key is 1: whatever a place shows, it gets the same token added, bit for bit.
#[test]
fn one_token_is_added_everywhere() {
    let device = Device::flex();
    device.seed(12);
    let random =
        |shape: [usize; 3]| Tensor::<3>::random(shape, Distribution::Normal(0.0, 3.0), &device);
    let (v, one) = (random([2, 50, 12]), random([2, 1, 12]));
    let added = v.clone() + one.clone().expand([2, 50, 12]);
    assert!(
        inject(v.clone(), one.clone())
            .equal(added)
            .all()
            .into_scalar::<bool>()
    );
    // With two, places differ in what they get.
    let two = Tensor::cat(vec![one.clone(), random([2, 1, 12])], 1);
    let got = inject(v.clone(), two) - v;
    let spread = got.clone().max_dim(1) - got.min_dim(1);
    assert!(spread.max().into_scalar::<f32>() > 0.1);
}

#[test]
fn values_and_gradients_are_pytorchs() {
    let twin = Twin::read("avs", "inject");
    let (v, meta) = (twin.input::<3>(0), twin.input::<3>(1));
    let grads = twin.output("0", inject(v.clone(), meta.clone())).backward();
    twin.input_gradient(0, &v, &grads);
    twin.input_gradient(1, &meta, &grads);
}
