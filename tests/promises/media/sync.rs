//! Pictures and sound stay together: a flash and a click that belong together come at the same time.

use mettle_core::base::Time;
use mettle_core::media::{FrameReader, SoundLayout, SoundReader};
use mettle_tests::media::Media;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const RATE: u32 = 16_000;

/// Twelve seconds: at every whole second a white picture for 40 ms and a click of 5 ms.
const FLASHES: &str = "-f lavfi -i color=black:size=64x64:rate=25:duration=12,format=gray,geq=lum='if(lt(mod(N\\,25)\\,1)\\,235\\,16)',format=yuv420p \
     -f lavfi -i aevalsrc=exprs=0.8*sin(2*PI*1000*t)*lt(mod(t\\,1)\\,0.005):d=12:s=44100";

/// When the first picture after `t` is white, in seconds.
fn flash_after(pictures: &mut FrameReader, t: Time) -> f64 {
    let mut frame = pictures.frame_at(t).expect("decodes");
    loop {
        let picture = &frame.picture;
        let middle = picture.planes[0][picture.width * picture.height / 2 + picture.width / 2];
        if middle > 128 && frame.span.start >= t {
            return frame.span.start.as_secs_f64();
        }
        frame = pictures
            .next_frame()
            .expect("decodes")
            .expect("a flash ahead");
    }
}

/// When the first click after `t` starts, in seconds.
fn click_after(sound: &mut SoundReader, t: Time) -> f64 {
    sound.seek(t);
    let mut samples = Vec::new();
    sound.read(&mut samples, 2 * RATE as usize);
    // Lossy codecs let a click be heard a little before it comes: the first loud sample counts.
    let at = samples
        .iter()
        .position(|s| s.abs() > 0.3)
        .expect("a click ahead");
    t.as_secs_f64() + at as f64 / f64::from(RATE)
}

#[test]
fn a_flash_and_its_click_are_within_20_ms_after_100_random_seeks() {
    let media = Media::new();
    media.make(
        &format!("{FLASHES} -c:v libx264 -bf 2 -g 60 -c:a aac"),
        "clip.mp4",
    );
    for (arguments, name, seeks) in [
        ("-i @/clip.mp4 -c copy", "copy.mp4", 100),
        ("-i @/clip.mp4 -c copy", "clip.mkv", 25),
        ("-i @/clip.mp4 -c copy", "clip.ts", 25),
        // Cut between key frames: an edit list hides the pictures before the cut.
        ("-ss 1.3 -i @/clip.mp4 -c copy", "cut.mp4", 25),
        (
            "-i @/clip.mp4 -c:v mpeg4 -q:v 3 -c:a libmp3lame",
            "clip.avi",
            25,
        ),
        (
            "-i @/clip.mp4 -c:v libvpx -deadline realtime -c:a libopus",
            "clip.webm",
            25,
        ),
    ] {
        let path = media.make(arguments, name);
        let mut pictures = FrameReader::open(&path).expect("opens");
        let mut sound = SoundReader::open(&path, RATE, SoundLayout::Mono).expect("opens");
        let mut random = ChaCha8Rng::seed_from_u64(11);
        for _ in 0..seeks {
            // Not so close to a flash that the picture and the click could belong to two of them.
            let t = Time::from_secs_f64(
                f64::from(random.random_range(0..8)) + random.random_range(0.1..0.6),
            );
            let flash = flash_after(&mut pictures, t);
            let click = click_after(&mut sound, t);
            assert!(
                (flash - click).abs() <= 0.020,
                "{name}: flash {flash}, click {click}"
            );
        }
    }
}
