//! Pictures too large to be held are made smaller while they are read.

use std::path::Path;

use mettle_core::media::{Clip, FrameReader, RgbFrame};
use mettle_tests::media::{Media, picture_by_ffmpeg};
use mettle_tests::program;

/// A side of the pictures that are compared, more than are read whole, and of what is then read.
const SIDE: usize = 6000;
const SMALL: usize = 3000;
/// A gigabyte, in the kilobytes in which the system counts.
const GIGABYTE: u64 = 1 << 20;

fn read(path: &Path) -> RgbFrame {
    let clip = Clip::open(path).expect("opens");
    let video = clip.video.expect("a picture");
    assert_eq!((video.width, video.height), (SIDE as u32, SIDE as u32));
    assert_ne!(video.pixel_format, "unknown");
    let mut reader = FrameReader::open(path).expect("opens");
    let picture = reader.first_frame().expect("decodes").picture.to_rgb();
    assert_eq!((picture.width, picture.height), (SMALL, SMALL));
    picture
}

/// By how much two pictures differ on average, of 255.
fn off(ours: &[u8], judge: &[u8]) -> f64 {
    assert_eq!(ours.len(), judge.len());
    let pairs = ours.iter().zip(judge);
    let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / judge.len() as f64
}

#[test]
fn are_what_ffmpeg_makes_of_them() {
    let media = Media::new();
    let source = format!("-f lavfi -i testsrc2=size={SIDE}x{SIDE} -frames:v 1");
    for (kind, name) in [
        ("-pix_fmt rgb24", "a.png"),
        ("-pix_fmt rgba -flags ildct", "interlaced.png"),
        ("-pix_fmt gray", "gray.png"),
        ("-pix_fmt rgb48be", "deep.png"),
        ("-q:v 2", "a.jpg"),
    ] {
        let path = media.make(&format!("{source} {kind}"), name);
        let judge = picture_by_ffmpeg(&path, &format!("scale={SMALL}:{SMALL}:flags=area"));
        let off = off(&read(&path).data, &judge);
        assert!(off < 2.0, "{name} is off by {off}");
    }
}

#[test]
fn show_what_there_is_of_them() {
    let media = Media::new();
    let path = media.make(
        &format!("-f lavfi -i color=white:size={SIDE}x{SIDE} -frames:v 1 -pix_fmt rgb24"),
        "cut.png",
    );
    let bytes = std::fs::read(&path).expect("read");
    std::fs::write(&path, &bytes[..bytes.len() / 2]).expect("written");
    let picture = read(&path);
    assert!(picture.data.iter().take(1000).all(|&value| value > 250));
    assert!(picture.data.iter().rev().take(1000).all(|&value| value < 5));
}

/// 768 MB of red, green and blue.
#[cfg(target_os = "linux")]
#[test]
fn take_less_than_a_gigabyte() {
    let media = Media::new();
    let path = media.make(
        "-f lavfi -i color=red:size=16000x16000 -frames:v 1 -pix_fmt rgb24",
        "big.png",
    );
    let mut mettle = program::mettle(&media.path("cache"));
    let mut running = mettle.arg("analyze").arg(&path).spawn().expect("starts");
    let status = format!("/proc/{}/status", running.id());
    let mut most = 0;
    let code = loop {
        if let Some(code) = running.try_wait().expect("runs") {
            break code;
        }
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let words = line.and_then(|line| line.split_whitespace().next());
        most = most.max(words.and_then(|word| word.parse().ok()).unwrap_or(0));
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    assert!(code.success());
    assert!((1..GIGABYTE).contains(&most), "{most} kB");
}
