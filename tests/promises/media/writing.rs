//! What is written as MP4 comes back: pictures, times, sound.

use mettle_core::base::Time;
use mettle_core::media::{
    Clip, FrameReader, MediaError, Mp4Writer, RgbFrame, SoundLayout, SoundReader,
};
use mettle_tests::media::{Media, PICTURES, lag, sound_by_ffmpeg};

fn plain(width: usize, height: usize, color: [u8; 3]) -> RgbFrame {
    RgbFrame {
        width,
        height,
        data: color.repeat(width * height),
    }
}

/// A tone that rises, so that no stretch of it is like another.
fn sweep(rate: u32, seconds: f64) -> Vec<f32> {
    let count = (f64::from(rate) * seconds) as usize;
    let tone = |i: usize| {
        let t = i as f64 / f64::from(rate);
        (0.5 * (std::f64::consts::TAU * (200.0 + 150.0 * t) * t).sin()) as f32
    };
    (0..count).map(tone).collect()
}

#[test]
fn pictures_and_sound_come_back() {
    let media = Media::new();
    let colors = [
        [250, 10, 10],
        [10, 200, 30],
        [20, 40, 230],
        [255, 255, 255],
        [0, 0, 0],
    ];
    let path = media.path("clip.mp4");
    let mut writer = Mp4Writer::create(&path, 96, 64, 30.0, Some((32_000, 1))).expect("creates");
    let sound = sweep(32_000, 5.0);
    for (index, samples) in sound.chunks(32_000 / 30 + 1).enumerate() {
        if index < 150 {
            writer
                .write_frame(&plain(96, 64, colors[index / 30]))
                .expect("writes");
        }
        writer.write_sound(samples).expect("writes");
    }
    assert!(!path.exists(), "nothing has the name before it is finished");
    writer.finish().expect("finishes");
    let clip = Clip::open(&path).expect("opens");
    assert_eq!(clip.duration, Time::from_secs_f64(5.0));
    assert_eq!(clip.video.expect("pictures").fps, 30.0);
    let mut reader = FrameReader::open(&path).expect("opens");
    for (second, color) in colors.iter().enumerate() {
        let t = Time::from_secs_f64(second as f64 + 0.5);
        let rgb = reader.frame_at(t).expect("decodes").picture.to_rgb();
        let close = rgb
            .data
            .chunks(3)
            .all(|p| p.iter().zip(color).all(|(a, b)| a.abs_diff(*b) <= 4));
        assert!(close, "second {second}: {:?}", &rgb.data[..3]);
    }
    let mut back = Vec::new();
    SoundReader::open(&path, 32_000, SoundLayout::Mono)
        .expect("opens")
        .read(&mut back, sound.len());
    let (lag, agreement) = lag(&sound, &back, 64);
    assert_eq!(lag, 0, "encoder delay is taken off");
    assert!(agreement > 0.99, "{agreement}");
}

#[test]
fn odd_sizes_are_made_even() {
    let media = Media::new();
    let path = media.path("odd.mp4");
    let mut writer = Mp4Writer::create(&path, 65, 49, 29.97, None).expect("creates");
    (0..10).for_each(|_| {
        writer
            .write_frame(&plain(65, 49, [200, 60, 90]))
            .expect("writes")
    });
    writer.finish().expect("finishes");
    let video = Clip::open(&path).expect("opens").video.expect("pictures");
    assert_eq!((video.width, video.height), (66, 50));
    assert!((video.fps - 29.97).abs() < 1e-3);
    let frame = FrameReader::open(&path)
        .and_then(|mut r| r.first_frame())
        .expect("decodes");
    let rgb = frame.picture.to_rgb();
    assert!(
        rgb.data.chunks(3).all(|p| p[0].abs_diff(200) <= 4),
        "also in the last column and row"
    );
}

#[test]
fn sound_is_taken_over_from_another_clip() {
    let media = Media::new();
    let sweep = "-f lavfi -i aevalsrc=exprs=0.5*sin(2*PI*(200+150*t)*t):d=2:s=44100";
    for (codec, name) in [
        ("-c:v libx264 -bf 2 -c:a aac", "a.mp4"),
        ("-c:v libx264 -c:a libmp3lame", "b.mkv"),
        ("-c:v libx264 -c:a aac", "c.ts"),
        ("-c:v mpeg4 -c:a pcm_s16le", "d.avi"),
        ("-c:v libvpx -deadline realtime -c:a libvorbis", "e.webm"),
    ] {
        let source = media.make(&format!("{PICTURES} {sweep} {codec}"), name);
        let path = media.path("overlay.mp4");
        let mut writer = Mp4Writer::create(&path, 64, 48, 25.0, None).expect("creates");
        writer.copy_sound_from(&source, Time::ZERO).expect("opens");
        (0..50).for_each(|_| {
            writer
                .write_frame(&plain(64, 48, [9, 9, 9]))
                .expect("writes")
        });
        writer.finish().expect("finishes");
        let mut expected = Vec::new();
        SoundReader::open(&source, 16_000, SoundLayout::Mono)
            .expect("opens")
            .read(&mut expected, 31_000);
        let mut ours = Vec::new();
        SoundReader::open(&path, 16_000, SoundLayout::Mono)
            .expect("opens")
            .read(&mut ours, 31_000);
        let (late, agreement) = lag(&expected, &ours, 400);
        assert!(
            late.abs() <= 32 && agreement > 0.98,
            "{name}: {late} samples, {agreement}"
        );
        let judge = sound_by_ffmpeg(&path, 16_000, 1);
        let (late, agreement) = lag(&judge, &ours, 400);
        assert!(
            late.abs() <= 16 && agreement > 0.98,
            "{name}: ffmpeg hears {late}, {agreement}"
        );
    }
    let silent = media.make(&format!("{PICTURES} -c:v libx264"), "silent.mp4");
    let path = media.path("silent-overlay.mp4");
    let mut writer = Mp4Writer::create(&path, 64, 48, 25.0, None).expect("creates");
    writer
        .copy_sound_from(&silent, Time::ZERO)
        .expect("a source without sound is fine");
    writer
        .write_frame(&plain(64, 48, [9, 9, 9]))
        .expect("writes");
    assert!(
        writer.copy_sound_from(&silent, Time::ZERO).is_err(),
        "too late now"
    );
    writer.finish().expect("finishes");
    assert!(Clip::open(&path).expect("opens").audio.is_none());
}

#[test]
fn what_cannot_be_written_is_an_error_and_leaves_nothing() {
    let media = Media::new();
    let nowhere = media.path("no folder/clip.mp4");
    let error = Mp4Writer::create(&nowhere, 64, 48, 25.0, None)
        .err()
        .expect("refused");
    assert!(matches!(error, MediaError::Write { .. }), "{error}");
    let path = media.path("clip.mp4");
    for (width, height, fps, audio) in [
        (0, 48, 25.0, None),
        (64, 48, 0.0, None),
        (64, 48, 25.0, Some((16_000, 7))),
    ] {
        assert!(Mp4Writer::create(&path, width, height, fps, audio).is_err());
    }
    let mut writer = Mp4Writer::create(&path, 64, 48, 25.0, None).expect("creates");
    assert!(writer.write_sound(&[0.0; 10]).is_err(), "it has no sound");
    assert!(
        writer.write_frame(&plain(32, 48, [0, 0, 0])).is_err(),
        "another size"
    );
    writer
        .write_frame(&plain(64, 48, [0, 0, 0]))
        .expect("writes");
    drop(writer);
    let left = std::fs::read_dir(media.path(""))
        .expect("the folder")
        .count();
    assert_eq!(left, 0, "an unfinished file goes away");
}
