//! A header that states an absurd rate is refused, or costs no more than its file is long.

use mettle_core::base::Time;
use mettle_core::media::{Clip, SoundLayout, SoundReader};
use mettle_tests::media::{Media, TONE};

#[test]
fn of_sound() {
    let media = Media::new();
    let path = media.make(&format!("{TONE} -c:a pcm_s16le"), "a.wav");
    let plain = std::fs::read(&path).expect("read");
    for rate in [1_u32, 16_000_057, 2_147_483_647] {
        let mut bytes = plain.clone();
        bytes[24..28].copy_from_slice(&rate.to_le_bytes());
        bytes[28..32].copy_from_slice(&rate.wrapping_mul(2).to_le_bytes());
        std::fs::write(&path, bytes).expect("written");
        let error = Clip::open(&path).expect_err("refused");
        assert!(error.to_string().contains(&rate.to_string()), "{error}");
    }
    // A prime.
    for rate in [44_101_u32, 999_983] {
        let mut bytes = plain.clone();
        bytes[24..28].copy_from_slice(&rate.to_le_bytes());
        bytes[28..32].copy_from_slice(&(rate * 2).to_le_bytes());
        std::fs::write(&path, bytes).expect("written");
        let begin = std::time::Instant::now();
        let mut reader = SoundReader::open(&path, 16_000, SoundLayout::Mono).expect("opens");
        let mut samples = Vec::new();
        reader.seek(Time::ZERO);
        reader.read(&mut samples, 1600);
        assert!(begin.elapsed().as_secs_f64() < 2.0, "{:?}", begin.elapsed());
        assert_eq!(samples.len(), 1600);
        // At the other rate the tone is beyond what is heard.
        assert!(rate > 44_101 || samples.iter().any(|s| s.abs() > 0.05));
    }
}
