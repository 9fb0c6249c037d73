//! A picture a second is the picture shown then, though the frames between are not all decoded.

use std::path::Path;

use mettle_core::base::Time;
use mettle_core::media::FrameReader;
use mettle_tests::media::{Media, numbered};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Moments from `random`, going forwards by up to `step` and now and then back.
fn moments(length: Time, step: f64, seed: u64) -> Vec<Time> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut t = 0.0;
    let next = |_| {
        t += random.random_range(0.0..step);
        if t > length.as_secs_f64() + 1.0 {
            t = random.random_range(0.0..length.as_secs_f64());
        }
        Time::from_secs_f64(t)
    };
    (0..40).map(next).collect()
}

/// The same pictures and times by both readers.
fn same(path: &Path, length: Time) {
    let mut all = FrameReader::open(path).expect("opens");
    for (seed, step) in [(1, 0.3), (2, 2.0), (3, 9.0)] {
        let mut sampled = FrameReader::open_for_samples(path).expect("opens");
        for t in moments(length, step, seed) {
            let (one, other) = (all.frame_at(t), sampled.frame_at(t));
            let (one, other) = (one.expect("decodes"), other.expect("decodes"));
            assert_eq!(one.span, other.span, "{} at {t}", path.display());
            let equal = one.picture.to_rgb().data == other.picture.to_rgb().data;
            assert!(equal, "another picture: {} at {t}", path.display());
            let indices = one.index.zip(other.index);
            assert!(indices.is_none_or(|(one, other)| one == other));
        }
    }
}

#[test]
fn whatever_the_codec_and_its_groups_of_pictures() {
    let media = Media::new();
    for (codec, name) in [
        ("libx264 -preset veryfast -bf 3 -g 250", "long.mp4"),
        (
            "libx264 -bf 5 -g 250 -x264-params b-pyramid=normal",
            "pyramid.mkv",
        ),
        ("libx264 -bf 3 -g 24 -x264-params open-gop=1", "open.mp4"),
        (
            "libx264 -bf 2 -flags +ildct+ilme -x264-params tff=1",
            "fields.mp4",
        ),
        (
            "libx265 -bf 4 -g 250 -x265-params log-level=none",
            "hevc.mp4",
        ),
        ("mpeg4 -bf 2 -g 50", "asp.avi"),
        ("mpeg2video -bf 2 -g 15", "broadcast.ts"),
        ("libvpx-vp9 -deadline realtime -g 100", "vp9.webm"),
    ] {
        let path = media.make(&format!("{} -c:v {codec}", numbered(25, 12.0)), name);
        same(&path, Time::from_secs_f64(12.0));
    }
}

#[test]
fn where_frames_last_longer_than_usual() {
    let media = Media::new();
    // Two seconds at 25 frames a second, one picture held for four, two seconds more.
    let when = "settb=1/1000,setpts='if(lt(N,50),N/25,4+N/25)/TB'";
    let source = format!(
        "{} -vf {when} -fps_mode passthrough -c:v libx264 -bf 3 -g 250",
        numbered(25, 4.0)
    );
    let path = media.make(&source, "held.mp4");
    same(&path, Time::from_secs_f64(8.0));
}

#[test]
fn where_the_sound_goes_on_without_pictures() {
    let media = Media::new();
    let source = format!(
        "{} -f lavfi -i sine=duration=9 -c:v libx264 -bf 3 -g 250 -c:a aac",
        numbered(25, 3.0)
    );
    let path = media.make(&source, "longer.mp4");
    same(&path, Time::from_secs_f64(9.0));
}
