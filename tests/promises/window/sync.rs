//! Sound leads, pictures follow: the frame on screen is the one for the moment that is heard.

use std::sync::Arc;

use crossbeam_channel::bounded;
use mettle_app::playback::{Anchor, Chunk, Feeder, FrameQueue, Tempo};
use mettle_core::base::{Time, TimeSpan};
use mettle_core::media::{ColorMatrix, ColorRange, VideoFrame, YuvPicture};
use proptest::prelude::*;

const RATE: u32 = 48_000;

fn frame(start: i64, end: i64) -> Arc<VideoFrame> {
    let picture = YuvPicture {
        width: 2,
        height: 2,
        chroma_shift_x: 1,
        chroma_shift_y: 1,
        depth: 8,
        planes: [vec![0; 4], vec![128], vec![128]],
        matrix: ColorMatrix::Bt601,
        range: ColorRange::Limited,
        rotation_deg: 0,
        pixel_aspect: 1.0,
    };
    let span = TimeSpan::new(Time::from_micros(start), Time::from_micros(end));
    Arc::new(VideoFrame {
        span,
        index: None,
        picture: Arc::new(picture),
    })
}

fn millis(t: Time) -> f64 {
    t.as_secs_f64() * 1e3
}

/// Play `lengths` as frames against sound handed over in buffers of `buffer` pairs with `latency` seconds to the
/// loudspeaker, the window looking every `look` seconds; the largest distance of picture and sound, in milliseconds.
fn worst_lag(lengths: &[i64], buffer: usize, latency: f64, look: f64) -> f64 {
    let total: i64 = lengths.iter().sum();
    let (chunks, handed) = bounded(4);
    let (used, _spent) = bounded(8);
    let mut feeder = Feeder::new(handed, used, RATE);
    let mut queue = FrameQueue::default();
    queue.start_run(1);
    let mut start = 0;
    for length in lengths {
        queue.push(1, frame(start, start + length));
        start += length;
    }
    let (mut wall, mut given, mut anchor) = (0.0_f64, 0_usize, Anchor::default());
    let (mut next_callback, mut worst) = (0.0, 0.0_f64);
    while wall < total as f64 / 1e6 + latency {
        if wall >= next_callback {
            while !chunks.is_full() {
                let media = Time::from_samples(given as i64, RATE);
                let stereo = vec![0.1; 2048];
                chunks
                    .send(Chunk {
                        run: 1,
                        media,
                        rate: 1.0,
                        stereo,
                    })
                    .expect("room");
                given += 1024;
            }
            let mut out = vec![0.0; buffer * 2];
            let heard_at = next_callback + latency;
            anchor = feeder.fill(&mut out, 2, 1, 1.0, heard_at).unwrap_or(anchor);
            next_callback += buffer as f64 / f64::from(RATE);
        }
        // What the loudspeaker gives at this moment, from first principles.
        let heard = Time::from_secs_f64((wall - latency).max(0.0));
        let now = anchor.at(wall).max(Time::ZERO);
        queue.advance(now);
        if heard > Time::ZERO && heard < Time::from_micros(total) {
            worst = worst.max(queue.lag(heard).map_or(f64::MAX, millis).abs());
        }
        wall += look;
    }
    worst
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn picture_and_sound_stay_within_20_ms(
        lengths in prop::collection::vec(8_000_i64..120_000, 20..60),
        buffer in 128_usize..2048,
        latency in 0.0_f64..0.2,
    ) {
        // A window at 60 Hz looks every 16.7 ms: the frame can be that late, and no later.
        let worst = worst_lag(&lengths, buffer, latency, 1.0 / 60.0);
        prop_assert!(worst <= 20.0, "{worst} ms");
    }

    #[test]
    fn the_shown_frame_is_the_one_for_now(
        lengths in prop::collection::vec(1_000_i64..200_000, 1..40),
        looks in prop::collection::vec(0.0_f64..1.0, 1..20),
    ) {
        let mut queue = FrameQueue::default();
        queue.start_run(7);
        let mut start = 0;
        for length in &lengths {
            queue.push(7, frame(start, start + length));
            start += length;
        }
        let mut looks = looks;
        looks.sort_by(f64::total_cmp);
        for share in looks {
            let now = Time::from_micros((share * start as f64) as i64);
            queue.advance(now);
            prop_assert!(queue.shown().expect("a frame").span.contains(now));
            prop_assert_eq!(queue.lag(now), Some(Time::ZERO));
        }
    }
}

#[test]
fn frames_from_before_a_seek_are_dropped() {
    let mut queue = FrameQueue::default();
    queue.start_run(1);
    queue.push(1, frame(0, 40_000));
    queue.advance(Time::ZERO);
    queue.start_run(2);
    queue.push(1, frame(40_000, 80_000));
    assert!(
        !queue.advance(Time::from_micros(50_000)),
        "an old frame was taken"
    );
    assert!(
        queue.shown().is_some() && !queue.is_current(),
        "the old picture stays until the new one comes"
    );
    queue.push(2, frame(5_000_000, 5_040_000));
    assert!(queue.advance(Time::from_micros(5_010_000)));
    assert!(queue.is_current());
}

#[test]
fn sound_of_before_a_seek_is_never_heard() {
    let (chunks, handed) = bounded(8);
    let (used, spent) = bounded(8);
    let mut feeder = Feeder::new(handed, used, RATE);
    let chunk = |run, media, value| Chunk {
        run,
        media: Time::from_micros(media),
        rate: 1.0,
        stereo: vec![value; 8],
    };
    chunks.send(chunk(1, 0, 0.1)).expect("room");
    chunks.send(chunk(2, 9_000_000, 0.5)).expect("room");
    let mut out = [0.0; 8];
    let anchor = feeder
        .fill(&mut out, 2, 2, 1.0, 3.0)
        .expect("sound of the new run");
    assert_eq!(out, [0.5; 8]);
    assert_eq!(anchor.media, Time::from_micros(9_000_000));
    assert_eq!(spent.len(), 1, "the old chunk goes back to be used again");
    assert_eq!(
        feeder.fill(&mut out, 2, 2, 1.0, 4.0),
        None,
        "nothing is left"
    );
    assert_eq!(out, [0.0; 8], "silence, not old sound");
}

/// A tone keeps its pitch at every speed, and every moment of the clip is heard when the clock says so.
#[test]
fn another_speed_changes_when_a_sound_is_heard_and_not_its_pitch() {
    for speed in [0.25, 0.5, 0.75, 1.0, 1.5, 2.0] {
        // A tone of 440 Hz that begins after half a second.
        let mut at = 0;
        let mut read = |raw: &mut Vec<f32>, pairs: usize| {
            for _ in 0..pairs {
                let secs = at as f32 / RATE as f32;
                let tone = (secs * 440.0 * std::f32::consts::TAU).sin() * 0.5;
                raw.extend([if secs < 0.5 { 0.0 } else { tone }; 2]);
                at += 1;
            }
        };
        let (mut tempo, mut chunk, mut heard) = (Tempo::new(RATE, speed), Vec::new(), Vec::new());
        let pairs = (1.5 / speed * f64::from(RATE)) as usize;
        while heard.len() < pairs {
            tempo.fill(1024, &mut chunk, &mut read);
            assert_eq!(chunk.len(), 2048, "as much as was asked for");
            heard.extend(chunk.chunks(2).map(|pair| pair[0]));
        }
        let begins = heard.iter().position(|s| s.abs() > 0.1).expect("a tone");
        let expected = 0.5 / speed * f64::from(RATE);
        // In the clip's time, in which the picture is: pieces are moved a little to fit.
        let late = (begins as f64 - expected) / f64::from(RATE) * speed;
        assert!(late.abs() < 0.025, "{late} s off at {speed}");
        let rest = &heard[begins + 2000..pairs];
        let rising = rest.windows(2).filter(|two| two[0] <= 0.0 && two[1] > 0.0);
        let pitch = rising.count() as f64 / (rest.len() as f64 / f64::from(RATE));
        assert!((pitch - 440.0).abs() < 6.0, "{pitch} Hz at {speed}");
    }
}
