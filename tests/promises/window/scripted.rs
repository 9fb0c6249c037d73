//! An engine and a clip played by the tests, and the window around them.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use egui_kittest::{Harness, HarnessBuilder};
use mettle_app::app::{MettleApp, Parts};
use mettle_app::link::EngineLink;
use mettle_app::models::AskModel;
use mettle_app::playback::{Player, PlayerOptions};
use mettle_app::state::{AppState, Corrected};
use mettle_app::waking::Waker;
use mettle_core::base::{ClipId, HeadId, Labels, Problem, Progress, Severity, Time, TimeSpan};
use mettle_core::engine::{
    DeviceReport, JobId, JobSpec, JobState, JobStatus, Reply, ReplyBody, Thumbnail, WaveformPart,
};
use mettle_core::media::{
    Clip, MediaError, Pictures, RgbFrame, Sound, SoundLayout, Source, VideoFrame,
};
use mettle_core::model::Precision;
use mettle_core::predict::{Detail, Prediction, PredictionKey};
use mettle_tests::made_clips;
use mettle_tests::parts::whole;

/// What the window asked, and what it is to be told.
#[derive(Default)]
pub struct Script {
    pub asked: Vec<(JobId, JobSpec)>,
    pub cancelled: Vec<JobId>,
    pub paused: Vec<(JobId, bool)>,
    pub replies: VecDeque<Reply>,
    pub running: Vec<JobStatus>,
    pub awaited: Option<JobId>,
    pub broken_device: Vec<String>,
}

/// The engine's end of a script.
#[derive(Clone, Default)]
pub struct ScriptedEngine(pub Arc<Mutex<Script>>);

impl ScriptedEngine {
    pub fn asked(&self) -> Vec<(JobId, JobSpec)> {
        self.0.lock().expect("script").asked.clone()
    }

    pub fn say(&self, job: JobId, body: ReplyBody) {
        let mut script = self.0.lock().expect("script");
        script.replies.push_back(Reply { job, body });
    }

    pub fn job_of(&self, wanted: impl Fn(&JobSpec) -> bool) -> JobId {
        let asked = self.asked();
        let found = asked.iter().rev().find(|(_, spec)| wanted(spec));
        found.expect("the window asked for it").0
    }

    pub fn open_of(&self, path: &str) -> JobId {
        self.job_of(|spec| matches!(spec, JobSpec::Open { path: p } if p == Path::new(path)))
    }
}

impl EngineLink for ScriptedEngine {
    fn submit(&mut self, job: JobSpec) -> JobId {
        let mut script = self.0.lock().expect("script");
        let id = JobId(script.asked.len() as u64 + 1);
        script.running.push(JobStatus {
            id,
            title: format!("Job {}", id.0),
            clip: job.clip(),
            state: JobState::Running,
            progress: Progress { done: 1, total: 4 },
        });
        script.asked.push((id, job));
        id
    }

    fn cancel(&mut self, job: JobId) {
        let mut script = self.0.lock().expect("script");
        script.cancelled.push(job);
        let body = ReplyBody::Cancelled;
        script.replies.push_back(Reply { job, body });
    }

    fn pause(&mut self, job: JobId) {
        self.0.lock().expect("script").paused.push((job, true));
    }

    fn resume(&mut self, job: JobId) {
        self.0.lock().expect("script").paused.push((job, false));
    }

    fn try_reply(&mut self) -> Option<Reply> {
        let mut script = self.0.lock().expect("script");
        let reply = script.replies.pop_front()?;
        if matches!(
            reply.body,
            ReplyBody::Done | ReplyBody::Cancelled | ReplyBody::Failed(_)
        ) {
            script.running.retain(|job| job.id != reply.job);
        }
        Some(reply)
    }

    fn jobs(&self) -> Vec<JobStatus> {
        self.0.lock().expect("script").running.clone()
    }

    fn set_foreground(&mut self, _clip: Option<ClipId>) {}

    fn set_awaited(&mut self, job: Option<JobId>) {
        self.0.lock().expect("script").awaited = job;
    }

    fn device(&self) -> DeviceReport {
        DeviceReport {
            name: "CPU · 2 threads".into(),
            refusals: vec![
                "llvmpipe is a processor that draws: slower than computing on it directly".into(),
            ],
            failed: self.0.lock().expect("script").broken_device.clone(),
            no_f16: Some("the CPU does not compute in f16, which would make it slower".into()),
            no_bf16: None,
        }
    }
}

/// Of its pictures.
const SIZE: [usize; 2] = [64, 36];

/// Frames of 40 ms without a decoder.
#[derive(Debug)]
struct Drawn;

pub fn frame_at(t: Time) -> Arc<VideoFrame> {
    let index = t.micros().max(0) / made_clips::FRAME.micros();
    let grey = (index * 3 % 200) as u8;
    made_clips::frame(index, SIZE, grey.max(16))
}

impl Source for Drawn {
    fn pictures(&self, _: &Path) -> Result<Box<dyn Pictures>, MediaError> {
        Ok(Box::new(Frames(Time::ZERO)))
    }

    fn sampled_pictures(&self, path: &Path) -> Result<Box<dyn Pictures>, MediaError> {
        self.pictures(path)
    }

    fn sound(&self, path: &Path, _: u32, _: SoundLayout) -> Result<Box<dyn Sound>, MediaError> {
        Err(MediaError::Missing { path: path.into() })
    }
}

struct Frames(Time);

impl Pictures for Frames {
    fn first_frame(&mut self) -> Result<Arc<VideoFrame>, MediaError> {
        self.frame_at(Time::ZERO)
    }

    fn frame_at(&mut self, t: Time) -> Result<Arc<VideoFrame>, MediaError> {
        let frame = frame_at(t.min(Time::from_micros(9_999_999)));
        self.0 = frame.span.end;
        Ok(frame)
    }

    fn next_frame(&mut self) -> Result<Option<Arc<VideoFrame>>, MediaError> {
        let next = self.0;
        (next < Time::from_micros(10_000_000))
            .then(|| self.frame_at(next))
            .transpose()
    }
}

/// A clip of ten seconds.
pub fn clip(path: &str, number: u8) -> Arc<Clip> {
    let end = Time::from_micros(10_000_000);
    made_clips::clip(Path::new(path), number, SIZE, end)
}

/// A dog from second 2 to 5 at 0.8, a bell from 6 to 8 at 0.6; `scored` seconds of ten.
pub fn prediction(clip: &Clip, scored: usize) -> Arc<Prediction> {
    let score = |second: usize| match second {
        2..=4 => vec![0.1, 0.8, 0.02],
        6..=7 => vec![0.6, 0.05, 0.02],
        _ => vec![0.05, 0.04, 0.01],
    };
    let scores: Vec<Vec<f32>> = (0..scored).map(score).collect();
    Arc::new(Prediction {
        key: PredictionKey {
            clip: clip.id,
            head: HeadId::default(),
            precision: Precision::F32,
        },
        labels: Labels::new(["Church bell", "Bark", "Truck"]),
        segments: TimeSpan::seconds_of(clip.duration),
        detail: Detail::localized(&scores),
        scores,
        familiarity: vec![0.9; scored],
    })
}

pub fn broken(path: &str) -> Problem {
    Problem {
        severity: Severity::Error,
        title: format!("Could not open {path}"),
        advice: "It is not a video or sound file. Check that it was copied whole.".into(),
        detail: "moov atom not found".into(),
        command: Box::default(),
        path: Some(PathBuf::from(path)),
    }
}

/// The window on these files.
pub fn window(paths: &[&str]) -> (Harness<'static, MettleApp>, ScriptedEngine) {
    window_in(Harness::builder(), egui::vec2(1280.0, 800.0), paths, None)
}

/// The window as this builder makes it, with this way to find out what a model is.
pub fn window_in(
    builder: HarnessBuilder<MettleApp>,
    size: egui::Vec2,
    paths: &[&str],
    models: Option<AskModel>,
) -> (Harness<'static, MettleApp>, ScriptedEngine) {
    window_keeping(builder, size, paths, models, None)
}

/// The same, keeping corrections in a file.
pub fn window_keeping(
    builder: HarnessBuilder<MettleApp>,
    size: egui::Vec2,
    paths: &[&str],
    models: Option<AskModel>,
    corrections: Option<PathBuf>,
) -> (Harness<'static, MettleApp>, ScriptedEngine) {
    window_after(builder, size, paths, models, (corrections, None))
}

/// The same, beside windows that say what is open in them in a folder.
pub fn window_after(
    builder: HarnessBuilder<MettleApp>,
    size: egui::Vec2,
    paths: &[&str],
    models: Option<AskModel>,
    places: (Option<PathBuf>, Option<PathBuf>),
) -> (Harness<'static, MettleApp>, ScriptedEngine) {
    let files = Files {
        paths,
        models,
        places,
    };
    built(builder, size, files, AppState::default())
}

/// A window that begins so.
pub fn window_of(state: AppState) -> (Harness<'static, MettleApp>, ScriptedEngine) {
    let size = egui::vec2(1280.0, 800.0);
    built(Harness::builder(), size, Files::default(), state)
}

/// What a window is opened with.
#[derive(Default)]
struct Files<'a> {
    paths: &'a [&'a str],
    models: Option<AskModel>,
    /// Where corrections are kept, and where each window says what is open.
    places: (Option<PathBuf>, Option<PathBuf>),
}

fn built(
    builder: HarnessBuilder<MettleApp>,
    size: egui::Vec2,
    files: Files<'_>,
    state: AppState,
) -> (Harness<'static, MettleApp>, ScriptedEngine) {
    let Files {
        paths,
        models,
        places,
    } = files;
    let (corrections, sessions) = places;
    let engine = ScriptedEngine::default();
    let (theirs, again) = (engine.clone(), engine.clone());
    let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    let listed = paths.len();
    let build = move |cc: &mut eframe::CreationContext<'static>| {
        let waker = Waker::new(&cc.egui_ctx);
        let wake = Arc::new(waker.call());
        let player = Player::new(Arc::new(Drawn), PlayerOptions { sound: false }, wake);
        let parts = Parts {
            engine: Box::new(theirs),
            player,
            waker,
            state,
            paths,
            restart: Some(Box::new(move |_, _| Ok(Box::new(again.clone())))),
            models,
            corrections: Some(corrections.unwrap_or_else(fresh_file)),
            covers: None,
            sessions,
        };
        MettleApp::new(cc, parts)
    };
    let mut harness = builder
        .with_size(size)
        .with_step_dt(1.0 / 60.0)
        .build_eframe(build);
    harness.run_steps(4);
    // What the paths are is found out on a thread.
    run_until(&mut harness, "the files are listed", |state| {
        state.library.rows().len() >= listed
    });
    (harness, engine)
}

/// A project's file that no other test has.
fn fresh_file() -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("projects");
        // What an earlier run left.
        let _ = std::fs::remove_dir_all(&folder);
        folder
    });
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    FOLDER.join(format!("{count}.sqlite"))
}

/// Run until something is so; threads work meanwhile.
pub fn run_until(
    harness: &mut Harness<'static, MettleApp>,
    what: &str,
    done: impl Fn(&AppState) -> bool,
) {
    let started = std::time::Instant::now();
    while !done(harness.state().state()) {
        assert!(started.elapsed().as_secs() < 10, "in vain: {what}");
        harness.run_steps(1);
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    harness.run_steps(2);
}

/// Let the project's thread answer everything it was asked.
pub fn settled(harness: &mut Harness<'static, MettleApp>) {
    harness.run_steps(2);
    run_until(harness, "every edit is answered", |state| {
        !state.project.waiting && state.project.held.is_none()
    });
    harness.run_steps(2);
}

/// Tell the window that a clip is open, with waveform, film strip and scores.
pub fn fill(
    harness: &mut Harness<'static, MettleApp>,
    engine: &ScriptedEngine,
    clip: &Arc<Clip>,
    scored: usize,
) {
    harness.run_steps(2);
    let open = engine.open_of(&clip.path.display().to_string());
    engine.say(open, ReplyBody::FirstFrame(frame_at(Time::ZERO)));
    engine.say(open, ReplyBody::Opened(clip.clone()));
    engine.say(open, ReplyBody::Done);
    harness.run_steps(3);
    let id = clip.id;
    run_until(harness, "the corrections are read", |state| {
        let row = state.library.of_clip(id);
        let row = row.and_then(|row| state.library.row(row));
        row.is_none_or(|row| !matches!(row.corrected, Corrected::Unread))
    });
    let of = |wanted: fn(&JobSpec) -> bool| {
        engine.job_of(|spec| spec.clip() == Some(clip.id) && wanted(spec))
    };
    let waveform = of(|spec| matches!(spec, JobSpec::Waveform { .. }));
    let part = WaveformPart {
        start: Time::ZERO,
        column: Time::from_micros(10_000),
        columns: (0..1000)
            .map(|i| (-0.5 * (i as f32 / 40.0).sin().abs(), 0.4))
            .collect(),
    };
    engine.say(waveform, ReplyBody::Waveform(clip.id, part));
    engine.say(waveform, ReplyBody::Done);
    let strip = of(|spec| matches!(spec, JobSpec::Thumbnails { .. }));
    let pictures = (0..10).map(|second| Thumbnail {
        second,
        picture: Arc::new(RgbFrame {
            width: 16,
            height: 9,
            data: vec![(second * 20) as u8; 16 * 9 * 3],
        }),
    });
    engine.say(strip, ReplyBody::Thumbnails(clip.id, pictures.collect()));
    engine.say(strip, ReplyBody::Done);
    let predict = of(|spec| matches!(spec, JobSpec::Predict { .. }));
    engine.say(
        predict,
        ReplyBody::Prediction(whole(&prediction(clip, scored))),
    );
    if scored == 10 {
        engine.say(predict, ReplyBody::Done);
    }
    harness.run_steps(4);
}
