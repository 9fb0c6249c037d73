//! A clip of two hours of which thousands of events are said: an engine that answers about it at once, a project of its words, and a
//! window in which it is open.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mettle_app::app::{MettleApp, Parts};
use mettle_app::link::EngineLink;
use mettle_app::playback::{Player, PlayerOptions};
use mettle_app::state::{AppState, Corrected};
use mettle_app::waking::Waker;
use mettle_core::base::{ClipId, EventId, HeadId, LabelId, Labels, Modality, Task, Time, TimeSpan};
use mettle_core::engine::{
    DeviceReport, JobId, JobSpec, JobStatus, Reply, ReplyBody, Thumbnail, WaveformPart, WhichHead,
};
use mettle_core::media::{Clip, LocalFiles, RgbFrame};
use mettle_core::model::Precision;
use mettle_core::predict::{Detail, Prediction, PredictionKey};
use mettle_core::project::{Change, ClipFacts, Edit, Item, Key, Statement, Store};

use crate::made_clips;
use crate::parts::whole;
use crate::window_parts::DrawnWindow;

/// The sides of the window, in points.
pub const SIZE: egui::Vec2 = egui::vec2(1280.0, 800.0);

/// The sides of its pictures.
const PICTURE: [usize; 2] = [1280, 720];
/// How long it is.
pub const SECONDS: usize = 7_200;
/// Words of the person.
pub const EVENTS: usize = 5_000;
/// Classes, called `Class 0` and so on.
pub const CLASSES: usize = 28;

/// Who has something to say of the clip.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Says {
    /// A person alone: the model finds nothing.
    Person,
    /// A person, and the model about as much elsewhere.
    Both,
}

/// The clip.
fn clip(path: &Path) -> Arc<Clip> {
    let end = Time::from_micros(SECONDS as i64 * 1_000_000);
    made_clips::clip(path, 7, PICTURE, end)
}

/// Answers about the one clip at once.
struct Answers {
    clip: Arc<Clip>,
    says: Says,
    replies: VecDeque<Reply>,
    last: u64,
}

impl EngineLink for Answers {
    fn submit(&mut self, job: JobSpec) -> JobId {
        self.last += 1;
        let id = JobId(self.last);
        let mut said = match &job {
            JobSpec::Open { .. } => vec![
                ReplyBody::FirstFrame(made_clips::frame(0, PICTURE, 90)),
                ReplyBody::Opened(self.clip.clone()),
            ],
            JobSpec::Waveform { .. } => vec![ReplyBody::Waveform(self.clip.id, waveform())],
            JobSpec::Thumbnails { .. } => vec![ReplyBody::Thumbnails(self.clip.id, pictures())],
            JobSpec::Predict { head, .. } => match head.which {
                WhichHead::For(task) => {
                    vec![ReplyBody::Prediction(whole(&answer(
                        &self.clip, task, self.says,
                    )))]
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
            ..DeviceReport::default()
        }
    }
}

fn labels() -> Labels {
    let names: Vec<String> = (0..CLASSES).map(|class| format!("Class {class}")).collect();
    Labels::new(names.iter().map(String::as_str))
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

/// Nothing; or events of two seconds, about 90 of each class in sound and as many in the picture.
fn answer(clip: &Clip, task: Task, says: Says) -> Prediction {
    let score = |second: usize, class: usize| {
        let happens = says == Says::Both && (second + class * 17) % 80 < 2;
        match happens {
            true => 0.9 / CLASSES as f32 + 0.8,
            false => 0.1 / CLASSES as f32,
        }
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

/// A project in which so many events are said of the clip; beside the model's some of them are denied.
fn project(file: &Path, clip: &Clip, says: Says) {
    let labels = labels();
    let ids: Vec<LabelId> = labels.iter().map(|label| LabelId::named(label)).collect();
    let said = (0..EVENTS).map(|place| {
        let (class, turn) = (place % CLASSES, place / CLASSES);
        let start = turn as i64 * 40_000_000 + class as i64 * 310_000;
        let statement = Statement {
            label: ids[class],
            modality: match says {
                Says::Person => Modality::AudioVisual,
                Says::Both => {
                    [Modality::Audible, Modality::Visible, Modality::AudioVisual][turn % 3]
                }
            },
            span: TimeSpan::new(
                Time::from_micros(start),
                Time::from_micros(start + 3_400_000),
            ),
            yes: says == Says::Person || turn % 7 != 6,
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

/// A window in which the clip is open: its scores and its words are there. The project lies in the folder.
///
/// # Panics
/// When the project cannot be written, or is not read in a minute.
pub fn open_window(folder: &Path, says: Says) -> DrawnWindow<MettleApp> {
    let file = folder.join("project.mettle");
    let clip = clip(Path::new("/long.mp4"));
    project(&file, &clip, says);
    let mut window = window(file, clip, says);
    let begun = Instant::now();
    loop {
        window.draw();
        let state = window.app.state();
        let row = state.library.selected_row();
        let read = row.is_some_and(|row| matches!(row.corrected, Corrected::Open(_)));
        if read && state.shown().is_some_and(|shown| shown.analysed()) {
            return window;
        }
        assert!(begun.elapsed().as_secs() < 60, "the clip is not open");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn window(file: PathBuf, clip: Arc<Clip>, says: Says) -> DrawnWindow<MettleApp> {
    DrawnWindow::new(SIZE, move |cc| {
        let waker = Waker::new(&cc.egui_ctx);
        let wake = Arc::new(waker.call());
        let parts = Parts {
            player: Player::new(Arc::new(LocalFiles), PlayerOptions { sound: false }, wake),
            paths: vec![clip.path.clone()],
            engine: Box::new(Answers {
                clip,
                says,
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
    })
}
