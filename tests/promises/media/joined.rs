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

/// Cycles a second, from crossings of zero, and the root mean square.
fn pitch_and_loudness(samples: &[f32]) -> (f64, f64) {
    let crossings = samples.windows(2).filter(|w| w[0] < 0.0 && w[1] >= 0.0);
    let power: f64 = samples.iter().map(|&s| f64::from(s).powi(2)).sum();
    (
        crossings.count() as f64,
        (power / samples.len() as f64).sqrt(),
    )
}

#[test]
fn stamps_that_jump_back() {
    let media = Media::new();
    for (kind, name) in [("ts", "libx264"), ("mpg", "mpeg2video -bf 2")] {
        let pictures = numbered(25, 4.0);
        let of = |pitch: u32| {
            media.make(
                &format!("{pictures} -f lavfi -i sine=f={pitch}:d=4 -c:v {name} -c:a mp2"),
                &format!("{pitch}.{kind}"),
            )
        };
        let (first, second_part) = (of(440), of(880));
        let path = join(&media, &[&first, &second_part], &format!("both.{kind}"));
        let clip = Clip::open(&path).expect("opens");
        assert!(near(clip.duration, 8.0), "{kind}: {:?}", clip.duration);
        let spans = TimeSpan::seconds_of(clip.duration);
        assert_eq!(spans.len(), 8, "{kind}");
        for (index, data) in SegmentReader::open(&LocalFiles, &clip, spans, 16_000)
            .expect("opens")
            .enumerate()
        {
            let data = data.expect("reads");
            let number = number_in(&data.frame.expect("a picture")) as i64;
            let expected = 12 + 25 * (index as i64 % 4);
            assert!(
                (number - expected).abs() <= 1,
                "{kind} second {index}: frame {number}"
            );
            let (pitch, _) = pitch_and_loudness(&data.sound.expect("sound"));
            let expected = if index < 4 { 440.0 } else { 880.0 };
            // The second in which one goes over into the other has some of both.
            assert!(
                (pitch - expected).abs() < 12.0 || index == 4,
                "{kind} second {index}: {pitch}"
            );
        }
        let mut back = FrameReader::open(&path).expect("opens");
        for (at, expected) in [(6.5, 62), (1.5, 37), (7.5, 87), (0.5, 12)] {
            let frame = back.frame_at(Time::from_secs_f64(at)).expect("decodes");
            let number = number_of(&frame) as i64;
            assert!(
                (number - expected).abs() <= 1,
                "{kind} at {at}: frame {number}"
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
            let (pitch, _) = pitch_and_loudness(&second(&path, at));
            assert!((pitch - expected).abs() < 12.0, "{name} at {at}: {pitch}");
        }
    }
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
        for (part, at) in [(&one, 1.0), (&two, 4.3)] {
            let (_, alone) = pitch_and_loudness(&second(part, 1.0));
            let (pitch, loudness) = pitch_and_loudness(&second(&path, at));
            assert!((pitch - 440.0).abs() < 6.0, "{name} at {at}: {pitch} Hz");
            assert!(
                (loudness / alone - 1.0).abs() < 0.05,
                "{name} at {at}: {loudness} of {alone}"
            );
        }
    }
}
