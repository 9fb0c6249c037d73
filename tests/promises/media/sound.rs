//! The sound at time t is the one heard at t: the same from every decoder, after every seek, at every rate.

use std::path::Path;

use mettle_core::base::Time;
use mettle_core::media::{SoundLayout, SoundReader};
use mettle_tests::media::{Media, lag, sound_by_ffmpeg};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Three seconds in which no moment sounds like another: a rising tone under a beat.
const SWEEP: &str = "-f lavfi -i aevalsrc=exprs=0.4*sin(2*PI*(200+300*t)*t)+0.3*sin(2*PI*50*t)*lt(mod(t\\,0.37)\\,0.05):d=3:s=44100";

fn read(reader: &mut SoundReader, frames: usize) -> Vec<f32> {
    let mut samples = Vec::new();
    reader.read(&mut samples, frames);
    samples
}

fn all(path: &Path, rate: u32, layout: SoundLayout) -> Vec<f32> {
    let mut reader = SoundReader::open(path, rate, layout).expect("opens");
    read(&mut reader, 3 * rate as usize)
}

/// How far and how well our sound agrees with ffmpeg's, at 16 kHz.
fn against_ffmpeg(path: &Path) -> (i64, f64) {
    let ours = all(path, 16_000, SoundLayout::Mono);
    lag(&sound_by_ffmpeg(path, 16_000, 1), &ours, 200)
}

#[test]
fn agrees_with_ffmpeg_in_every_codec() {
    let media = Media::new();
    let kinds = [
        ("-c:a pcm_s16le", "a.wav", true),
        ("-c:a pcm_s24le", "a24.wav", true),
        ("-c:a pcm_f32be", "a.aiff", true),
        ("-c:a flac", "a.flac", true),
        ("-c:a libmp3lame", "a.mp3", true),
        ("-c:a libvorbis", "a.ogg", true),
        ("-c:a alac", "a.m4a", true),
        ("-c:a aac", "a.mp4", true),
        ("-c:a aac", "a.mkv", true),
        ("-c:a libopus", "a.opus", false),
        ("-c:a libopus", "a.webm", false),
        ("-c:a ac3", "a.ac3", false),
        ("-c:a aac", "a.aac", false),
        ("-c:a aac -ac 2", "a.ts", false),
    ];
    for (codec, name, symphonia) in kinds {
        let path = media.make(&format!("{SWEEP} {codec}"), name);
        let reader = SoundReader::open(&path, 16_000, SoundLayout::Mono).expect("opens");
        assert_eq!(reader.is_symphonia(), symphonia, "{name}");
        let (lag, agreement) = against_ffmpeg(&path);
        // 1 ms is 16 samples. Two resamplers differ in their filters, hence not 1.
        assert!(lag.abs() <= 16, "{name} is {lag} samples late");
        assert!(agreement > 0.999, "{name} agrees only to {agreement}");
    }
}

#[test]
fn both_decoders_agree_sample_by_sample() {
    let media = Media::new();
    for (codec, name) in [
        ("-c:a aac", "a.mp4"),
        ("-c:a libmp3lame", "a.mp3"),
        ("-c:a libvorbis", "a.ogg"),
        ("-c:a flac", "a.flac"),
        ("-c:a alac", "a.m4a"),
        ("-c:a pcm_s16le", "a.mov"),
    ] {
        let path = media.make(&format!("{SWEEP} {codec}"), name);
        let mut one = SoundReader::open(&path, 44_100, SoundLayout::Mono).expect("opens");
        let mut two =
            SoundReader::open_with_ffmpeg(&path, 44_100, SoundLayout::Mono).expect("opens");
        assert!(one.is_symphonia() && !two.is_symphonia());
        let (one, two) = (read(&mut one, 131_000), read(&mut two, 131_000));
        let worst = one
            .iter()
            .zip(&two)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        // Half a step of 16 bit for the exact codecs, and a decoder's freedom in rounding for the others.
        assert!(worst < 2e-3, "{name}: {worst}");
    }
}

#[test]
fn seeking_gives_the_samples_that_reading_on_gives() {
    let media = Media::new();
    let mut random = ChaCha8Rng::seed_from_u64(3);
    for (codec, name) in [
        ("-c:a aac", "a.mp4"),
        ("-c:a aac", "a.mkv"),
        ("-c:a libmp3lame", "a.mp3"),
        ("-c:a libvorbis", "a.ogg"),
        ("-c:a libopus", "a.webm"),
        ("-c:a flac", "a.flac"),
        ("-c:a pcm_s16le", "a.wav"),
        ("-c:a mp2", "a.mpg"),
    ] {
        let path = media.make(&format!("{SWEEP} {codec}"), name);
        for rate in [16_000, 44_100, 48_000] {
            let whole = all(&path, rate, SoundLayout::Mono);
            let mut reader = SoundReader::open(&path, rate, SoundLayout::Mono).expect("opens");
            for _ in 0..12 {
                let from = random.random_range(0..whole.len() - 500);
                reader.seek(Time::from_samples(from as i64, rate));
                let got = read(&mut reader, 500);
                let worst = (0..500)
                    .map(|i| (got[i] - whole[from + i]).abs())
                    .fold(0.0, f32::max);
                // Lossy codecs start anew at a seek; what is left of that after the pre-roll is rounding, save in Opus,
                // which predicts from the far past and never quite forgets.
                let slack = if name == "a.webm" { 2e-2 } else { 1e-3 };
                assert!(worst < slack, "{name} at {rate} Hz from {from}: {worst}");
                assert_eq!(
                    reader.position(),
                    Time::from_samples(from as i64 + 500, rate)
                );
            }
        }
    }
}

#[test]
fn every_rate_has_the_same_timing() {
    let media = Media::new();
    // One click, in the middle of the second second.
    let path = media.make(
        "-f lavfi -i aevalsrc=exprs=0.9*between(t\\,1.4999\\,1.5001):d=3:s=44100",
        "click.wav",
    );
    for rate in [
        8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000,
    ] {
        let samples = all(&path, rate, SoundLayout::Mono);
        let loudest = (0..samples.len())
            .max_by(|&a, &b| samples[a].abs().total_cmp(&samples[b].abs()))
            .expect("samples");
        let at = loudest as f64 / f64::from(rate);
        assert!(
            (at - 1.5).abs() < 1.5 / f64::from(rate) + 1e-4,
            "{rate} Hz: {at}"
        );
    }
}

#[test]
fn silence_stands_before_a_late_start_and_after_the_end() {
    let media = Media::new();
    let path = media.make(
        "-f lavfi -i color=size=64x64:rate=25:duration=3 -itsoffset 1 -f lavfi -i sine=frequency=500:duration=1 \
         -map 0 -map 1 -c:v libx264 -c:a aac",
        "late.mp4",
    );
    let samples = all(&path, 16_000, SoundLayout::Mono);
    let power = |from: f64, to: f64| {
        let span = &samples[(from * 16_000.0) as usize..(to * 16_000.0) as usize];
        span.iter().map(|s| s * s).sum::<f32>() / span.len() as f32
    };
    assert_eq!(power(0.0, 0.9), 0.0);
    assert!(power(1.05, 1.95) > 1e-3);
    assert_eq!(power(2.1, 3.0), 0.0);
}

#[test]
fn a_gap_in_the_sound_is_silent_and_does_not_move_the_rest() {
    let media = Media::new();
    let path = media.make(
        "-f lavfi -i aevalsrc=exprs=0.5*sin(2*PI*700*t)*between(t\\,0\\,1)+0.5*sin(2*PI*700*t)*between(t\\,2\\,3):d=3:s=48000 \
         -af aselect='not(between(t,1.05,1.95))' -c:a libopus",
        "gap.mkv",
    );
    let samples = all(&path, 16_000, SoundLayout::Mono);
    let first_after = (17_600..samples.len())
        .find(|&i| samples[i].abs() > 0.1)
        .expect("sound");
    let at = first_after as f64 / 16_000.0;
    assert!((at - 2.0).abs() < 0.01, "sound comes back at {at}");
}

#[test]
fn surround_and_stereo_are_mixed_down() {
    let media = Media::new();
    // Six tones, one a channel, in 5.1.
    let path = media.make(
        "-f lavfi -i aevalsrc=exprs=0.5*sin(2*PI*300*t)|0.5*sin(2*PI*500*t)|0.5*sin(2*PI*700*t)|0.5*sin(2*PI*60*t)|0.5*sin(2*PI*1100*t)|0.5*sin(2*PI*1300*t):c=5.1:d=3:s=48000 -c:a pcm_s16le",
        "surround.wav",
    );
    let samples = all(&path, 48_000, SoundLayout::Stereo);
    let level = |side: usize, frequency: f64| {
        let (mut sine, mut cosine) = (0.0, 0.0);
        for i in 0..48_000 {
            let (s, phase) = (f64::from(samples[2 * i + side]), i as f64 / 48_000.0);
            sine += s * (std::f64::consts::TAU * frequency * phase).sin();
            cosine += s * (std::f64::consts::TAU * frequency * phase).cos();
        }
        sine.hypot(cosine) / 24_000.0
    };
    let (left, half) = (level(0, 300.0), std::f64::consts::FRAC_1_SQRT_2);
    assert!(left > 0.15, "front left is heard on the left");
    assert!(level(1, 300.0) < 1e-4, "and only there");
    // ITU-R BS.775: centre and surrounds at half power, no low-frequency channel.
    for (side, frequency, gain) in [
        (0, 700.0, half),
        (1, 700.0, half),
        (0, 1100.0, half),
        (1, 1300.0, half),
        (1, 500.0, 1.0),
        (0, 60.0, 0.0),
    ] {
        let heard = level(side, frequency) / left;
        assert!(
            (heard - gain).abs() < 0.01,
            "{frequency} Hz on side {side}: {heard}"
        );
    }
    let mono = all(&path, 48_000, SoundLayout::Mono);
    let worst = (0..48_000)
        .map(|i| (mono[i] - (samples[2 * i] + samples[2 * i + 1]) / 2.0).abs())
        .fold(0.0, f32::max);
    assert!(worst < 1e-6, "mono is the mean of the stereo pair");
    assert!(mono.iter().all(|s| s.abs() <= 1.0));
}
