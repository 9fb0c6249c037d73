//! The engine's export: a look writes nothing and says what a file would keep; a run that is stopped leaves no half of a file.

use std::time::Duration;

use mettle_core::base::{EventId, LabelId, Modality, Said, Task, TimeSpan};
use mettle_core::engine::{
    DeviceChoice, Engine, EngineOptions, Export, ExportedClip, JobSpec, ModelChoice, Outcome,
    ReplyBody, WhichHead,
};
use mettle_core::exchange::ExportFormat;
use mettle_core::exchange::marks::{MarkFormat, What};
use mettle_core::media::Clip;
use mettle_core::predict::Thresholds;
use mettle_core::project::{Change, Edit, Store};
use mettle_tests::program::{ffmpeg, talking_picture};
use mettle_tests::tiny_model;

use crate::files::terminal::names;

const PATIENCE: Duration = Duration::from_secs(60);

fn engine() -> Engine {
    let options = EngineOptions {
        device: DeviceChoice::Cpu,
        ..EngineOptions::default()
    };
    Engine::start(options, || {}).expect("threads start")
}

fn spec(folder: &std::path::Path, format: ExportFormat, writes: bool) -> Export {
    let heads = [(Task::Localize, WhichHead::For(Task::Localize))];
    Export {
        clips: vec![folder.join("dog.mp4")],
        project: Some(folder.join("study.sqlite")),
        what: What::Shown,
        format,
        model: ModelChoice::Folder(folder.join("model")),
        heads: heads.to_vec(),
        thresholds: Thresholds::at(0.01),
        calibrated: false,
        out: folder.join("out"),
        replace: false,
        writes,
    }
}

/// What became of each clip, and the end.
fn run(engine: &Engine, spec: Export, stop: bool) -> (Vec<ExportedClip>, ReplyBody) {
    let job = engine.submit(JobSpec::Export(Box::new(spec)));
    if stop {
        let written = || engine.jobs().iter().any(|line| line.progress.done > 0);
        while !written() {
            std::thread::sleep(Duration::from_millis(5));
        }
        engine.cancel(job);
    }
    let mut clips = Vec::new();
    loop {
        let reply = engine.wait_for_reply(PATIENCE).expect("a reply");
        match reply.body {
            ReplyBody::Exported(clip) => clips.push(*clip),
            end @ (ReplyBody::Done | ReplyBody::Cancelled | ReplyBody::Failed(_)) => {
                return (clips, end);
            }
            _ => {}
        }
    }
}

#[test]
fn a_look_writes_nothing_and_says_what_would_be_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    talking_picture("3", &here.join("dog.mp4"));
    tiny_model::write(&here.join("model"));
    let engine = engine();
    let format = ExportFormat::Marks(MarkFormat::Eaf);
    let (looked, end) = run(&engine, spec(here, format, false), false);
    assert_eq!(end, ReplyBody::Done);
    let [
        ExportedClip {
            outcome: Outcome::Done(looked),
            ..
        },
    ] = &looked[..]
    else {
        panic!("{looked:?}");
    };
    assert!(!here.join("out").exists() && !here.join("study.sqlite").exists());
    let (written, _) = run(&engine, spec(here, format, true), false);
    let [
        ExportedClip {
            outcome: Outcome::Done(written),
            ..
        },
    ] = &written[..]
    else {
        panic!("{written:?}");
    };
    assert_eq!(looked.kept, written.kept, "what was said before is so");
    assert!(looked.kept.as_ref().is_some_and(|kept| kept.events.of > 0));
    // A correction since: the file would be another one.
    let clip = Clip::open(&here.join("dog.mp4")).expect("opens");
    let mut store = Store::open(&here.join("study.sqlite")).expect("opens");
    let change = Change::Say {
        event: EventId::fresh(),
        label: LabelId::named("Kettle"),
        modality: Modality::Audible,
        span: TimeSpan::of_second(1),
        said: Said::Yes,
    };
    store
        .edit(&Edit::of_clip(clip.id, change), false)
        .expect("kept");
    let before = std::fs::read(here.join("out/dog.eaf")).expect("there");
    let (looked, _) = run(&engine, spec(here, format, false), false);
    assert!(
        matches!(&looked[0].outcome, Outcome::Done(looked) if looked.stands),
        "{looked:?}"
    );
    let (stays, _) = run(&engine, spec(here, format, true), false);
    assert!(matches!(stays[0].outcome, Outcome::Stays(_)), "{stays:?}");
    assert_eq!(
        std::fs::read(here.join("out/dog.eaf")).expect("there"),
        before
    );
    // ELAN looks for the film from where the file lies.
    let before = String::from_utf8_lossy(&before);
    assert!(
        before.contains("RELATIVE_MEDIA_URL=\"../dog.mp4\""),
        "{before}"
    );
}

/// A clip, a model, a project and an export in a folder whose name a system's narrow letters do not have.
#[test]
fn folders_may_be_called_anything() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path().join("測試 é 😀");
    std::fs::create_dir(&here).expect("made");
    talking_picture("3", &here.join("dog.mp4"));
    tiny_model::write(&here.join("model"));
    let engine = engine();
    for (format, file) in [
        (ExportFormat::Marks(MarkFormat::Eaf), "dog.eaf"),
        (ExportFormat::Marks(MarkFormat::Jsonl), "dog.jsonl"),
        (ExportFormat::Film, "dog.overlay.mp4"),
    ] {
        let (clips, end) = run(&engine, spec(&here, format, true), false);
        assert_eq!(end, ReplyBody::Done);
        assert!(matches!(clips[0].outcome, Outcome::Done(_)), "{clips:?}");
        assert!(here.join("out").join(file).exists(), "{file}");
    }
}

#[test]
fn a_film_that_is_stopped_is_not_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let clip = here.join("dog.mp4");
    let drawn = "testsrc=size=320x240:rate=30:duration=30";
    ffmpeg(
        &[
            "-f",
            "lavfi",
            "-i",
            drawn,
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
        ],
        &clip,
    );
    tiny_model::write(&here.join("model"));
    let mut spec = spec(here, ExportFormat::Film, true);
    spec.what = What::Corrections;
    let (clips, end) = run(&engine(), spec, true);
    assert_eq!((clips.len(), end), (0, ReplyBody::Cancelled));
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(names(&here.join("out")), Vec::<String>::new());
}
