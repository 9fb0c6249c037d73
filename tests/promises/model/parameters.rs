//! Parameter counts: the paper's totals from configurations alone, and the arithmetic against modules that exist.

use burn::module::Module;
use burn::tensor::Device;
use mettle_core::model::params::{
    ParamCount, avel_head, avel_head_as_published, hts_at, hts_at_trunk, resnext, swin_v2, vit,
};
use mettle_core::model::{
    AvelConfig, BackboneConfig, Distillation, HtsAtConfig, ResNextConfig, SwinV2Config, VitConfig,
};

/// AVE's classes without the background.
const CLASSES: usize = 28;

/// Paper Table 1: Swin-V2-L and HTS-AT, 338.0 M of which 23.0 % are trained.
#[test]
fn separate_backbones_have_the_papers_count() {
    let (swin, htsat) = (SwinV2Config::large_192(), HtsAtConfig::audioset());
    let (visual, audio) = (swin.spec("").layers, htsat.spec("").layers);
    let head = avel_head_as_published(&AvelConfig::default(), &visual, &audio, CLASSES);
    assert_eq!(head, 77_911_841);
    let count = ParamCount {
        frozen: swin_v2(&swin) + hts_at(&htsat),
        trainable: head,
    };
    assert_eq!(count.total(), 338_009_533);
    assert!((count.percent() - 23.0).abs() < 0.1, "{count:?}");
}

/// Paper Table 1: one Swin-V2-L for both, 364.4 M of which 37.2 % are trained.
#[test]
fn a_shared_backbone_has_the_papers_count() {
    let swin = SwinV2Config::large_192();
    let config = AvelConfig {
        distill: Distillation::avel().on(&BackboneConfig::SwinV2(swin.clone()), true),
        ..AvelConfig::default()
    };
    let layers = swin.spec("").layers;
    let head = avel_head_as_published(&config, &layers, &layers, CLASSES);
    assert_eq!(head, 135_632_981);
    let count = ParamCount {
        frozen: swin_v2(&swin),
        trainable: head,
    };
    assert_eq!(count.total(), 364_405_530);
    assert!((count.percent() - 37.2).abs() < 0.1, "{count:?}");
}

/// The released checkpoints, to the last number.
#[test]
fn backbones_have_their_checkpoints_count() {
    assert_eq!(swin_v2(&SwinV2Config::large_192()), 228_772_549);
    assert_eq!(hts_at(&HtsAtConfig::audioset()), 31_325_143);
    assert_eq!(vit(&VitConfig::large_16()), 303_301_632 + 22_389_075);
    let (trunk, classifier) = (86_742_336, 2049 * 1000);
    assert_eq!(resnext(&ResNextConfig::default()), trunk + classifier);
}

/// What the arithmetic says of small models is what they hold.
#[test]
fn arithmetic_agrees_with_allocated_modules() {
    let device = Device::flex();
    let swin = SwinV2Config {
        img_size: (64, 64),
        embed_dim: 8,
        depths: vec![2, 2, 2],
        num_heads: vec![2, 4, 8],
        window_size: 4,
        ..SwinV2Config::default()
    };
    let model = swin.init(&device).unwrap();
    assert_eq!(model.num_params() as u64, swin_v2(&swin));
    let htsat = HtsAtConfig {
        spec_size: 128,
        embed_dim: 8,
        depths: vec![2, 2, 2],
        num_heads: vec![2, 4, 8],
        window_size: 4,
        num_classes: 5,
        ..HtsAtConfig::default()
    };
    // Running means and deviations are kept beside the parameters.
    let model = htsat.init(&device).unwrap();
    let running = 2 * htsat.mel_bins as u64;
    assert_eq!(model.num_params() as u64, hts_at_trunk(&htsat) + running);
    let (visual, audio) = (swin.spec("").layers, htsat.spec("").layers);
    let config = AvelConfig {
        distill: Distillation {
            d: 16,
            ..Distillation::avel()
        },
        ..AvelConfig::default()
    };
    let head = config.init(&visual, &audio, 7, &device).unwrap();
    assert_eq!(
        head.num_params() as u64,
        avel_head(&config, &visual, &audio, 7)
    );
}
