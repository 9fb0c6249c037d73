//! The labelled copy of a clip shows the clip's pictures when the clip shows them, whatever their times and sizes.

use std::path::Path;

use mettle_core::base::{Time, TimeSpan};
use mettle_core::exchange::rendering::{Shown, write_overlay};
use mettle_core::media::{Clip, FrameReader, LocalFiles, RgbFrame};
use mettle_core::predict::{ClassColors, Thresholds};
use mettle_tests::media::{Media, number_in, numbered};

/// Without labels: the pictures, and empty lanes under them.
fn labelled(clip: &Path, overlay: &Path) {
    let clip = Clip::open(clip).expect("opens");
    let shown = Shown {
        predictions: &[],
        masks: None,
        thresholds: &Thresholds::default(),
        colors: &ClassColors::of([]),
    };
    let whole = TimeSpan::new(Time::ZERO, clip.duration);
    let written = write_overlay(&LocalFiles, &clip, &shown, overlay, whole, &mut |_| true);
    assert!(written.expect("writes"));
}

#[test]
fn a_first_picture_that_is_not_at_the_start() {
    let media = Media::new();
    let path = media.make(
        &format!(
            "-f lavfi -i sine=d=4 -itsoffset 0.053 {} -map 0 -map 1 -c:v libx264 -bf 0 \
             -fps_mode passthrough -c:a pcm_s16le",
            numbered(25, 4.0)
        ),
        "late.mkv",
    );
    let overlay = media.path("overlay.mp4");
    labelled(&path, &overlay);
    let mut reader = FrameReader::open(&overlay).expect("opens");
    for number in 1..60 {
        let at = Time::from_micros(number * 40_000 + 20_000);
        let frame = reader.frame_at(at).expect("decodes").picture.to_rgb();
        let picture = RgbFrame {
            height: 32,
            data: frame.data[..frame.width * 32 * 3].to_vec(),
            ..frame
        };
        assert_eq!(number_in(&picture) as i64, number - 1, "picture {number}");
    }
}

#[test]
fn pictures_that_change_their_size() {
    let media = Media::new();
    for (size, name) in [("160x120", "1.webm"), ("320x180", "2.webm")] {
        let source = format!("-f lavfi -i testsrc2=s={size}:r=25:d=1");
        media.make(&format!("{source} -c:v libvpx -deadline realtime"), name);
    }
    std::fs::write(media.path("list.txt"), "file 1.webm\nfile 2.webm\n").expect("written");
    let path = media.make("-f concat -i @/list.txt -c copy", "both.webm");
    let overlay = media.path("overlay.mp4");
    labelled(&path, &overlay);
    let video = Clip::open(&overlay)
        .expect("opens")
        .video
        .expect("pictures");
    assert_eq!((video.width, video.height), (160, 162));
    assert!((video.end.as_secs_f64() - 2.0).abs() < 0.1);
}
