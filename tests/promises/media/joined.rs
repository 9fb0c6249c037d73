//! Ogg files joined end to end are one clip: all of it, at its own pitch.

use std::path::{Path, PathBuf};

use mettle_core::base::Time;
use mettle_core::media::{Clip, SoundLayout, SoundReader};
use mettle_tests::media::Media;

fn join(media: &Media, parts: &[&Path], name: &str) -> PathBuf {
    let whole: Vec<u8> = parts
        .iter()
        .flat_map(|part| std::fs::read(part).expect("read"))
        .collect();
    let path = media.path(name);
    std::fs::write(&path, whole).expect("written");
    path
}

fn near(time: Time, seconds: f64) -> bool {
    (time.as_secs_f64() - seconds).abs() < 0.15
}

/// A second of sound at 16 kHz.
fn second(path: &Path, at: f64) -> Vec<f32> {
    let mut reader = SoundReader::open(path, 16_000, SoundLayout::Mono).expect("opens");
    reader.seek(Time::from_secs_f64(at));
    let mut samples = Vec::new();
    reader.read(&mut samples, 16_000);
    samples
}

/// Cycles a second, from crossings of zero.
fn pitch(samples: &[f32]) -> f64 {
    let crossings = samples.windows(2).filter(|w| w[0] < 0.0 && w[1] >= 0.0);
    crossings.count() as f64
}

#[test]
fn chained_ogg() {
    let media = Media::new();
    for (codec, name) in [
        ("libvorbis", "v.ogg"),
        ("libopus", "o.opus"),
        ("flac", "f.ogg"),
    ] {
        let of = |pitch: u32| {
            let source = format!("-f lavfi -i sine=f={pitch}:d=3 -c:a {codec}");
            media.make(&source, &format!("{pitch}-{name}"))
        };
        let path = join(&media, &[&of(440), &of(880)], name);
        let clip = Clip::open(&path).expect("opens");
        assert!(near(clip.duration, 6.0), "{name}: {:?}", clip.duration);
        for (at, expected) in [(1.0, 440.0), (4.5, 880.0), (0.5, 440.0)] {
            let pitch = pitch(&second(&path, at));
            assert!((pitch - expected).abs() < 12.0, "{name} at {at}: {pitch}");
        }
    }
}
