//! Pictures whose packets do not all say when they are shown come at the same times as read in order.

use std::path::Path;

use mettle_core::base::TimeSpan;
use mettle_core::media::{Clip, LocalFiles, SegmentReader};
use mettle_tests::media::{Media, number_in, numbered};

/// Seconds of the clip, each with the frame that is on screen in its middle.
fn seconds(path: &Path) -> Vec<usize> {
    let clip = Clip::open(path).unwrap_or_else(|error| panic!("{error}"));
    let spans = TimeSpan::seconds_of(clip.duration);
    let read = SegmentReader::open(&LocalFiles, &clip, spans, 16_000).expect("opens");
    read.map(|data| number_in(&data.expect("reads").frame.expect("a picture")))
        .collect()
}

#[test]
fn bare_pictures_are_counted() {
    let media = Media::new();
    for (codec, name) in [
        ("libx264 -bf 3", "a.h264"),
        ("libx265 -x265-params log-level=none", "a.hevc"),
        ("mpeg2video", "a.m2v"),
    ] {
        let path = media.make(&format!("{} -c:v {codec}", numbered(25, 5.0)), name);
        let expected: Vec<usize> = (0..5).map(|second| 12 + 25 * second).collect();
        assert_eq!(seconds(&path), expected, "{name}");
    }
}

#[test]
fn program_streams_with_pictures_out_of_order() {
    let media = Media::new();
    for (codec, name) in [("mpeg2video -bf 2 -g 15", "a.vob"), ("libx264", "b.vob")] {
        let path = media.make(&format!("{} -c:v {codec} -f vob", numbered(25, 12.0)), name);
        let expected: Vec<usize> = (0..12).map(|second| 12 + 25 * second).collect();
        assert_eq!(seconds(&path), expected, "{name}");
    }
}
