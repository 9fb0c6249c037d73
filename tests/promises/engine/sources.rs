//! Whatever the engine reads of a clip, it asks the source it was given.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mettle_core::base::Task;
use mettle_core::engine::{
    DeviceChoice, Engine, EngineOptions, HeadChoice, JobSpec, ModelChoice, ReplyBody, WhichHead,
};
use mettle_core::features::FeatureCache;
use mettle_core::media::{LocalFiles, MediaError, Pictures, Sound, SoundLayout, Source};
use mettle_tests::program::talking_picture;
use mettle_tests::tiny_model;

use super::fake_jobs::{PATIENCE, is_end};

/// The files of this machine, and how often they were asked for.
#[derive(Debug, Default)]
struct Counted {
    pictures: AtomicUsize,
    sampled: AtomicUsize,
    sound: AtomicUsize,
}

impl Source for Counted {
    fn pictures(&self, path: &Path) -> Result<Box<dyn Pictures>, MediaError> {
        self.pictures.fetch_add(1, Ordering::Relaxed);
        LocalFiles.pictures(path)
    }

    fn sampled_pictures(&self, path: &Path) -> Result<Box<dyn Pictures>, MediaError> {
        self.sampled.fetch_add(1, Ordering::Relaxed);
        LocalFiles.sampled_pictures(path)
    }

    fn sound(
        &self,
        path: &Path,
        rate_hz: u32,
        layout: SoundLayout,
    ) -> Result<Box<dyn Sound>, MediaError> {
        self.sound.fetch_add(1, Ordering::Relaxed);
        LocalFiles.sound(path, rate_hz, layout)
    }
}

impl Counted {
    /// Pictures, sampled pictures and sound so far.
    fn so_far(&self) -> [usize; 3] {
        [&self.pictures, &self.sampled, &self.sound].map(|count| count.load(Ordering::Relaxed))
    }
}

fn run(engine: &Engine, spec: JobSpec) -> Vec<ReplyBody> {
    let job = engine.submit(spec);
    let mut said = Vec::new();
    while !said.last().is_some_and(is_end) {
        let reply = engine.wait_for_reply(PATIENCE).expect("a reply");
        if reply.job == job {
            said.push(reply.body);
        }
    }
    assert!(matches!(said.last(), Some(ReplyBody::Done)), "{said:?}");
    said
}

#[test]
fn every_job_asks_the_source() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.mp4");
    talking_picture("3", &path);
    tiny_model::write(folder.path());
    let source = Arc::new(Counted::default());
    let options = EngineOptions {
        device: DeviceChoice::Cpu,
        source: source.clone(),
        ..EngineOptions::default()
    };
    let engine = Engine::start(options, || {}).expect("threads start");
    let said = run(&engine, JobSpec::Open { path });
    let opened = said.into_iter().find_map(|body| match body {
        ReplyBody::Opened(clip) => Some(clip),
        _ => None,
    });
    let clip = opened.expect("it opens");
    assert_eq!(source.so_far(), [1, 0, 0], "the first frame");
    run(&engine, JobSpec::Thumbnails { clip: clip.clone() });
    assert_eq!(source.so_far(), [2, 0, 0], "the film strip");
    run(&engine, JobSpec::Waveform { clip: clip.clone() });
    assert_eq!(source.so_far(), [2, 0, 1], "the waveform");
    run(&engine, JobSpec::Spectrogram { clip: clip.clone() });
    assert_eq!(source.so_far(), [2, 0, 2], "the spectrogram");
    let head = HeadChoice {
        model: ModelChoice::Folder(folder.path().into()),
        which: WhichHead::For(Task::Localize),
    };
    run(&engine, JobSpec::Predict { clip, head });
    assert_eq!(source.so_far(), [2, 1, 3], "the analysis");
}

/// A second whose features are kept needs no decoder, and one whose features are not is decoded alone.
#[test]
fn attention_asks_the_cache_before_the_source() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.mp4");
    talking_picture("3", &path);
    tiny_model::write(folder.path());
    let source = Arc::new(Counted::default());
    let cache = FeatureCache::at(folder.path().join("kept"));
    let options = EngineOptions {
        device: DeviceChoice::Cpu,
        features: Some(cache.clone()),
        source: source.clone(),
        ..EngineOptions::default()
    };
    let engine = Engine::start(options, || {}).expect("threads start");
    let said = run(&engine, JobSpec::Open { path });
    let opened = said.into_iter().find_map(|body| match body {
        ReplyBody::Opened(clip) => Some(clip),
        _ => None,
    });
    let clip = opened.expect("it opens");
    let head = HeadChoice {
        model: ModelChoice::Folder(folder.path().into()),
        which: WhichHead::For(Task::Localize),
    };
    let predict = JobSpec::Predict {
        clip: clip.clone(),
        head: head.clone(),
    };
    run(&engine, predict);
    let attend = JobSpec::Attention {
        clip,
        head,
        segment: 2,
    };
    let reading = |said: Vec<ReplyBody>| {
        let found = said.into_iter().find_map(|body| match body {
            ReplyBody::Attention(attention) => Some(attention),
            _ => None,
        });
        found.expect("a reading")
    };
    let before = source.so_far();
    let kept = reading(run(&engine, attend.clone()));
    assert_eq!(source.so_far(), before, "nothing is decoded");
    cache.clear().expect("cleared");
    let computed = reading(run(&engine, attend));
    assert_ne!(source.so_far(), before, "now it is");
    assert_eq!((kept.head, kept.segment), (computed.head, computed.segment));
}
