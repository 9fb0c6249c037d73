//! Recordings joined end to end are one clip: all of it, pictures and sound together, at its own pitch and loudness.

use std::path::{Path, PathBuf};

use mettle_core::base::{Time, TimeSpan};
use mettle_core::media::{Clip, FrameReader, LocalFiles, SegmentReader, SoundLayout, SoundReader};
use mettle_tests::media::{Media, number_in, number_of, numbered};

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

/// Cycles a second: how often the sound rises from well below zero to well above it. (An encoder's run-in is crossings of zero
/// that nobody hears.)
fn pitch(samples: &[f32]) -> f64 {
    let mut below = false;
    let mut rises = 0;
    for &sample in samples {
        if below && sample > 0.01 {
            rises += 1;
        }
        below = sample < -0.01 || (below && sample <= 0.01);
    }
    f64::from(rises)
}

/// Whether a frame's number is one of two neighbours: where the second recording begins is no frame's border.
fn shows(number: usize, expected: i64) -> bool {
    (number as i64 - expected).abs() <= 1
}

fn recordings(media: &Media, kind: &str, codec: &str) -> PathBuf {
    let pictures = numbered(25, 4.0);
    let [first, second] = [440, 880].map(|pitch| {
        media.make(
            &format!("{pictures} -f lavfi -i sine=f={pitch}:d=4 -c:v {codec} -c:a mp2"),
            &format!("{pitch}.{kind}"),
        )
    });
    join(media, &[&first, &second], &format!("both.{kind}"))
}

#[test]
fn stamps_that_jump_back() {
    let media = Media::new();
    for (kind, codec) in [("ts", "libx264"), ("mpg", "mpeg2video -bf 2")] {
        let path = recordings(&media, kind, codec);
        let clip = Clip::open(&path).expect("opens");
        assert!(near(clip.duration, 8.0), "{kind}: {:?}", clip.duration);
        let spans = TimeSpan::seconds_of(clip.duration);
        assert_eq!(spans.len(), 8, "{kind}");
        let read = SegmentReader::open(&LocalFiles, &clip, spans, 16_000).expect("opens");
        for (index, data) in read.enumerate() {
            let data = data.expect("reads");
            let number = number_in(&data.frame.expect("a picture"));
            let expected = 12 + 25 * (index as i64 % 4);
            assert!(
                shows(number, expected),
                "{kind} second {index}: frame {number}"
            );
            let pitch = pitch(&data.sound.expect("sound"));
            let expected = if index < 4 { 440.0 } else { 880.0 };
            // The second recording begins with its encoder's run-in, and a little after the second does.
            let least = if index == 4 { 40.0 } else { 12.0 };
            assert!(
                (pitch - expected).abs() < least,
                "{kind} second {index}: {pitch} Hz"
            );
        }
        let mut back = FrameReader::open(&path).expect("opens");
        for (at, expected) in [(6.5, 62), (1.5, 37), (7.5, 87), (0.5, 12)] {
            let frame = back.frame_at(Time::from_secs_f64(at)).expect("decodes");
            let number = number_of(&frame);
            assert!(shows(number, expected), "{kind} at {at}: frame {number}");
        }
        for (at, expected) in [(6.2, 880.0), (1.5, 440.0), (5.1, 880.0), (0.5, 440.0)] {
            let pitch = pitch(&second(&path, at));
            assert!(
                (pitch - expected).abs() < 12.0,
                "{kind} at {at}: {pitch} Hz"
            );
        }
    }
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

/// The root mean square.
fn loudness(samples: &[f32]) -> f64 {
    let power: f64 = samples.iter().map(|&s| f64::from(s).powi(2)).sum();
    (power / samples.len() as f64).sqrt()
}

/// How much of a file is silent, in seconds, read from its start on: encoders put a little before and after what they are given.
fn silence(path: &Path, length: f64) -> f64 {
    let mut reader = SoundReader::open(path, 16_000, SoundLayout::Mono).expect("opens");
    let mut samples = Vec::new();
    reader.read(&mut samples, (length * 16_000.0) as usize);
    let parts = samples.chunks(160);
    parts.filter(|part| loudness(part) < 1e-3).count() as f64 / 100.0
}

#[test]
fn sound_that_changes_its_rate_and_channels() {
    let media = Media::new();
    let tone = |arguments: &str, name: &str| {
        media.make(
            &format!("-f lavfi -i sine=f=440:d=3:r=44100 {arguments}"),
            name,
        )
    };
    let pairs = [
        (
            tone("-c:a libmp3lame -write_xing 0", "1.mp3"),
            tone("-c:a libmp3lame -write_xing 0 -ar 22050 -ac 2", "2.mp3"),
            "both.mp3",
        ),
        (
            tone("-c:a aac", "1.aac"),
            tone("-c:a aac -ar 22050 -ac 2", "2.aac"),
            "both.aac",
        ),
        (
            tone("-c:a ac3 -ac 2", "1.ts"),
            tone("-c:a ac3 -ac 6", "2.ts"),
            "both.ts",
        ),
    ];
    for (one, two, name) in pairs {
        let path = join(&media, &[&one, &two], name);
        let clip = Clip::open(&path).expect("opens");
        assert!(near(clip.duration, 6.0), "{name}: {:?}", clip.duration);
        let mut back = SoundReader::open(&path, 16_000, SoundLayout::Mono).expect("opens");
        for (part, at) in [(&one, 1.0), (&two, 4.3), (&one, 0.7), (&two, 3.6)] {
            let alone = loudness(&second(part, 1.0));
            let mut sought = Vec::new();
            back.seek(Time::from_secs_f64(at));
            back.read(&mut sought, 16_000);
            for samples in [second(&path, at), sought] {
                let (pitch, loudness) = (pitch(&samples), loudness(&samples));
                assert!((pitch - 440.0).abs() < 6.0, "{name} at {at}: {pitch} Hz");
                assert!(
                    (loudness / alone - 1.0).abs() < 0.05,
                    "{name} at {at}: {loudness} of {alone}"
                );
            }
        }
        let quiet = silence(&path, 6.0);
        assert!(quiet < 0.2, "{name}: {quiet} s of it are silent");
    }
}
