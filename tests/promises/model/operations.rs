//! The operations the models are made of, and their gradients, are PyTorch's.

use burn::nn::attention::{MhaInput, MultiHeadAttention, MultiHeadAttentionConfig};
use burn::nn::{LayerNorm, LayerNormConfig};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};
use mettle_core::model::gelu;
use mettle_core::model::weights::{Names, StateDict, load_into, read_checkpoint};

use super::golden::{GoldenFile, assert_close, path};

/// f32 rounding of short sums.
const TOLERANCE: f32 = 2e-6;

fn file() -> GoldenFile {
    GoldenFile::read("ops_layers.safetensors")
}

/// One case: output and input gradient of a function.
fn check(case: &str, f: impl Fn(Tensor<3>) -> Tensor<3>) {
    let (file, device) = (file(), Device::flex().autodiff());
    let get = |name: &str| file.get(&format!("{case}.{name}")).clone();
    let shaped = |name: &str| {
        let golden = get(name);
        let mut shape = vec![1; 3 - golden.shape.len()];
        shape.extend(&golden.shape);
        let data = burn::tensor::TensorData::new(golden.values, shape);
        Tensor::<3>::from_data(data, &device)
    };
    let input = shaped("in.0").require_grad();
    let out = f(input.clone());
    assert_close(case, out.clone(), &get("out.0"), TOLERANCE);
    let grads = (out * shaped("cot.0")).sum().backward();
    let grad = input.grad(&grads).unwrap();
    assert_close(&format!("{case}, gradient"), grad, &get("grad.in.0"), 1e-5);
}

/// The case's parameters, under the names our own modules load by.
fn parameters(case: &str) -> StateDict {
    let prefix = format!("{case}.w.");
    let all = read_checkpoint(&path("ops_layers.safetensors")).unwrap();
    all.into_iter()
        .filter_map(|(name, tensor)| Some((name.strip_prefix(&prefix)?.to_owned(), tensor)))
        .collect()
}

#[test]
fn gelu_is_the_exact_one() {
    check("gelu_erf", gelu);
}

#[test]
fn softmax_is_pytorchs() {
    check("softmax", |x| softmax(x, 2));
}

#[test]
fn layer_norm_is_pytorchs() {
    let device = Device::flex().autodiff();
    let norm: LayerNorm = LayerNormConfig::new(16).init(&device);
    let state = parameters("layer_norm_1e-5");
    let norm = load_into(norm, state, Names::Head, &path("ops_layers.safetensors")).unwrap();
    check("layer_norm_1e-5", |x| norm.forward(x));
}

#[test]
fn multi_head_attention_is_pytorchs() {
    let device = Device::flex().autodiff();
    let attention: MultiHeadAttention = MultiHeadAttentionConfig::new(16, 4)
        .with_dropout(0.0)
        .init(&device);
    let file = file();
    // PyTorch keeps the three input matrices in one, one below the other.
    let packed: Tensor<2> = file.tensor("mha_self.w.in_proj_weight", &device);
    let bias: Tensor<1> = file.tensor("mha_self.w.in_proj_bias", &device);
    let out_weight: Tensor<2> = file.tensor("mha_self.w.out_proj.weight", &device);
    let out_bias: Tensor<1> = file.tensor("mha_self.w.out_proj.bias", &device);
    let mut attention = attention;
    let parts = [
        &mut attention.query,
        &mut attention.key,
        &mut attention.value,
    ];
    for (i, layer) in parts.into_iter().enumerate() {
        let rows = packed.clone().narrow(0, 16 * i, 16).transpose();
        layer.weight = burn::module::Param::from_tensor(rows);
        let part = bias.clone().narrow(0, 16 * i, 16);
        layer.bias = Some(burn::module::Param::from_tensor(part));
    }
    attention.output.weight = burn::module::Param::from_tensor(out_weight.transpose());
    attention.output.bias = Some(burn::module::Param::from_tensor(out_bias));
    let get = |name: &str| file.get(&format!("mha_self.{name}"));
    let input: Tensor<3> = file.tensor("mha_self.in.0", &device);
    let input = input.require_grad();
    let output = attention.forward(MhaInput::self_attn(input.clone()));
    assert_close("context", output.context.clone(), get("out.0"), TOLERANCE);
    let cot: Tensor<3> = file.tensor("mha_self.cot.0", &device);
    let weights = output.weights.mean_dim(1).squeeze_dim::<3>(1);
    assert_close("weights", weights.clone(), get("out.1"), TOLERANCE);
    let weight_cot: Tensor<3> = file.tensor("mha_self.cot.1", &device);
    let loss = (output.context * cot).sum() + (weights * weight_cot).sum();
    let grad = input.grad(&loss.backward()).unwrap();
    assert_close("gradient", grad, get("grad.in.0"), 1e-5);
}
