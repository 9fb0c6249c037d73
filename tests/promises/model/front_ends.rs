//! Pictures and sound are prepared as torchvision and torchlibrosa prepare them.

use mettle_core::media::RgbFrame;
use mettle_core::model::{ImagePrep, SoundPrep};

use super::golden::{GoldenFile, distance};

fn picture(file: &GoldenFile) -> RgbFrame {
    let golden = file.get("image_hwc_u8");
    RgbFrame {
        width: golden.shape[1],
        height: golden.shape[0],
        data: golden.values.iter().map(|v| *v as u8).collect(),
    }
}

/// Bicubic without antialiasing: f32 rounding of sixteen products, so 1e-6 of the largest value.
#[test]
fn resizes_like_torchvision() {
    let file = GoldenFile::read("frontend_image.safetensors");
    let frame = picture(&file);
    for (height, width) in [(12, 16), (45, 50), (21, 21)] {
        let found = ImagePrep::imagenet(height, width).resize(&frame);
        let expected = file.get(&format!("torchvision_float.bicubic_{height}x{width}"));
        let off = distance(&found, &expected.values);
        assert!(off <= 1e-6, "{height} x {width}: {off:e}");
    }
}

/// The whole chain of the AVE and LLP loaders, and its normalisation by itself.
#[test]
fn normalises_like_the_loaders() {
    let file = GoldenFile::read("frontend_image.safetensors");
    let frame = picture(&file);
    let chain = ImagePrep::imagenet(24, 24).frame(&frame);
    assert!(distance(&chain, &file.get("dgsct_24x24").values) <= 1e-6);
    let plain = ImagePrep::imagenet(frame.height, frame.width).frame(&frame);
    assert!(distance(&plain, &file.get("normalise").values) <= 1e-6);
    // What the loaders do not do is further away than any rounding.
    assert!(distance(&chain, &file.get("dgsct_24x24_antialias").values) > 0.01);
}

#[test]
fn a_frame_without_its_bytes_is_black() {
    let frame = RgbFrame {
        width: 4,
        height: 4,
        data: vec![9; 5],
    };
    let black = ImagePrep::imagenet(2, 2).resize(&frame);
    assert_eq!(black, vec![0.0; 12]);
}

/// HTS-AT's settings on a second at 32 kHz, within 1e-3 dB.
#[test]
fn spectrogram_of_a_second_is_torchlibrosas() {
    let file = GoldenFile::read("frontend_audio.safetensors");
    let prep = SoundPrep {
        sample_rate: 32_000,
        n_fft: 1024,
        hop_size: 320,
        mel_bins: 64,
        fmin: 50.0,
        fmax: 14_000.0,
    };
    let wave = &file.get("htsat.wave").values;
    let power = prep.power(wave);
    let expected = file.get("htsat.power_first_8_frames");
    assert!(distance(&power[..expected.values.len()], &expected.values) <= 1e-6);
    assert_decibels(&prep.sound(wave), &file.get("htsat.logmel").values);
}

/// Both small models' settings, one with empty mel bands at the floor of -100 dB, and a batch.
#[test]
fn spectrograms_of_other_settings_are_torchlibrosas() {
    for name in ["htsat_a", "htsat_b"] {
        let file = GoldenFile::read(&format!("{name}.io.safetensors"));
        let config: mettle_core::model::HtsAtConfig =
            serde_json::from_value(file.config.clone()).unwrap();
        let prep = config.sound_prep();
        let input = file.get("input");
        let found: Vec<f32> = input
            .values
            .chunks(input.shape[1])
            .flat_map(|wave| prep.sound(wave))
            .collect();
        assert_decibels(&found, &file.get("out.logmel_extractor").values);
    }
}

/// A second is repeated before the transform, so that ten seconds give 1001 frames; what is short is continued by silence.
#[test]
fn a_second_is_tiled() {
    let prep = SoundPrep {
        sample_rate: 8000,
        n_fft: 256,
        hop_size: 80,
        mel_bins: 16,
        fmin: 50.0,
        fmax: 3500.0,
    };
    let second: Vec<f32> = (0..8000).map(|i| (i as f32 * 0.3).sin()).collect();
    assert_eq!(prep.second(&second, 10).len(), 1001 * 16);
    let doubled: Vec<f32> = second.iter().chain(&second).copied().collect();
    assert_eq!(prep.second(&second, 2), prep.sound(&doubled));
    let mut half = second[..4000].to_vec();
    let short = prep.second(&half, 1);
    half.resize(8000, 0.0);
    assert_eq!(short, prep.sound(&half));
    assert!(prep.second(&[], 1).iter().all(|db| *db == -100.0));
}

#[track_caller]
fn assert_decibels(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    let pairs = found.iter().zip(expected);
    let worst = pairs.fold(0.0_f32, |m, (a, b)| m.max((a - b).abs()));
    assert!(worst <= 1e-3, "{worst} dB off");
}
