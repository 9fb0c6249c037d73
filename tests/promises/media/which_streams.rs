//! Which streams of a file are shown, and how: of one programme, with a decoder, upright, and without those that are dead.

use std::path::Path;

use mettle_core::base::{Time, TimeSpan};
use mettle_core::media::{
    Clip, FrameReader, LocalFiles, MediaError, MediaWarning, SegmentReader, SoundLayout,
    SoundReader,
};
use mettle_tests::media::{Media, PICTURES, TONE, picture_by_ffmpeg};

fn pitch(path: &Path) -> usize {
    let mut reader = SoundReader::open(path, 16_000, SoundLayout::Mono).expect("opens");
    reader.seek(Time::from_secs_f64(0.5));
    let mut samples = Vec::new();
    reader.read(&mut samples, 16_000);
    samples
        .windows(2)
        .filter(|w| w[0] < 0.0 && w[1] >= 0.0)
        .count()
}

#[test]
fn pictures_and_sound_of_one_programme() {
    let media = Media::new();
    let path = media.make(
        "-f lavfi -i testsrc2=s=320x240:r=25:d=3 -f lavfi -i sine=f=440:d=3 \
         -f lavfi -i testsrc2=s=160x120:r=25:d=3 -f lavfi -i sine=f=880:d=3 \
         -map 0 -map 1 -map 2 -map 3 -c:v libx264 -c:a mp2 -b:a:0 64k -b:a:1 256k \
         -program title=one:st=0:st=1 -program title=two:st=2:st=3",
        "two.ts",
    );
    let clip = Clip::open(&path).expect("opens");
    let width = clip.video.expect("pictures").width;
    let expected = if width == 320 { 440 } else { 880 };
    assert!(
        pitch(&path).abs_diff(expected) < 12,
        "{width} wide with {}",
        pitch(&path)
    );
}

#[test]
fn a_sound_track_without_a_decoder_is_no_choice() {
    let media = Media::new();
    let path = media.make(
        &format!(
            "{PICTURES} {TONE} {TONE} -map 0 -map 1 -map 2 -c:v libx264 -c:a pcm_s16le \
             -disposition:a:0 default -disposition:a:1 default"
        ),
        "two.mov",
    );
    let mut bytes = std::fs::read(&path).expect("read");
    let at = bytes
        .windows(4)
        .position(|word| word == b"sowt")
        .expect("its codec");
    bytes[at..at + 4].copy_from_slice(b"QQQ7");
    std::fs::write(&path, &bytes).expect("written");
    let (clip, warnings) = Clip::open_with_warnings(&path).expect("opens");
    assert_eq!(clip.audio.expect("the other track").codec, "pcm_s16le");
    assert!(warnings.is_empty(), "{warnings:?}");
    assert!(pitch(&path).abs_diff(440) < 6);
}

/// Overwrites every packet of a stream with zeros, where the file holds them.
fn kill(path: &Path, stream: &str) {
    let listed = std::process::Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", stream])
        .args(["-show_entries", "packet=pos,size", "-of", "csv=p=0"])
        .arg(path)
        .output()
        .expect("ffprobe");
    let mut bytes = std::fs::read(path).expect("read");
    for line in String::from_utf8_lossy(&listed.stdout).lines() {
        let numbers = line.split(',').filter_map(|n| n.trim().parse().ok());
        let [size, at] = numbers.collect::<Vec<usize>>()[..] else {
            continue;
        };
        bytes[at..at + size].fill(0);
    }
    std::fs::write(path, bytes).expect("written");
}

#[test]
fn a_dead_track_is_no_choice_where_another_lives() {
    let media = Media::new();
    let streams = format!(
        "{PICTURES} -f lavfi -i sine=f=880:d=2 {TONE} -map 0 -map 1 -map 2 -c:v libx264 -c:a aac \
         -disposition:a:0 default -disposition:a:1 default"
    );
    let zeroed = media.make(&streams, "zeroed.mov");
    kill(&zeroed, "a:0");
    let missing = media.make(&format!("{streams} -bsf:a:0 noise=drop=1"), "missing.mkv");
    for path in [zeroed, missing] {
        let (clip, warnings) = Clip::open_with_warnings(&path).expect("opens");
        assert!(clip.audio.is_some() && clip.video.is_some());
        assert!(warnings.is_empty(), "{warnings:?}");
        let pitch = pitch(&path);
        assert!(pitch.abs_diff(440) < 6, "{}: {pitch} Hz", path.display());
    }
    let pictures = media.make(
        "-f lavfi -i testsrc2=s=320x240:r=25:d=2 -f lavfi -i testsrc2=s=160x120:r=25:d=2 \
         -map 0 -map 1 -c:v libx264 -disposition:v:0 default",
        "pictures.mov",
    );
    kill(&pictures, "v:0");
    let clip = Clip::open(&pictures).expect("opens");
    assert_eq!(clip.video.expect("the other track").width, 160);
}

/// The display matrix of an MP4 file's picture track, put in place of the plain one.
fn with_matrix(path: &Path, [a, b, c, d]: [i32; 4]) {
    let mut bytes = std::fs::read(path).expect("read");
    let header = bytes
        .windows(4)
        .position(|word| word == b"tkhd")
        .expect("a track");
    let matrix = header + 4 + 40;
    for (place, value) in [(0, a), (1, b), (3, c), (4, d)] {
        let at = matrix + 4 * place;
        bytes[at..at + 4].copy_from_slice(&(value << 16).to_be_bytes());
    }
    std::fs::write(path, bytes).expect("written");
}

#[test]
fn mirrored_pictures_are_shown_as_ffmpeg_shows_them() {
    let media = Media::new();
    let matrices = [
        [1, 0, 0, 1],
        [-1, 0, 0, 1],
        [1, 0, 0, -1],
        [-1, 0, 0, -1],
        [0, 1, -1, 0],
        [0, -1, 1, 0],
    ];
    for matrix in matrices {
        let path = media.make(&format!("{PICTURES} -c:v libx264 -crf 1"), "a.mp4");
        with_matrix(&path, matrix);
        let mut reader = FrameReader::open(&path).expect("opens");
        let ours = reader.first_frame().expect("decodes").picture.to_rgb();
        let judge = picture_by_ffmpeg(&path, "null");
        assert_eq!(ours.data.len(), judge.len(), "{matrix:?}");
        let off = ours
            .data
            .iter()
            .zip(&judge)
            .map(|(a, b)| u64::from(a.abs_diff(*b)));
        let off = off.sum::<u64>() as f64 / judge.len() as f64;
        assert!(off < 8.0, "{matrix:?}: {off}");
    }
}

#[test]
fn a_dead_stream_leaves_the_other() {
    let media = Media::new();
    media.make(&format!("{PICTURES} {TONE} -c:v libx264 -c:a aac"), "a.mkv");
    for (kind, stream) in [("v", "picture"), ("a", "sound")] {
        let dead = media.make("-i @/a.mkv -c copy", &format!("dead-{kind}.mov"));
        kill(&dead, kind);
        let (clip, warnings) = Clip::open_with_warnings(&dead).expect("the other opens");
        let said = |warning: &MediaWarning| matches!(warning, MediaWarning::StreamDead { stream: said, .. } if *said == stream);
        assert!(warnings.iter().any(said), "{stream}: {warnings:?}");
        assert_eq!(clip.video.is_none(), stream == "picture");
        assert_eq!(clip.audio.is_none(), stream == "sound");
        let spans = TimeSpan::seconds_of(clip.duration);
        let read = SegmentReader::open(&LocalFiles, &clip, spans, 16_000).expect("opens");
        assert_eq!(read.filter(Result::is_ok).count(), 2);
    }
}

#[test]
fn a_description_without_anything_after_it() {
    let media = Media::new();
    let path = media.make(
        &format!("{PICTURES} -c:v libx264 -movflags empty_moov+frag_keyframe"),
        "whole.mp4",
    );
    let bytes = std::fs::read(&path).expect("read");
    let at = bytes
        .windows(4)
        .position(|word| word == b"moof")
        .expect("a fragment")
        - 4;
    let start = media.path("init.mp4");
    std::fs::write(&start, &bytes[..at]).expect("written");
    let error = Clip::open(&start).expect_err("refused");
    assert!(matches!(error, MediaError::Nothing { .. }), "{error:?}");
}
