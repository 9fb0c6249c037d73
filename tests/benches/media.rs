//! How fast clips open and decode, beside the ffmpeg command line on the same file in the same run.

use std::process::{Command, Stdio};
use std::sync::OnceLock;

use mettle_core::base::{Time, TimeSpan};
use mettle_core::media::{Clip, FrameReader, LocalFiles, SegmentReader, SoundLayout, SoundReader};
use mettle_tests::media::Media;

fn main() {
    divan::main();
}

/// Ten seconds of 1080p with sound, as a phone would record it.
fn clip() -> Clip {
    static MEDIA: OnceLock<(Media, Clip)> = OnceLock::new();
    let (_, clip) = MEDIA.get_or_init(|| {
        let media = Media::new();
        let path = media.make(
            "-f lavfi -i testsrc2=size=1920x1080:rate=30:duration=10 -f lavfi -i sine=duration=10:sample_rate=48000 \
             -c:v libx264 -preset veryfast -bf 2 -g 60 -pix_fmt yuv420p -c:a aac",
            "phone.mp4",
        );
        let clip = Clip::open(&path).expect("opens");
        (media, clip)
    });
    clip.clone()
}

fn by_ffmpeg(arguments: &[&str]) {
    let path = clip().path;
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-i"]).arg(path);
    let status = command.args(arguments).stdout(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()));
}

#[divan::bench(sample_count = 20)]
fn open_to_first_frame(bencher: divan::Bencher) {
    let clip = clip();
    bencher.bench(|| FrameReader::open(&clip.path).and_then(|mut reader| reader.first_frame()));
}

#[divan::bench(sample_count = 20)]
fn open_to_first_frame_by_ffmpeg(bencher: divan::Bencher) {
    clip();
    bencher.bench(|| by_ffmpeg(&["-frames:v", "1", "-an", "-f", "rawvideo", "-"]));
}

#[divan::bench(sample_count = 20)]
fn open_and_hash(bencher: divan::Bencher) {
    let clip = clip();
    bencher.bench(|| Clip::open(&clip.path));
}

#[divan::bench(sample_count = 5)]
fn ten_pictures_and_the_sound(bencher: divan::Bencher) {
    let clip = clip();
    bencher.bench(|| {
        let spans = TimeSpan::seconds_of(clip.duration);
        let segments = SegmentReader::open(&LocalFiles, &clip, spans, 16_000).expect("opens");
        segments.filter(|data| data.is_ok()).count()
    });
}

#[divan::bench(sample_count = 5)]
fn ten_pictures_and_the_sound_by_ffmpeg(bencher: divan::Bencher) {
    clip();
    bencher.bench(|| {
        by_ffmpeg(&[
            "-vf", "fps=1", "-an", "-f", "rawvideo", "-pix_fmt", "rgb24", "-",
        ]);
        by_ffmpeg(&["-vn", "-ac", "1", "-ar", "16000", "-f", "f32le", "-"]);
    });
}

#[divan::bench(sample_count = 10)]
fn sound_of_ten_seconds(bencher: divan::Bencher) {
    let clip = clip();
    bencher.bench(|| {
        let mut samples = Vec::new();
        let reader = SoundReader::open(&clip.path, 16_000, SoundLayout::Mono);
        reader.expect("opens").read(&mut samples, 160_000);
        samples
    });
}

#[divan::bench(sample_count = 10)]
fn a_random_seek(bencher: divan::Bencher) {
    let clip = clip();
    let mut reader = FrameReader::open(&clip.path).expect("opens");
    let mut micros = 0;
    bencher.bench_local(|| {
        micros = (micros + 3_700_000) % clip.duration.micros();
        reader.frame_at(Time::from_micros(micros)).expect("decodes")
    });
}
