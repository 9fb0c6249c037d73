//! A broken file is an error that says what to do, or gives what is left of it; it never ends the program.

use std::path::Path;

use mettle_core::base::{Time, TimeSpan};
use mettle_core::media::{
    Clip, FrameReader, LocalFiles, MediaError, MediaWarning, Mistaken, SegmentReader, SoundLayout,
    SoundReader, Waveform,
};
use mettle_tests::media::{Media, PICTURES, TONE};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn refused(path: &Path) -> MediaError {
    let error = Clip::open(path).expect_err("refused");
    let text = error.to_string();
    let name = path.file_name().expect("a name").to_string_lossy();
    assert!(text.contains(&*name), "the file is named: {text}");
    assert_eq!(error.path(), path);
    assert!(error.advice().len() > 20, "and there is advice");
    for opened in [
        FrameReader::open(path).err().map(|e| e.to_string()),
        SoundReader::open(path, 16_000, SoundLayout::Mono)
            .err()
            .map(|e| e.to_string()),
    ] {
        assert_eq!(opened, Some(text.clone()), "every way in says the same");
    }
    error
}

#[test]
fn files_that_are_no_clips() {
    let media = Media::new();
    let write = |name: &str, content: &[u8]| {
        let path = media.path(name);
        std::fs::write(&path, content).expect("written");
        path
    };
    let empty = refused(&write("zero.mp4", b""));
    assert!(matches!(empty, MediaError::Empty { .. }), "{empty:?}");
    let text = refused(&write(
        "text.mp4",
        "Dear diary, today I filmed a 猫.\n".as_bytes(),
    ));
    assert!(
        matches!(
            text,
            MediaError::NotMedia {
                looks_like: Some(Mistaken { what: "text", .. }),
                ..
            }
        ),
        "{text:?}"
    );
    let page = refused(&write(
        "page.mp4",
        b"<!DOCTYPE html><html><body>404 Not Found</body></html>",
    ));
    assert!(
        matches!(
            page,
            MediaError::NotMedia {
                looks_like: Some(Mistaken {
                    what: "a web page",
                    ..
                }),
                ..
            }
        ),
        "{page:?}"
    );
    let pdf = refused(&write("paper.mov", b"%PDF-1.7\n\x00\xff\xfe binary"));
    assert!(matches!(pdf, MediaError::NotMedia { .. }), "{pdf:?}");
    let playlist = refused(&write(
        "list.mp4",
        b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n",
    ));
    assert!(
        matches!(playlist, MediaError::NotMedia { .. }),
        "{playlist:?}"
    );
    let missing = refused(&media.path("missing.mp4"));
    assert!(matches!(missing, MediaError::Missing { .. }), "{missing:?}");
    std::fs::create_dir(media.path("folder.mp4")).expect("a folder");
    let folder = refused(&media.path("folder.mp4"));
    assert!(
        matches!(folder, MediaError::Unreadable { .. }),
        "{folder:?}"
    );
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let noise: Vec<u8> = (0..50_000)
        .map(|_| random.random_range(0..=255_u8))
        .collect();
    refused(&write("noise.mp4", &noise));
    let subtitles = refused(&write(
        "words.mkv",
        b"1\n00:00:00,000 --> 00:00:01,000\nHello\n",
    ));
    assert!(
        matches!(subtitles, MediaError::NotMedia { .. }),
        "{subtitles:?}"
    );
}

fn cut(path: &Path, to: &Path, share: f64) {
    let bytes = std::fs::read(path).expect("read");
    std::fs::write(to, &bytes[..(bytes.len() as f64 * share) as usize]).expect("written");
}

#[test]
fn a_file_cut_short_gives_what_it_has_and_a_warning() {
    let media = Media::new();
    let streams = "-f lavfi -i testsrc2=size=160x120:rate=25:duration=8 -f lavfi -i sine=d=8 -c:v libx264 -c:a aac";
    for (flags, name) in [("-movflags +faststart", "fast.mp4"), ("", "clip.mkv")] {
        let whole = media.make(&format!("{streams} {flags}"), name);
        let part = media.path(&format!("cut-{name}"));
        cut(&whole, &part, 0.6);
        let (clip, warnings) = Clip::open_with_warnings(&part).expect("opens");
        let length = clip.duration.as_secs_f64();
        assert!((3.0..7.0).contains(&length), "{name}: {length}");
        let [
            MediaWarning::CutShort {
                declared, found, ..
            },
        ] = &warnings[..]
        else {
            panic!("{name}: {warnings:?}");
        };
        assert!((declared.as_secs_f64() - 8.0).abs() < 0.1);
        assert_eq!(*found, clip.duration);
        let spans = TimeSpan::seconds_of(clip.duration);
        let count = spans.len();
        let read = SegmentReader::open(&LocalFiles, &clip, spans, 16_000).expect("opens");
        assert_eq!(read.filter(|data| data.is_ok()).count(), count);
    }
    let whole = media.make(streams, "plain.mp4");
    let part = media.path("cut-plain.mp4");
    cut(&whole, &part, 0.6);
    let error = refused(&part);
    assert!(matches!(error, MediaError::Incomplete { .. }), "{error:?}");
    assert!(error.to_string().contains("moov"));
}

#[test]
fn a_codec_without_a_decoder_is_named() {
    let media = Media::new();
    let path = media.make(
        &format!("{PICTURES} {TONE} -c:v mpeg4 -c:a pcm_s16le"),
        "clip.avi",
    );
    let mut bytes = std::fs::read(&path).expect("read");
    // The four letters of the picture codec, twice in the header, made into ones nobody knows.
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(4).position(|w| w == b"FMP4") {
        bytes[at + found..at + found + 4].copy_from_slice(b"QQQ7");
        at += found + 4;
    }
    let unknown = media.path("unknown.avi");
    std::fs::write(&unknown, &bytes).expect("written");
    let (clip, warnings) = Clip::open_with_warnings(&unknown).expect("its sound opens");
    assert!(clip.video.is_none() && clip.audio.is_some());
    assert!(
        matches!(
            &warnings[..],
            [MediaWarning::StreamLeftOut {
                stream: "picture",
                ..
            }]
        ),
        "{warnings:?}"
    );
    let command = warnings[0].conversion().expect("a way to have both");
    let path = unknown.display().to_string();
    assert!(
        command.starts_with("ffmpeg -i ") && command.contains(&path),
        "{command}"
    );
    let error = FrameReader::open(&unknown).err().expect("no pictures");
    // Not "unknown" alone: its four letters and its size.
    let said = error.to_string();
    assert!(said.contains("QQQ7") && said.contains("160x120"), "{said}");
    assert!(
        error.advice().contains("ffmpeg -i"),
        "{error}: {}",
        error.advice()
    );
}

/// Uses a damaged file in every way; only panics and hangs are failures.
fn use_all_of(path: &Path) {
    let Ok((clip, _)) = Clip::open_with_warnings(path) else {
        return;
    };
    if let Ok(mut reader) = FrameReader::open(path) {
        for secs in [0.0, 1.5, 0.4, 1.99, 1.0] {
            let frame = reader.frame_at(Time::from_secs_f64(secs));
            drop(frame.map(|frame| frame.picture.to_rgb_within(32, 32)));
            drop(reader.next_frame());
            drop(reader.previous_frame());
        }
    }
    if let Ok(mut reader) = SoundReader::open(path, 16_000, SoundLayout::Mono) {
        for secs in [0.0, 1.5, 0.3] {
            reader.seek(Time::from_secs_f64(secs));
            let mut samples = Vec::new();
            reader.read(&mut samples, 8_000);
            assert_eq!(samples.len(), 8_000);
        }
    }
    if let Ok(Some(waveform)) = Waveform::open(&LocalFiles, &clip, Time::from_micros(20_000)) {
        waveform.take(4).for_each(drop);
    }
}

#[test]
fn damaged_bytes_never_end_the_program() {
    let media = Media::new();
    let files = [
        (
            format!("{PICTURES} {TONE} -c:v libx264 -bf 2 -c:a aac"),
            "a.mp4",
        ),
        (
            format!("{PICTURES} {TONE} -c:v libx264 -c:a libmp3lame"),
            "b.mkv",
        ),
        (format!("{PICTURES} {TONE} -c:v libx264 -c:a aac"), "c.ts"),
        (
            format!("{PICTURES} {TONE} -c:v libvpx -deadline realtime -c:a libvorbis"),
            "d.webm",
        ),
        (
            format!("{PICTURES} {TONE} -c:v mpeg4 -c:a pcm_s16le"),
            "e.avi",
        ),
        (format!("{TONE} -c:a flac"), "f.flac"),
        (format!("{TONE} -c:a libmp3lame"), "g.mp3"),
    ];
    let mut random = ChaCha8Rng::seed_from_u64(5);
    for (arguments, name) in files {
        let whole = std::fs::read(media.make(&arguments, name)).expect("read");
        for round in 0..8 {
            let mut bytes = whole.clone();
            // From a few bytes to one in a hundred; every other time the header is spared.
            let from = if round % 2 == 0 { 0 } else { bytes.len() / 8 };
            for _ in 0..(1 + bytes.len() * round / 800) {
                let at = random.random_range(from..bytes.len());
                bytes[at] = random.random_range(0..=255);
            }
            let path = media.path(&format!("damaged-{name}"));
            std::fs::write(&path, &bytes).expect("written");
            use_all_of(&path);
        }
    }
}

#[test]
fn a_damaged_stretch_does_not_lose_what_comes_after() {
    let media = Media::new();
    let path = media.make(
        "-f lavfi -i testsrc2=size=160x120:rate=25:duration=4 -f lavfi -i sine=d=4 -c:v libx264 -g 10 -c:a aac",
        "clip.ts",
    );
    let mut bytes = std::fs::read(&path).expect("read");
    let (from, to) = (bytes.len() * 4 / 10, bytes.len() / 2);
    bytes[from..to].fill(0x55);
    let damaged = media.path("damaged.ts");
    std::fs::write(&damaged, &bytes).expect("written");
    let mut reader = FrameReader::open(&damaged).expect("opens");
    let mut last = Time::ZERO;
    while let Some(frame) = reader.next_frame().expect("goes on") {
        last = frame.span.end;
    }
    assert!(last.as_secs_f64() > 3.8, "ends at {last}");
    let mut sound = SoundReader::open(&damaged, 16_000, SoundLayout::Mono).expect("opens");
    let mut samples = Vec::new();
    sound.read(&mut samples, 60_000);
    assert!(
        samples[56_000..].iter().any(|s| s.abs() > 0.05),
        "sound comes back"
    );
}
