//! Pictures and sound are prepared as torchvision and torchlibrosa prepare them.

use mettle_core::media::RgbFrame;
use mettle_core::model::{FbankPrep, ImagePrep, SoundPrep};

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

/// Kaldi's filter bank of a second at 16 kHz with both settings, within 5e-3 of its logarithm: upstream in f32 is itself 2.4e-3
/// off where the energy is near the floor.
#[test]
fn filter_banks_are_kaldis() {
    let file = GoldenFile::read("frontend_audio.safetensors");
    let wave = &file.get("fbank.wave").values;
    let vit = FbankPrep::vit_16();
    assert_logarithms(&vit.fbank(wave), &file.get("fbank.ast_128_shift_10").values);
    // What LAVISH gives Swin: 188 frames, normalised, and four rows of zeros, the same in red, green and blue.
    let swin = FbankPrep::swin_192();
    assert_eq!(swin.fbank(wave).len(), 188 * 192);
    let picture = swin.sound(wave);
    let expected = &file.get("fbank.lavish_input").values;
    for channel in picture.chunks(192 * 192) {
        assert_eq!(channel.len(), expected.len());
        let scale = 2.0 * swin.std;
        let pairs = channel.iter().zip(expected);
        let worst = pairs.fold(0.0_f32, |m, (a, b)| m.max((a - b).abs()));
        assert!(worst * scale <= 5e-3, "{worst} off");
        assert_eq!(channel[188 * 192..], [0.0; 4 * 192]);
    }
    assert_eq!(picture.len(), 3 * 192 * 192);
}

/// The picture of a second has the model's size whatever there is of the second.
#[test]
fn pictures_of_sound_have_one_size() {
    let vit = FbankPrep::vit_16();
    let wave: Vec<f32> = (0..20_000).map(|i| (i as f32 * 0.3).sin()).collect();
    let full = vit.second(&wave);
    assert_eq!(full.len(), 3 * 102 * 128);
    assert_eq!(full, vit.second(&wave[..16_000]));
    // 98 frames of a second, 48 of half of one; rows beyond are zero.
    let half = vit.second(&wave[..8000]);
    assert_eq!(full[..48 * 128], half[..48 * 128]);
    assert!(half[48 * 128..102 * 128].iter().all(|v| *v == 0.0));
    // Less than a frame has none; no sound at all is silence, at the logarithm's floor.
    assert!(vit.second(&wave[..300]).iter().all(|v| *v == 0.0));
    let silence = vit.second(&[]);
    assert!((silence[0] - (-15.942_385 + 4.1426) / 6.4002).abs() < 1e-5);
}

#[track_caller]
fn assert_logarithms(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    let pairs = found.iter().zip(expected);
    let worst = pairs.fold(0.0_f32, |m, (a, b)| m.max((a - b).abs()));
    assert!(worst <= 5e-3, "{worst} off");
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
