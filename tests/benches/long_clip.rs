//! How late frames are on a clip of two hours with 5,000 events that a person said, and about as many of the model's: `cargo bench
//! --workspace --bench long_clip`. In the real window without a screen, drawn by whatever adapter wgpu finds (lavapipe where there is no
//! other): 99 of 100 frames should take at most 33 ms. The first number is without drawing; the second has it, and fetching the
//! picture besides, which a screen does not need.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use egui_kittest::Harness;
use mettle_app::app::{MettleApp, Parts};
use mettle_app::command::Command;
use mettle_app::intent::{Intent, ViewIntent};
use mettle_app::link::EngineLink;
use mettle_app::playback::{Player, PlayerOptions};
use mettle_app::state::{AppState, Corrected, InspectorTab, Mode};
use mettle_app::waking::Waker;
use mettle_core::base::{
    ClipId, ContentHash, EventId, HeadId, LabelId, Labels, Modality, Task, Time, TimeSpan,
};
use mettle_core::engine::{
    DeviceReport, JobId, JobSpec, JobStatus, Reply, ReplyBody, Thumbnail, WaveformPart, WhichHead,
};
use mettle_core::media::{AudioInfo, Clip, LocalFiles, RgbFrame, VideoInfo};
use mettle_core::model::Precision;
use mettle_core::predict::{Detail, Prediction, PredictionKey};
use mettle_core::project::{Change, ClipFacts, Edit, Item, Key, Statement, Store};
use mettle_tests::parts::whole;

const SECONDS: usize = 7_200;
const EVENTS: usize = 5_000;
const CLASSES: usize = 28;
const FRAMES: usize = 200;

/// Answers about the one clip at once.
struct Answers {
    clip: Arc<Clip>,
    replies: VecDeque<Reply>,
    last: u64,
}

impl EngineLink for Answers {
    fn submit(&mut self, job: JobSpec) -> JobId {
        self.last += 1;
        let id = JobId(self.last);
        let mut said = match &job {
            JobSpec::Open { .. } => vec![ReplyBody::Opened(self.clip.clone())],
            JobSpec::Waveform { .. } => vec![ReplyBody::Waveform(self.clip.id, waveform())],
            JobSpec::Thumbnails { .. } => vec![ReplyBody::Thumbnails(self.clip.id, pictures())],
            JobSpec::Predict { head, .. } => match head.which {
                WhichHead::For(task) => {
                    vec![ReplyBody::Prediction(whole(&answer(&self.clip, task)))]
                }
                WhichHead::Named(_) => vec![],
            },
            _ => vec![],
        };
        said.push(ReplyBody::Done);
        let said = said.into_iter().map(|body| Reply { job: id, body });
        self.replies.extend(said);
        id
    }

    fn cancel(&mut self, _: JobId) {}
    fn pause(&mut self, _: JobId) {}
    fn resume(&mut self, _: JobId) {}

    fn try_reply(&mut self) -> Option<Reply> {
        self.replies.pop_front()
    }

    fn jobs(&self) -> Vec<JobStatus> {
        Vec::new()
    }

    fn set_foreground(&mut self, _: Option<ClipId>) {}
    fn set_awaited(&mut self, _: Option<JobId>) {}

    fn device(&self) -> DeviceReport {
        DeviceReport {
            name: "CPU".into(),
            refusals: Vec::new(),
            no_f16: None,
        }
    }
}

fn labels() -> Labels {
    let names: Vec<String> = (0..CLASSES).map(|class| format!("Class {class}")).collect();
    Labels::new(names.iter().map(String::as_str))
}

fn clip(path: &Path) -> Arc<Clip> {
    let end = Time::from_micros(SECONDS as i64 * 1_000_000);
    Arc::new(Clip {
        id: ClipId(ContentHash([7; 32])),
        path: path.to_owned(),
        duration: end,
        video: Some(VideoInfo {
            width: 1280,
            height: 720,
            fps: 25.0,
            variable_fps: None,
            codec: "h264".into(),
            pixel_format: "yuv420p".into(),
            rotation_deg: 0,
            start: Time::ZERO,
            end,
        }),
        audio: Some(AudioInfo {
            sample_rate: 48_000,
            channels: 2,
            codec: "aac".into(),
            start: Time::ZERO,
            end,
        }),
    })
}

fn waveform() -> WaveformPart {
    let column = |at: usize| {
        let loud = (at as f32 * 0.01).sin().abs();
        (-loud, loud)
    };
    WaveformPart {
        start: Time::ZERO,
        column: Time::from_micros(10_000),
        columns: (0..SECONDS * 100).map(column).collect(),
    }
}

fn pictures() -> Vec<Thumbnail> {
    let picture = |second: usize| Thumbnail {
        second: second as u32,
        picture: Arc::new(RgbFrame {
            width: 32,
            height: 18,
            data: vec![(second % 251) as u8; 32 * 18 * 3],
        }),
    };
    (0..SECONDS).map(picture).collect()
}

/// Events of two seconds, about 90 of each class in sound and as many in the picture.
fn answer(clip: &Clip, task: Task) -> Prediction {
    let score = |second: usize, class: usize| match (second + class * 17) % 80 < 2 {
        true => 0.9 / CLASSES as f32 + 0.8,
        false => 0.1 / CLASSES as f32,
    };
    let row = |second: usize| (0..CLASSES).map(|class| score(second, class)).collect();
    let scores: Vec<Vec<f32>> = (0..SECONDS).map(row).collect();
    let detail = match task {
        Task::Parse => Detail::Parsed {
            audible: scores.clone(),
            visible: scores.clone(),
        },
        Task::Localize | Task::Segment => Detail::localized(&scores),
    };
    Prediction {
        key: PredictionKey {
            clip: clip.id,
            head: HeadId::default(),
            precision: Precision::F32,
        },
        labels: labels(),
        segments: TimeSpan::seconds_of(clip.duration),
        detail,
        scores,
        familiarity: vec![0.9; SECONDS],
    }
}

/// A project in which so many events are said of the clip.
fn project(file: &Path, clip: &Clip) {
    let labels = labels();
    let ids: Vec<LabelId> = labels.iter().map(|label| LabelId::named(label)).collect();
    let said = (0..EVENTS).map(|place| {
        let (class, turn) = (place % CLASSES, place / CLASSES);
        let start = turn as i64 * 40_000_000 + class as i64 * 310_000;
        let statement = Statement {
            label: ids[class],
            modality: [Modality::Audible, Modality::Visible, Modality::AudioVisual][turn % 3],
            span: TimeSpan::new(
                Time::from_micros(start),
                Time::from_micros(start + 3_400_000),
            ),
            yes: turn % 7 != 6,
        };
        let event = EventId::fresh();
        (
            Key::Statement(event),
            Some(Item::Statement(event, statement)),
        )
    });
    let change = Change::Set(said.collect());
    let mut store = Store::open(file).expect("a project");
    store.know(ClipFacts {
        id: clip.id,
        path: clip.path.clone(),
        duration: clip.duration,
    });
    let kept = store.edit(&Edit::of_clip(clip.id, change), false);
    assert_eq!(kept.expect("kept").len(), 1);
}

fn window(file: PathBuf, clip: Arc<Clip>) -> Harness<'static, MettleApp> {
    let build = move |cc: &mut eframe::CreationContext<'static>| {
        let waker = Waker::new(&cc.egui_ctx);
        let wake = Arc::new(waker.call());
        let parts = Parts {
            player: Player::new(Arc::new(LocalFiles), PlayerOptions { sound: false }, wake),
            paths: vec![clip.path.clone()],
            engine: Box::new(Answers {
                clip,
                replies: VecDeque::new(),
                last: 0,
            }),
            waker,
            state: AppState::default(),
            restart: None,
            models: None,
            corrections: Some(file),
            covers: None,
            sessions: None,
        };
        MettleApp::new(cc, parts)
    };
    Harness::builder()
        .wgpu()
        .with_size(egui::vec2(1280.0, 800.0))
        .build_eframe(build)
}

/// What a hand does in a frame: the playhead goes on, and the timeline shows now all, now a minute, now something between.
fn hand(frame: usize) -> [Intent; 2] {
    let at = (frame * 997 % SECONDS) as f64;
    let span = [SECONDS as f64, 60.0, 600.0][frame / 8 % 3];
    let start = (at - span / 2.0).clamp(0.0, SECONDS as f64 - span);
    let at = Time::from_secs_f64(at);
    [
        ViewIntent::Seek(at).into(),
        ViewIntent::Window(start, span).into(),
    ]
}

fn line(what: &str, times: &mut [f64]) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "  {what}: middle {:.1} ms, 99 of 100 within {:.1} ms, longest {:.1} ms",
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, clip) = (
        folder.path().join("project.mettle"),
        clip(Path::new("/long.mp4")),
    );
    project(&file, &clip);
    let mut window = window(file, clip);
    let begun = Instant::now();
    loop {
        window.step();
        let state = window.state().state();
        let row = state.library.selected_row();
        let read = row.is_some_and(|row| matches!(row.corrected, Corrected::Open(_)));
        if read && state.shown().is_some_and(|shown| shown.analysed()) {
            break;
        }
        assert!(begun.elapsed().as_secs() < 60, "the clip is not open");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    window.state_mut().ask(Command::AllLanes);
    for (mode, tab) in [
        (Mode::Events, InspectorTab::Second),
        (Mode::Events, InspectorTab::Events),
        (Mode::Parsing, InspectorTab::Second),
    ] {
        window.state_mut().ask(ViewIntent::Mode(mode));
        window.state_mut().ask(ViewIntent::Tab(tab));
        window.run_steps(10);
        let shown = window.state().state().shown().expect("a clip");
        let events: usize = shown.tracks().iter().map(|track| track.events.len()).sum();
        let (mut alone, mut drawn) = (Vec::new(), Vec::new());
        for frame in 0..FRAMES {
            for intent in hand(frame) {
                window.state_mut().ask(intent);
            }
            let begun = Instant::now();
            window.step();
            alone.push(begun.elapsed().as_secs_f64() * 1e3);
            window.render().expect("drawn");
            drawn.push(begun.elapsed().as_secs_f64() * 1e3);
        }
        println!("{mode:?}, {tab:?} page: {events} events, {FRAMES} frames");
        line("without drawing", &mut alone);
        line("drawn and fetched", &mut drawn);
    }
}
