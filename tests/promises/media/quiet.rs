//! What FFmpeg has to say of a damaged file does not reach the user's terminal.

use mettle_tests::media::Media;
use mettle_tests::program;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

#[test]
fn a_damaged_file_is_read_without_ffmpegs_own_lines() {
    let media = Media::new();
    let path = media.make(
        "-f lavfi -i testsrc2=size=160x120:rate=25:duration=4 -f lavfi -i sine=d=4 \
         -c:v libx264 -g 10 -c:a aac",
        "clip.ts",
    );
    let mut bytes = std::fs::read(&path).expect("read");
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..60 {
        let at = random.random_range(bytes.len() / 4..bytes.len());
        bytes[at] = random.random_range(0..=255);
    }
    std::fs::write(&path, bytes).expect("written");
    // The judge has something to say.
    let judge = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(&path)
        .args(["-f", "null", "-"])
        .output()
        .expect("ffmpeg");
    assert!(String::from_utf8_lossy(&judge.stderr).contains(" @ 0x"));
    let mut mettle = program::mettle(&media.path("cache"));
    let (code, _, said) = program::run(mettle.arg("analyze").arg(&path));
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains(" @ 0x"), "{said}");
}
