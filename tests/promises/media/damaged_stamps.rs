//! A few damaged bytes cost no more than the file is long.
//!
//! `golden/media/damaged.ts` is 9 s of ffmpeg's test pictures in a transport stream, of which a few bytes were overwritten; about
//! one such file in 500 has stamps that send a reader to and fro.

use std::path::Path;
use std::time::Instant;

use mettle_core::base::TimeSpan;
use mettle_core::media::{Clip, LocalFiles, SegmentReader};

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
