//! A clip is only called cut short where its header promises more than there is: a guess is no promise, nor is the whole's length
//! one of a part.

use std::path::{Path, PathBuf};

use mettle_core::media::{Clip, MediaError};
use mettle_tests::media::{Media, PICTURES};

/// Its length, in seconds, and nothing to warn of.
fn is_whole(path: &Path, seconds: f64) {
    let (clip, warnings) = Clip::open_with_warnings(path).expect("opens");
    assert!(warnings.is_empty(), "{}: {warnings:?}", path.display());
    let length = clip.duration.as_secs_f64();
    assert!(
        (length - seconds).abs() < 0.15,
        "{}: {length} s",
        path.display()
    );
}

/// FFmpeg guesses its length from the size and the first packets: 78 s of silence's bits a second.
#[test]
fn a_guessed_length_is_no_promise() {
    let media = Media::new();
    let parts = "-f lavfi -i aevalsrc=0:d=20:s=44100 -f lavfi -i anoisesrc=d=20:r=44100";
    for (order, name) in [("[0][1]", "rising.mp3"), ("[1][0]", "falling.mp3")] {
        let path = media.make(
            &format!(
                "{parts} -filter_complex {order}concat=n=2:v=0:a=1 -c:a libmp3lame -q:a 2 -write_xing 0"
            ),
            name,
        );
        is_whole(&path, 40.0);
    }
}

fn joined(media: &Media, parts: &[&str], name: &str) -> PathBuf {
    let read = |part: &&str| std::fs::read(media.path(part)).expect("a segment");
    let path = media.path(name);
    std::fs::write(&path, parts.iter().flat_map(read).collect::<Vec<u8>>()).expect("written");
    path
}

/// The stream's beginning and its last two segments of 4 s, whose times are those of the whole.
#[test]
fn later_segments_of_a_stream_are_whole() {
    let media = Media::new();
    let streams = "-f lavfi -i testsrc2=s=160x120:r=25:d=24 -f lavfi -i sine=d=24 \
                   -c:v libx264 -g 50 -keyint_min 50 -sc_threshold 0 -c:a aac";
    media.make(&format!("{streams} -f dash -seg_duration 4"), "a.mpd");
    for (stream, name) in [(0, "pictures.mp4"), (1, "sound.m4a")] {
        let segment = |number: u32| format!("chunk-stream{stream}-{number:05}.m4s");
        let start = format!("init-stream{stream}.m4s");
        let path = joined(&media, &[&start, &segment(5), &segment(6)], name);
        is_whole(&path, 8.0);
    }
    media.make(
        &format!(
            "{streams} -f hls -hls_segment_type fmp4 -hls_time 4 -hls_fmp4_init_filename start.mp4"
        ),
        "b.m3u8",
    );
    let path = joined(&media, &["start.mp4", "b4.m4s", "b5.m4s"], "both.mp4");
    is_whole(&path, 8.0);
}

/// Two seconds of pictures whose header counts them in 68 years each.
#[test]
fn no_recording_lasts_for_centuries() {
    let media = Media::new();
    let path = media.make(&format!("{PICTURES} -c:v libx264 -bf 0"), "a.mp4");
    let mut bytes = std::fs::read(&path).expect("read");
    let mut write = |name: &[u8; 4], after: usize, with: [u8; 4]| {
        let place = bytes.windows(4).position(|word| word == name);
        let at = place.expect("a box") + after;
        bytes[at..at + 4].copy_from_slice(&with);
    };
    // Ticks of a frame, ticks of a second, and no list of edits.
    write(b"stts", 16, i32::MAX.to_be_bytes());
    write(b"mdhd", 16, 1_u32.to_be_bytes());
    write(b"edts", 0, *b"free");
    std::fs::write(&path, bytes).expect("written");
    let error = Clip::open(&path).expect_err("refused");
    assert!(matches!(error, MediaError::TooLong { .. }), "{error:?}");
}
