//! A few damaged bytes cost no more than the file is long.
//!
//! `golden/media/damaged.ts` is 9 s of ffmpeg's test pictures in a transport stream, of which a few bytes were overwritten; about
//! one such file in 500 has stamps that send a reader to and fro.

use std::path::Path;
use std::time::Instant;

use mettle_core::base::TimeSpan;
use mettle_core::media::{Clip, LocalFiles, SegmentReader};
use mettle_tests::media::Media;

#[test]
fn are_not_sought_again_and_again() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/media/damaged.ts");
    let begin = Instant::now();
    let clip = Clip::open(&path).expect("opens");
    let length = clip.duration.as_secs_f64();
    assert!((7.0..12.0).contains(&length), "{length}");
    let spans = TimeSpan::seconds_of(clip.duration);
    let read = SegmentReader::open(&LocalFiles, &clip, spans, 16_000).expect("opens");
    let seconds = read.filter(Result::is_ok).count();
    assert!(seconds >= 7, "{seconds}");
    // In order, ffmpeg takes 0.2 s for all of it.
    assert!(begin.elapsed().as_secs_f64() < 5.0, "{:?}", begin.elapsed());
}

/// Puts other decoding times into the packets of pictures of a program stream: `move_by` says by how many ticks of 90,000 a
/// second, packet by packet.
fn restamp(bytes: &mut [u8], move_by: impl Fn(usize) -> i64) {
    let starts: Vec<usize> = (0..bytes.len() - 19)
        .filter(|&at| bytes[at..].starts_with(&[0, 0, 1, 0xe0]) && bytes[at + 7] >> 6 == 3)
        .collect();
    for (packet, at) in starts.into_iter().enumerate() {
        let stamp = &mut bytes[at + 14..at + 19];
        let old = stamp
            .iter()
            .fold(0_u64, |all, &byte| all << 8 | u64::from(byte));
        let old = (old >> 33 & 7) << 30 | (old >> 17 & 0x7fff) << 15 | (old >> 1 & 0x7fff);
        let new = old.saturating_add_signed(move_by(packet));
        let new = 0x11_0001_0001
            | (new >> 30 & 7) << 33
            | (new >> 15 & 0x7fff) << 17
            | (new & 0x7fff) << 1;
        stamp.copy_from_slice(&new.to_be_bytes()[3..]);
    }
}

#[test]
fn a_single_stamp_some_seconds_off_is_no_recording() {
    let media = Media::new();
    let path = media.make(
        "-f lavfi -i testsrc2=size=160x120:rate=25:duration=5 -c:v mpeg2video -bf 2",
        "a.mpg",
    );
    let whole = std::fs::read(&path).expect("read");
    for off in [4, -4, 40] {
        let mut bytes = whole.clone();
        restamp(
            &mut bytes,
            |packet| if packet == 6 { off * 90_000 } else { 0 },
        );
        assert!(bytes != whole);
        std::fs::write(&path, &bytes).expect("written");
        let length = Clip::open(&path).expect("opens").duration.as_secs_f64();
        assert!((length - 5.0).abs() < 0.1, "{off} s off: {length}");
    }
}
