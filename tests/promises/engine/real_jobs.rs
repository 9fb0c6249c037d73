//! The jobs of the main road, through the engine as the window uses it.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mettle_core::base::{Task, Time};
use mettle_core::engine::{
    DeviceChoice, Engine, EngineOptions, HeadChoice, JobId, JobSpec, ModelChoice, ReplyBody,
    WhichHead,
};
use mettle_core::media::Clip;
use mettle_core::predict::WINDOW;
use mettle_tests::parts::growing;
use mettle_tests::program::{ffmpeg, talking_picture};
use mettle_tests::tiny_model;

use super::fake_jobs::{PATIENCE, is_end};

fn engine() -> Engine {
    let options = EngineOptions {
        device: DeviceChoice::Cpu,
        ..EngineOptions::default()
    };
    let begin = Instant::now();
    let engine = Engine::start(options, || {}).expect("threads start");
    assert!(
        begin.elapsed() < Duration::from_millis(500),
        "start waits for nothing"
    );
    engine
}

/// All a job says, its end last.
fn hear(engine: &Engine, job: JobId) -> Vec<ReplyBody> {
    let mut said = Vec::new();
    loop {
        let reply = engine.wait_for_reply(PATIENCE).expect("a reply");
        if reply.job == job {
            let end = is_end(&reply.body);
            said.push(reply.body);
            if end {
                return said;
            }
        }
    }
}

fn open(engine: &Engine, path: &Path) -> Arc<Clip> {
    let said = hear(engine, engine.submit(JobSpec::Open { path: path.into() }));
    let opened = said.iter().find_map(|body| match body {
        ReplyBody::Opened(clip) => Some(Arc::clone(clip)),
        _ => None,
    });
    opened.unwrap_or_else(|| panic!("not opened: {said:?}"))
}

fn predict(clip: &Arc<Clip>, model: &Path) -> JobSpec {
    JobSpec::Predict {
        clip: Arc::clone(clip),
        head: HeadChoice {
            model: ModelChoice::Folder(model.into()),
            which: WhichHead::For(Task::Localize),
        },
    }
}

#[test]
fn opening_shows_the_first_frame_before_the_clip_is_understood() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.mp4");
    talking_picture("3", &path);
    let engine = engine();
    let said = hear(&engine, engine.submit(JobSpec::Open { path }));
    assert!(matches!(&said[0], ReplyBody::Cover(small) if small.width == 80));
    assert!(matches!(&said[1], ReplyBody::FirstFrame(f) if f.picture.width == 192));
    assert!(matches!(&said[2], ReplyBody::Opened(clip) if clip.audio.is_some()));
    assert!(matches!(said[3], ReplyBody::Done));
}

#[test]
fn a_file_that_cannot_be_opened_says_which_and_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notes.mp4");
    std::fs::write(&path, "Dear diary").expect("written");
    let engine = engine();
    let said = hear(&engine, engine.submit(JobSpec::Open { path: path.clone() }));
    let [ReplyBody::Failed(problem)] = &said[..] else {
        panic!("{said:?}");
    };
    assert_eq!(problem.title, "Could not open notes.mp4");
    assert_eq!(problem.path.as_deref(), Some(&*path));
    assert!(problem.advice.contains("text"), "{problem:?}");
    assert!(engine.jobs().is_empty());
}

#[test]
fn waveform_and_film_strip_cover_the_clip() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.mp4");
    talking_picture("7", &path);
    let engine = engine();
    let clip = open(&engine, &path);
    let spec = JobSpec::Waveform {
        clip: Arc::clone(&clip),
    };
    let mut at = Time::ZERO;
    let mut loudest = 0.0_f32;
    for body in hear(&engine, engine.submit(spec)) {
        if let ReplyBody::Waveform(id, part) = body {
            assert_eq!(id, clip.id);
            assert_eq!(part.start, at, "parts follow on one another");
            at = at + Time::from_micros(part.column.micros() * part.columns.len() as i64);
            let high = part.columns.iter().map(|c| c.1);
            loudest = high.fold(loudest, f32::max);
        }
    }
    assert!(at >= clip.duration, "{at} of {}", clip.duration);
    let sound = folder.path().join("sound.f32");
    let arguments = [
        "-i",
        &path.to_string_lossy(),
        "-map",
        "0:a",
        "-ac",
        "1",
        "-f",
        "f32le",
    ];
    ffmpeg(&arguments, &sound);
    let samples = std::fs::read(sound).expect("decoded");
    let samples = samples
        .chunks_exact(4)
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let want = samples.fold(0.0, f32::max);
    // Two decoders of one stream: f32 rounding only.
    assert!((loudest - want).abs() < 1e-3, "{loudest} is not {want}");
    let spec = JobSpec::Thumbnails {
        clip: Arc::clone(&clip),
    };
    let mut seconds = Vec::new();
    for body in hear(&engine, engine.submit(spec)) {
        if let ReplyBody::Thumbnails(_, pictures) = body {
            seconds.extend(pictures.iter().map(|picture| picture.second));
            assert!(
                pictures
                    .iter()
                    .all(|p| p.picture.width <= 160 && p.picture.height == 90)
            );
        }
    }
    seconds.sort_unstable();
    assert_eq!(seconds, [0, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn scores_fill_in_and_end_complete() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.mp4");
    talking_picture("23", &path);
    tiny_model::write(folder.path());
    let engine = engine();
    let clip = open(&engine, &path);
    let said = hear(&engine, engine.submit(predict(&clip, folder.path())));
    let parts = growing(&said);
    assert!(matches!(said.last(), Some(ReplyBody::Done)), "{said:?}");
    let last = parts.last().expect("scores");
    assert_eq!(last.scores.len(), 23);
    assert_eq!((last.key.clip, last.task()), (clip.id, Task::Localize));
    let grows = parts
        .windows(2)
        .all(|p| p[0].scores.len() <= p[1].scores.len());
    assert!(grows && last.segments.len() == 23);
    let sent = said.iter().map(|body| match body {
        ReplyBody::Prediction(part) => part.scores.len(),
        _ => 0,
    });
    let news = 23 + parts.len() * WINDOW;
    assert!(
        sent.sum::<usize>() <= news,
        "only what is new or was not final is sent"
    );
    for row in &last.scores {
        let sum: f32 = row.iter().sum();
        assert!(row.iter().all(|s| (0.0..=1.0).contains(s)) && sum <= 1.0 + 1e-5);
    }
    let again = hear(&engine, engine.submit(predict(&clip, folder.path())));
    let again = growing(&again);
    let again = again.last();
    // Batches may be cut differently the second time: rounding only.
    let pairs = last
        .scores
        .iter()
        .flatten()
        .zip(again.expect("scores").scores.iter().flatten());
    assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-4));
}

#[test]
fn an_analysis_is_cancelled_within_a_second_and_the_next_one_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let (long, short) = (
        folder.path().join("long.mp4"),
        folder.path().join("short.mp4"),
    );
    talking_picture("600", &long);
    talking_picture("2", &short);
    tiny_model::write(folder.path());
    let engine = engine();
    let (long, short) = (open(&engine, &long), open(&engine, &short));
    let job = engine.submit(predict(&long, folder.path()));
    let next = engine.submit(predict(&short, folder.path()));
    while engine
        .jobs()
        .first()
        .is_none_or(|line| line.progress.done < 5)
    {
        std::thread::sleep(Duration::from_millis(5));
    }
    let asked = Instant::now();
    engine.cancel(job);
    // The short one may have run to its end while the long one waited for its pictures.
    let (mut cancelled, mut done) = (false, false);
    while !(cancelled && done) {
        let reply = engine.wait_for_reply(PATIENCE).expect("a reply");
        if reply.job == job && is_end(&reply.body) {
            assert!(
                matches!(reply.body, ReplyBody::Cancelled),
                "it was not half done"
            );
            assert!(
                asked.elapsed() < Duration::from_secs(1),
                "{:?}",
                asked.elapsed()
            );
            cancelled = true;
        }
        done |= reply.job == next && matches!(reply.body, ReplyBody::Done);
    }
}

#[test]
fn what_a_model_cannot_do_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.mp4");
    talking_picture("1", &path);
    tiny_model::write(folder.path());
    let engine = engine();
    let clip = open(&engine, &path);
    let spec = JobSpec::Predict {
        clip,
        head: HeadChoice {
            model: ModelChoice::Folder(folder.path().into()),
            which: WhichHead::For(Task::Segment),
        },
    };
    let said = hear(&engine, engine.submit(spec));
    assert!(
        matches!(&said[..], [ReplyBody::Failed(p)] if p.advice.contains("tiny")),
        "{said:?}"
    );
}
