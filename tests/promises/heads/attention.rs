//! What meta-tokens read is the softmax they compute with: rows of one, apart for each token, the textbook's numbers.

use burn::module::Module;
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};
use mettle_core::model::heads::{Distiller, MgnConfig};
use mettle_core::model::{
    Distillation, DpBranch, Granularity, LcdConfig, ParseConfig, ParseDecoder, TaskHead,
    TokenReading,
};

use super::features::{layers, part, pooled};
use super::noise::{Fixed, Noise, parameters};

fn distiller(lcd: &LcdConfig, granularity: Granularity, device: &Device) -> Distiller {
    let shape = Distillation {
        d: 8,
        granularity,
        visual: lcd.clone(),
        audio: lcd.clone(),
        projection: true,
    };
    Distiller::new(&shape, lcd, &layers(), device).unwrap()
}

/// One reading for every meta-token of every distilled layer, over that layer's grid, each summing to 1.
#[test]
fn a_reading_for_every_token_of_every_layer() {
    let device = Device::flex();
    device.seed(2);
    let lcd = LcdConfig {
        tokens: 2,
        ..LcdConfig::default()
    };
    let distiller = distiller(&lcd, Granularity::Block, &device).map(&mut Noise);
    let features = pooled(3, &device);
    let readings = distiller.readings(&features, 1).unwrap();
    let named: Vec<(usize, usize, usize)> = readings
        .iter()
        .map(|r| (r.layer, r.stage, r.token))
        .collect();
    let expected = [
        (0, 0, 0),
        (0, 0, 1),
        (1, 0, 0),
        (1, 0, 1),
        (2, 1, 0),
        (2, 1, 1),
        (3, 1, 0),
        (3, 1, 1),
    ];
    assert_eq!(named, expected);
    for reading in &readings {
        let side = 8 >> reading.stage;
        assert_eq!(reading.grid, (side, side));
        assert_eq!(reading.weights.len(), side * side);
        let sum: f32 = reading.weights.iter().sum();
        assert!((sum - 1.0).abs() < 1e-5, "{sum}");
        assert!(reading.weights.iter().all(|w| *w >= 0.0));
        assert!(reading.largest() > 0.0);
    }
    // Two tokens of one layer do not read the same.
    let far = |a: &TokenReading, b: &TokenReading| {
        a.weights
            .iter()
            .zip(&b.weights)
            .map(|(a, b)| (a - b).abs())
            .sum::<f32>()
    };
    assert!(far(&readings[0], &readings[1]) > 1e-3);
    // A segment's reading is its own, whatever else is in the batch.
    let alone = distiller.readings(&part(&features, 1, 1), 0).unwrap();
    for (a, b) in readings.iter().zip(&alone) {
        assert!(far(a, b) < 1e-5);
    }
    assert!(distiller.readings(&features, 3).is_err());
}

/// The textbook's attention weights, from full queries and keys, the mean over heads.
#[test]
fn readings_are_the_textbooks_weights() {
    let device = Device::flex();
    device.seed(5);
    let lcd = LcdConfig {
        tokens: 3,
        heads: 4,
        ..LcdConfig::default()
    };
    let distiller = distiller(&lcd, Granularity::Last, &device).map(&mut Noise);
    let features = pooled(1, &device);
    let readings = distiller.readings(&features, 0).unwrap();
    let all = parameters(&distiller);
    let linear = |name: &str, x: Tensor<2>| {
        let of = |part: &str| all[&format!("lcds.0.attention.{name}.{part}")].clone();
        let (weight, bias) = (of("weight"), of("bias"));
        x.matmul(weight) + bias
    };
    // The last layer of 16 places and 24 numbers, four heads of six.
    let by_head = |x: Tensor<2>| {
        let rows = x.dims()[0];
        x.reshape([rows, 4, 6]).swap_dims(0, 1)
    };
    let tokens = features.layers[3].clone().squeeze_dim::<2>(0);
    let query = by_head(linear("query", all["lcds.0.meta"].clone()));
    let key = by_head(linear("key", tokens));
    let weights = softmax(query.matmul(key.swap_dims(1, 2)) / 6f64.sqrt(), 2).mean_dim(0);
    let expected: Vec<f32> = weights.try_into_vec_as().unwrap();
    assert_eq!(readings.len(), 3);
    for (reading, expected) in readings.iter().zip(expected.chunks(16)) {
        let pairs = reading.weights.iter().zip(expected);
        let off = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(off < 1e-5, "token {}: {off}", reading.token);
    }
}

/// The last repeat is the one that counts: with a second one, the meta-token that reads has already read.
#[test]
fn the_last_repeat_is_shown() {
    let device = Device::flex();
    let features = pooled(1, &device);
    let read = |repeats: usize| {
        let lcd = LcdConfig {
            repeats,
            ..LcdConfig::default()
        };
        let distiller = distiller(&lcd, Granularity::Last, &device).map(&mut Fixed::default());
        distiller.readings(&features, 0).unwrap().remove(0).weights
    };
    assert_eq!(read(1), read(1));
    assert_ne!(read(1), read(2));
}

#[test]
fn without_attention_there_is_nothing_to_show() {
    let device = Device::flex();
    let lcd = LcdConfig {
        ts_branch: false,
        dp_branch: DpBranch::Linear,
        ..LcdConfig::default()
    };
    let distiller = distiller(&lcd, Granularity::Block, &device);
    let readings = distiller.readings(&pooled(1, &device), 0).unwrap();
    assert!(readings.is_empty());
}

/// Two pieces of time, two pitches each, stacked: rows 0 and 1 are the first piece.
#[test]
fn a_folded_spectrogram_is_laid_out_in_time_again() {
    let reading = TokenReading {
        layer: 0,
        stage: 0,
        token: 0,
        grid: (4, 3),
        weights: (0..12).map(|i| i as f32).collect(),
    };
    let flat = reading.unfolded(2);
    assert_eq!(flat.grid, (2, 6));
    let expected = [0, 1, 2, 6, 7, 8, 3, 4, 5, 9, 10, 11].map(|i| i as f32);
    assert_eq!(flat.weights, expected);
    assert_eq!(reading.unfolded(1), reading);
    assert_eq!(reading.unfolded(3), reading, "rows cannot be told apart");
}

/// Any head shows what it reads, of the picture and of the sound.
#[test]
fn a_head_shows_both_modalities() {
    let device = Device::flex();
    let config = ParseConfig {
        distill: Distillation {
            d: 8,
            ..Distillation::avvp()
        },
        decoder: ParseDecoder::Mgn(MgnConfig {
            width: 16,
            heads: 4,
            depth: 1,
            depth_joint: 1,
            ..MgnConfig::default()
        }),
        motion: None,
    };
    let head = config.init(&layers(), &layers(), 3, &device).unwrap();
    let features = pooled(2, &device);
    let [seen, heard] = TaskHead::Parse(head)
        .readings(&features, &features, 0)
        .unwrap();
    // Two stages each; only what is seen is read after the final norm.
    assert_eq!((seen.len(), heard.len()), (2, 2));
    assert_ne!(seen[1].weights, heard[1].weights);
}
