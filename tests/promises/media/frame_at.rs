//! The frame at time t is the one on screen at t, however one gets there.

use std::path::Path;

use mettle_core::base::Time;
use mettle_core::media::FrameReader;
use mettle_tests::media::{Media, number_of, numbered};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Starts of all frames in order, checked to carry their numbers and to follow on one another.
fn walk(path: &Path, first: usize) -> Vec<Time> {
    let mut reader = FrameReader::open(path).expect("opens");
    let mut starts = Vec::new();
    let mut end = None;
    while let Some(frame) = reader.next_frame().expect("decodes") {
        assert_eq!(
            number_of(&frame),
            first + starts.len(),
            "{}",
            path.display()
        );
        assert!(
            end.is_none_or(|end| end == frame.span.start),
            "a gap between spans"
        );
        end = Some(frame.span.end);
        starts.push(frame.span.start);
    }
    starts
}

/// Jumps about and compares with the walk.
fn jump(path: &Path, first: usize, starts: &[Time], jumps: usize) {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut reader = FrameReader::open(path).expect("opens");
    let last = starts[starts.len() - 1].micros();
    for _ in 0..jumps {
        let t = Time::from_micros(random.random_range(-50_000..last + 200_000));
        let frame = reader.frame_at(t).expect("decodes");
        let shown = starts.iter().rposition(|&start| start <= t).unwrap_or(0);
        assert_eq!(
            number_of(&frame),
            first + shown,
            "{} at {t}",
            path.display()
        );
        assert_eq!(frame.span.start, starts[shown]);
    }
}

fn holds(media: &Media, codec: &str, name: &str) {
    let source = format!("{} {codec}", numbered(25, 6.0));
    let path = media.make(&source, name);
    let starts = walk(&path, 0);
    assert_eq!(starts.len(), 150, "{name}");
    jump(&path, 0, &starts, 60);
}

#[test]
fn with_b_frames_and_long_groups_of_pictures() {
    let media = Media::new();
    holds(
        &media,
        "-c:v libx264 -preset veryfast -bf 3 -g 250",
        "long.mp4",
    );
    holds(
        &media,
        "-c:v libx264 -preset veryfast -bf 3 -g 12 -x264-params open-gop=1",
        "open.mp4",
    );
    holds(
        &media,
        "-c:v libx264 -preset veryfast -bf 2 -g 25",
        "short.mkv",
    );
}

#[test]
fn in_every_container() {
    let media = Media::new();
    holds(&media, "-c:v libx264 -preset veryfast -g 25", "clip.ts");
    holds(&media, "-c:v libx264 -preset veryfast -g 25", "clip.mov");
    holds(&media, "-c:v libvpx -deadline realtime -g 25", "clip.webm");
    holds(&media, "-c:v mpeg4 -q:v 2 -g 25", "clip.avi");
}

#[test]
fn with_a_variable_frame_rate() {
    let media = Media::new();
    // One second at 25, then 10 frames a second, then a hold of two seconds.
    let when = "settb=1/1000,setpts='if(lt(N,25),N/25,if(lt(N,45),1+(N-25)/10,5))/TB'";
    let source = format!(
        "{} -vf {when} -fps_mode passthrough -c:v libx264 -bf 2 -g 20",
        numbered(25, 1.84)
    );
    let path = media.make(&source, "vfr.mp4");
    let starts = walk(&path, 0);
    assert_eq!(starts.len(), 46);
    assert_eq!(starts[24], Time::from_micros(960_000));
    assert_eq!(starts[35], Time::from_micros(2_000_000));
    assert_eq!(starts[45], Time::from_micros(5_000_000));
    jump(&path, 0, &starts, 60);
    let mut reader = FrameReader::open(&path).expect("opens");
    let held = reader
        .frame_at(Time::from_micros(4_900_000))
        .expect("decodes");
    assert_eq!(
        number_of(&held),
        44,
        "the held picture stays until the next one comes"
    );
}

#[test]
fn after_an_edit_list_cut_the_start_away() {
    let media = Media::new();
    let source = format!("{} -c:v libx264 -bf 2 -g 50", numbered(25, 6.0));
    media.make(&source, "whole.mp4");
    // Copied without encoding: the frames before the cut stay in the file and are not shown.
    let path = media.make("-ss 3 -i @/whole.mp4 -c copy", "cut.mp4");
    let starts = walk(&path, 75);
    assert_eq!(starts[0], Time::ZERO);
    assert_eq!(starts.len(), 75);
    jump(&path, 75, &starts, 40);
}

#[test]
fn stepping_back_gives_the_frames_in_reverse() {
    let media = Media::new();
    let path = media.make(
        &format!("{} -c:v libx264 -bf 2 -g 250", numbered(25, 4.0)),
        "clip.mp4",
    );
    let mut reader = FrameReader::open(&path).expect("opens");
    let mut number = number_of(&reader.frame_at(Time::from_secs_f64(3.3)).expect("decodes"));
    assert_eq!(number, 82);
    while let Some(frame) = reader.previous_frame().expect("decodes") {
        number -= 1;
        assert_eq!(number_of(&frame), number);
    }
    assert_eq!(number, 0, "stops at the first frame");
}

#[test]
fn outside_the_clip_the_first_or_last_frame_stays() {
    let media = Media::new();
    let path = media.make(&format!("{} -c:v libx264", numbered(25, 2.0)), "clip.mp4");
    let mut reader = FrameReader::open(&path).expect("opens");
    let before = reader.frame_at(Time::from_secs_f64(-3.0)).expect("decodes");
    let after = reader.frame_at(Time::from_secs_f64(99.0)).expect("decodes");
    assert_eq!((number_of(&before), number_of(&after)), (0, 49));
    assert_eq!(after.span.end, Time::from_secs_f64(2.0));
}
