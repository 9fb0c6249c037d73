//! The CPU's own kernels compute what burn's operations do, also where nothing divides evenly; operations are counted as
//! PyTorch counts them.

use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Distribution, Tensor, activation};
use mettle_core::model::{
    BackboneDesc, HtsAtConfig, LayerFeatures, ResNextConfig, SwinV2Config, VitConfig, gelu,
};
use mettle_kernels::PlaneConv;

use super::golden::distance;

/// Both sides are f32 and sum in different orders; sums of some hundred terms differ by less. Inputs and weights are drawn anew in each
/// run: of some hundred runs one came to 1.15e-5.
const TOLERANCE: f32 = 3e-5;

fn same(name: &str, live: LayerFeatures, frozen: LayerFeatures) {
    let all = |features: LayerFeatures| features.layers.into_iter().chain([features.final_norm]);
    assert_eq!(live.layers.len(), frozen.layers.len());
    for (index, (live, frozen)) in all(live).zip(all(frozen)).enumerate() {
        assert_eq!(live.dims(), frozen.dims(), "{name}, layer {index}");
        let [live, frozen] = [live, frozen].map(|x| x.try_into_vec_as::<f32>().unwrap());
        let apart = distance(&frozen, &live);
        assert!(apart < TOLERANCE, "{name}, layer {index}: {apart}");
    }
}

/// A batch, whose windows are shared out whole, and a single input, whose blocks go step by step.
fn both(
    name: &str,
    shape: [usize; 4],
    device: &Device,
    live: impl Fn(Tensor<4>) -> LayerFeatures,
    frozen: impl Fn(Tensor<4>) -> LayerFeatures,
) {
    for batch in [shape[0], 1] {
        let shape = [batch, shape[1], shape[2], shape[3]];
        let input = Tensor::random(shape, Distribution::Normal(0.0, 1.0), device);
        same(name, live(input.clone()), frozen(input));
    }
}

/// Windows of 5 x 5 and 3 x 3 tokens, shifted and not, rows of 20 and 40 numbers: no tile and no vector is full.
#[test]
fn swin_v2_of_odd_sizes() {
    let device = Device::flex();
    let config = SwinV2Config {
        img_size: (40, 80),
        embed_dim: 20,
        depths: vec![2, 2],
        num_heads: vec![2, 5],
        window_size: 5,
        mlp_ratio: 2.3,
        ..SwinV2Config::default()
    };
    let model = config.init(&device).unwrap();
    both(
        "swin_v2",
        [3, 3, 40, 80],
        &device,
        |x| model.forward(x),
        |x| model.clone().freeze().forward(x),
    );
}

#[test]
fn hts_at_of_odd_sizes() {
    let device = Device::flex();
    let config = HtsAtConfig {
        spec_size: 48,
        mel_bins: 24,
        embed_dim: 12,
        depths: vec![2, 2],
        num_heads: vec![1, 3],
        window_size: 3,
        ..HtsAtConfig::audioset()
    };
    let model = config.init(&device).unwrap();
    both(
        "hts_at",
        [5, 1, 70, 24],
        &device,
        |x| model.forward(x),
        |x| model.clone().freeze().forward(x),
    );
}

/// 35 tokens and the class token, heads of 7 numbers.
#[test]
fn vit_of_odd_sizes() {
    let device = Device::flex();
    let config = VitConfig {
        img_size: (40, 56),
        patch_size: 8,
        embed_dim: 21,
        depth: 2,
        num_heads: 3,
        ..VitConfig::default()
    };
    let model = config.init(&device).unwrap();
    both(
        "vit",
        [4, 3, 40, 56],
        &device,
        |x| model.forward(x),
        |x| model.clone().freeze().forward(x),
    );
}

/// Maps of odd sides, halved, of pictures with groups of so many channels in the first stage.
fn resnext(cardinality: usize, base_width: usize) {
    let device = Device::flex();
    let config = ResNextConfig {
        img_size: (58, 94),
        layers: vec![1, 2, 2, 2],
        cardinality,
        base_width,
        ..ResNextConfig::default()
    };
    let model = config.init(&device).unwrap();
    both(
        "resnext",
        [3, 3, 58, 94],
        &device,
        |x| model.forward(x),
        |x| model.clone().freeze().forward(x),
    );
}

/// Groups of 6, 12, 24 and 48 channels.
#[test]
fn resnext_of_odd_sizes() {
    resnext(3, 6);
}

/// Groups of 8, 16, 32 and 64 channels, as released: two to a strip, then by Winograd's form.
#[test]
fn resnext_of_whole_vectors() {
    resnext(4, 8);
}

/// Of the layers 2 to 512 to heads over 23 x 23 offsets (11 x 11 in the last stage), in 2, 2, 18 and 2 blocks.
const BIAS_NETWORKS: u64 = 289_738_752;

/// By torch.utils.flop_counter.FlopCounterMode over one input of each, without the classifier: timm 1.0.31 (attention not fused)
/// and laion-clap 1.1.7 from the spectrogram on, on PyTorch 2.6.0. Of Swin-V2's are taken
/// those of its bias networks, which run once here.
#[test]
fn operations_are_counted_as_pytorch_counts_them() {
    for (name, torch) in [
        ("swinv2_large_window12_192", 52_200_738_816 - BIAS_NETWORKS),
        ("vit_large_patch16_224", 123_107_377_152),
        ("resnext101_32x8d", 32_823_934_976),
        ("htsat_audioset", 11_815_354_368),
    ] {
        let path = format!(
            "{}/../assets/models/{name}.json",
            env!("CARGO_MANIFEST_DIR")
        );
        let desc = BackboneDesc::read(path.as_ref()).unwrap();
        let ours = desc.backbone().unwrap().operations();
        assert_eq!(ours, torch, "{name}");
    }
}

/// In training GELU goes along tangents on the CPU: its values and gradients are burn's, of several tasks' numbers, the last vector
/// not full.
#[test]
fn gelu_in_training() {
    let device = Device::flex().autodiff();
    let at: Vec<f32> = (0..40_003).map(|i| i as f32 * 1e-3 - 20.0).collect();
    let pull: Vec<f32> = at.iter().map(|x| (7.0 * x).sin()).collect();
    let [ours, burns] = [gelu::<1>, activation::gelu::<1>].map(|gelu| {
        let x = Tensor::<1>::from_floats(at.as_slice(), &device).require_grad();
        let y = gelu(x.clone());
        let loss = (y.clone() * Tensor::from_floats(pull.as_slice(), &device)).sum();
        let gradient = x.grad(&loss.backward()).unwrap();
        [y.inner(), gradient].map(|values| values.try_into_vec_as::<f32>().unwrap())
    });
    for (what, (ours, burns)) in ["value", "gradient"].iter().zip(ours.iter().zip(&burns)) {
        for (x, (ours, burns)) in at.iter().zip(ours.iter().zip(burns)) {
            let apart = (ours - burns).abs();
            assert!(
                apart < 1e-6 * x.abs().max(1.0),
                "{what} at {x}: {ours}, {burns}"
            );
        }
    }
}

/// What decoders of masks learn by: the convolution and both its gradients are burn's, for kernels and maps of odd sizes, among them
/// some that each spread over several tasks, depths and pictures.
#[test]
fn a_convolution_and_its_gradients() {
    let device = Device::flex().autodiff();
    let random = |shape: [usize; 4]| {
        Tensor::<4>::random(shape, Distribution::Normal(0.0, 1.0), &device).require_grad()
    };
    for (n, from, to, side, grid) in [
        (2, 3, 5, 3, (5, 7)),
        (1, 7, 1, 1, (3, 2)),
        (1, 2, 3, 5, (4, 1)),
        (1, 2, 2, 3, (1, 1)),
        (2, 5, 120, 3, (33, 40)),
        (3, 130, 33, 3, (13, 21)),
    ] {
        let (maps, kernel) = (
            random([n, from, grid.0, grid.1]),
            random([to, from, side, side]),
        );
        let options = ConvOptions::new([1, 1], [side / 2; 2], [1, 1], 1);
        let out = conv2d(maps.clone(), kernel.clone(), None, options);
        let weights = random(out.dims()).detach();
        let grads = (out.clone() * weights.clone()).sum().backward();
        let [theirs, of_maps, of_kernel] = [
            out.inner(),
            maps.grad(&grads).unwrap(),
            kernel.grad(&grads).unwrap(),
        ]
        .map(|x| x.try_into_vec_as::<f32>().unwrap());
        let conv = PlaneConv {
            from,
            to,
            side,
            grid,
        };
        let [maps, kernel, weights] =
            [maps, kernel, weights].map(|x| x.inner().try_into_vec_as::<f32>().unwrap());
        for (what, ours, theirs) in [
            ("forward", conv.forward(&maps, &kernel), theirs),
            ("maps", conv.of_maps(&weights, &kernel), of_maps),
            ("kernel", conv.of_kernel(&maps, &weights), of_kernel),
        ] {
            let apart = distance(&ours, &theirs);
            assert!(apart < TOLERANCE, "{what} of {conv:?}: {apart}");
        }
    }
}
