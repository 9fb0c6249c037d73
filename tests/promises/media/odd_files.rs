//! Odd files, and what each one gives.

use std::path::Path;

use mettle_core::base::{Time, TimeSpan};
use mettle_core::media::{Clip, FrameReader, LocalFiles, SegmentReader, SoundLayout, SoundReader};
use mettle_tests::media::{Media, PICTURES, TONE, picture_by_ffmpeg};

/// What a file is expected to give.
#[derive(Default)]
struct Gives {
    /// Width, height, pixel format, clockwise turn.
    pictures: Option<(u32, u32, &'static str, u32)>,
    /// Codec, channels.
    sound: Option<(&'static str, u32)>,
    /// Starts of pictures and sound, and the clip's length, in seconds.
    video_start: f64,
    audio_start: f64,
    duration: f64,
}

const PLAIN: Gives = Gives {
    pictures: Some((160, 120, "yuv420p", 0)),
    sound: Some(("aac", 1)),
    video_start: 0.0,
    audio_start: 0.0,
    duration: 2.0,
};

/// Opens a file every way there is and compares with what it should give.
fn gives(path: &Path, expected: &Gives) {
    let name = path.display();
    let clip = Clip::open(path).unwrap_or_else(|e| panic!("{name}: {e}"));
    let pictures = clip.video.as_ref();
    assert_eq!(
        pictures.map(|v| (v.width, v.height, v.pixel_format.as_str(), v.rotation_deg)),
        expected.pictures,
        "{name}"
    );
    let sound = clip.audio.as_ref();
    assert_eq!(
        sound.map(|a| (a.codec.as_str(), a.channels)),
        expected.sound,
        "{name}"
    );
    // A packet of sound or a frame of 25 a second: what containers without edit lists round to.
    let near = |time: Time, secs: f64| (time.as_secs_f64() - secs).abs() < 0.05;
    assert!(
        near(clip.duration, expected.duration),
        "{name}: {:?}",
        clip.duration
    );
    if let Some(video) = pictures {
        assert!(
            near(video.start, expected.video_start),
            "{name}: {:?}",
            video.start
        );
        let first = FrameReader::open(path).and_then(|mut reader| reader.first_frame());
        let first = first.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(first.span.start, video.start, "{name}");
        let (width, height) = first.picture.shown_size();
        assert_eq!(
            (width as u32, height as u32),
            (video.width, video.height),
            "{name}"
        );
    }
    if let Some(audio) = sound {
        assert!(
            near(audio.start, expected.audio_start),
            "{name}: {:?}",
            audio.start
        );
        SoundReader::open(path, 16_000, SoundLayout::Stereo)
            .unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    let spans = TimeSpan::seconds_of(clip.duration);
    for (data, span) in SegmentReader::open(&LocalFiles, &clip, spans.clone(), 16_000)
        .expect("opens")
        .zip(spans)
    {
        let data = data.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(data.span, span);
        assert_eq!(data.frame.is_some(), expected.pictures.is_some(), "{name}");
        let length = span.duration().to_samples(16_000) as usize;
        assert_eq!(
            data.sound.map(|s| s.len()),
            expected.sound.map(|_| length),
            "{name}"
        );
    }
}

#[test]
fn containers() {
    let media = Media::new();
    let base = media.make(
        &format!("{PICTURES} {TONE} -c:v libx264 -bf 2 -c:a aac"),
        "base.mp4",
    );
    gives(&base, &PLAIN);
    for name in ["base.mov", "base.mkv", "base.ts"] {
        gives(&media.make("-i @/base.mp4 -c copy", name), &PLAIN);
    }
    // Without an edit list the pictures start after the delay of their B-frames, as in every player.
    let fragmented = media.make(
        "-i @/base.mp4 -c copy -movflags frag_keyframe+empty_moov",
        "fragmented.mp4",
    );
    gives(
        &fragmented,
        &Gives {
            video_start: 0.08,
            duration: 2.08,
            ..PLAIN
        },
    );
    let webm = media.make(
        &format!("{PICTURES} {TONE} -c:v libvpx -c:a libvorbis"),
        "base.webm",
    );
    gives(
        &webm,
        &Gives {
            sound: Some(("vorbis", 1)),
            ..PLAIN
        },
    );
    let avi = media.make(
        &format!("{PICTURES} {TONE} -c:v mpeg4 -c:a libmp3lame"),
        "base.avi",
    );
    gives(
        &avi,
        &Gives {
            sound: Some(("mp3", 1)),
            ..PLAIN
        },
    );
    std::fs::create_dir(media.path("測試 é 😀")).expect("a folder");
    for name in [
        "測試 é 😀/clip.mp4",
        "wrong.txt",
        "a colon: 50%.mp4",
        "-.mp4",
    ] {
        std::fs::copy(&base, media.path(name)).expect("copied");
        gives(&media.path(name), &PLAIN);
    }
}

#[test]
fn pixel_formats_and_sizes() {
    let media = Media::new();
    for (format, codec, name) in [
        ("yuv420p10le", "libx264", "a.mp4"),
        ("yuv422p", "libx264", "b.mp4"),
        ("yuv444p", "libx264", "c.mp4"),
        ("yuv422p10le", "libx264", "d.mp4"),
        ("yuv444p10le", "libx264", "e.mp4"),
        (
            "yuv420p12le",
            "libx265 -x265-params log-level=none",
            "f.mp4",
        ),
        ("yuvj420p", "mjpeg", "g.avi"),
        ("yuva420p", "ffv1", "h.mkv"),
        ("gray", "ffv1", "i.mkv"),
        ("gray10le", "ffv1", "j.mkv"),
        ("bgr0", "ffv1", "k.mkv"),
        ("bgr24", "rawvideo", "l.avi"),
        ("nv12", "rawvideo", "m.nut"),
        ("yuv410p", "ffv1", "n.mkv"),
        ("rgb24", "png", "o.mov"),
        ("pal8", "rawvideo", "p.avi"),
    ] {
        let path = media.make(&format!("{PICTURES} -c:v {codec} -pix_fmt {format}"), name);
        gives(
            &path,
            &Gives {
                pictures: Some((160, 120, format, 0)),
                sound: None,
                ..PLAIN
            },
        );
    }
    let odd = "-f lavfi -i testsrc2=size=160x120:rate=25:duration=2,scale=161:121";
    for (format, codec, name) in [
        ("yuv420p", "ffv1", "odd.mkv"),
        ("yuv444p", "libx264", "odd.mp4"),
    ] {
        let path = media.make(&format!("{odd} -c:v {codec} -pix_fmt {format}"), name);
        gives(
            &path,
            &Gives {
                pictures: Some((161, 121, format, 0)),
                sound: None,
                ..PLAIN
            },
        );
    }
    let wide = media.make(
        &format!("{PICTURES} -vf setsar=4/3 -c:v libx264"),
        "sar.mp4",
    );
    gives(
        &wide,
        &Gives {
            pictures: Some((213, 120, "yuv420p", 0)),
            sound: None,
            ..PLAIN
        },
    );
}

#[test]
fn rotated_pictures_stand_upright() {
    let media = Media::new();
    media.make(&format!("{PICTURES} -c:v libx264 -crf 1"), "flat.mp4");
    for turn in [90, 180, 270] {
        // Versions of ffmpeg differ in the sign; the judge of it is ffmpeg's own upright picture.
        let path = media.make(
            &format!("-i @/flat.mp4 -c copy -metadata:s:v rotate={turn}"),
            &format!("turn{turn}.mp4"),
        );
        let clip = Clip::open(&path).expect("opens");
        let video = clip.video.expect("pictures");
        if video.rotation_deg == 0 {
            continue; // This ffmpeg no longer writes a turn from metadata.
        }
        let size = if turn == 180 { (160, 120) } else { (120, 160) };
        assert_eq!((video.width, video.height), size);
        let mut reader = FrameReader::open(&path).expect("opens");
        let ours = reader.first_frame().expect("decodes").picture.to_rgb();
        let judge = picture_by_ffmpeg(&path, "null");
        assert_eq!((ours.width as u32, ours.height as u32), size);
        assert_eq!(ours.data.len(), judge.len());
        let off: u64 = ours
            .data
            .iter()
            .zip(&judge)
            .map(|(a, b)| u64::from(a.abs_diff(*b)))
            .sum();
        // ffmpeg interpolates chroma between samples, which differs at edges of colour.
        assert!(
            off as f64 / (judge.len() as f64) < 8.0,
            "turned {turn}: {off}"
        );
    }
}

#[test]
fn late_missing_and_short_streams() {
    let media = Media::new();
    let x264 = "-c:v libx264 -bf 2 -c:a aac -fps_mode passthrough";
    let late_sound = media.make(
        &format!("{PICTURES} -itsoffset 0.7 {TONE} {x264} -t 2.5"),
        "late_sound.mp4",
    );
    gives(
        &late_sound,
        &Gives {
            audio_start: 0.7,
            duration: 2.5,
            ..PLAIN
        },
    );
    let late_pictures = media.make(
        &format!("{TONE} -itsoffset 0.7 {PICTURES} {x264} -map 0 -map 1"),
        "late_pictures.mp4",
    );
    gives(
        &late_pictures,
        &Gives {
            video_start: 0.7,
            duration: 2.7,
            ..PLAIN
        },
    );
    let short_sound = media.make(
        &format!("{PICTURES} -f lavfi -i sine=d=1 {x264}"),
        "short_sound.mp4",
    );
    gives(&short_sound, &PLAIN);
    let end = Clip::open(&short_sound)
        .expect("opens")
        .audio
        .expect("sound")
        .end;
    assert!((end.as_secs_f64() - 1.0).abs() < 0.03);
    let silent = media.make(&format!("{PICTURES} -c:v libx264"), "silent.mp4");
    gives(
        &silent,
        &Gives {
            sound: None,
            ..PLAIN
        },
    );
    media.make(&format!("{PICTURES} {TONE} {x264} -g 50"), "base.mp4");
    // Moved to start before zero: what lies there is in the file and not shown.
    let negative = media.make(
        "-i @/base.mp4 -c copy -avoid_negative_ts disabled -output_ts_offset -0.4",
        "negative.mp4",
    );
    gives(
        &negative,
        &Gives {
            duration: 1.6,
            ..PLAIN
        },
    );
    // An edit list hides 0.7 s of pictures that are still in the file.
    let cut = media.make("-ss 0.72 -i @/base.mp4 -c copy", "cut.mp4");
    gives(
        &cut,
        &Gives {
            duration: 1.28,
            ..PLAIN
        },
    );
}

#[test]
fn sound_files_and_cover_art() {
    let media = Media::new();
    for (codec, name, stored, channels) in [
        ("-c:a pcm_s16le", "a.wav", "pcm_s16le", 1),
        ("-c:a pcm_u8 -ac 2", "b.wav", "pcm_u8", 2),
        ("-c:a libmp3lame", "a.mp3", "mp3", 1),
        ("-c:a flac", "a.flac", "flac", 1),
        ("-c:a libvorbis", "a.ogg", "vorbis", 1),
        ("-c:a libopus", "a.opus", "opus", 1),
        ("-c:a alac", "a.m4a", "alac", 1),
        ("-c:a aac", "a.aac", "aac", 1),
        ("-c:a ac3 -ac 6", "a.ac3", "ac3", 6),
        ("-c:a aac -ac 6", "b.m4a", "aac", 6),
        ("-c:a adpcm_ms", "c.wav", "adpcm_ms", 1),
        ("-c:a wmav2", "a.wma", "wmav2", 1),
    ] {
        let path = media.make(&format!("{TONE} {codec}"), name);
        gives(
            &path,
            &Gives {
                pictures: None,
                sound: Some((stored, channels)),
                ..PLAIN
            },
        );
    }
    media.make("-f lavfi -i testsrc2=size=160x120 -frames:v 1", "cover.png");
    let covered = media.make(
        "-i @/a.mp3 -i @/cover.png -map 0 -map 1 -c copy -disposition:v attached_pic",
        "covered.mp3",
    );
    gives(
        &covered,
        &Gives {
            pictures: None,
            sound: Some(("mp3", 1)),
            ..PLAIN
        },
    );
}

#[test]
fn frame_rates() {
    let media = Media::new();
    let film = media.make(
        "-f lavfi -i testsrc2=size=64x64:rate=24000/1001:duration=2 -c:v libx264",
        "film.mkv",
    );
    let video = Clip::open(&film).expect("opens").video.expect("pictures");
    assert!(
        (video.fps - 24_000.0 / 1001.0).abs() < 0.01,
        "{}",
        video.fps
    );
    assert_eq!(
        video.variable_fps, None,
        "rounding to milliseconds is not a variable rate"
    );
    // In frames of 1/25 s: one second of them, then every other one.
    let when = "setpts='if(lt(N,25),N,2*N-25)'";
    let phone = media.make(
        &format!("{PICTURES} -vf {when} -fps_mode passthrough -c:v libx264"),
        "phone.mp4",
    );
    let (slow, fast) = Clip::open(&phone)
        .expect("opens")
        .video
        .and_then(|v| v.variable_fps)
        .expect("variable");
    assert!(
        (slow - 12.5).abs() < 0.1 && (fast - 25.0).abs() < 0.1,
        "{slow} to {fast}"
    );
}
