//! How late frames are while a person corrects and the head learns each correction at once: `cargo bench --workspace --bench
//! corrections`. Fifty corrections in five seconds, by key, in the real window (without a screen) on the real engine and the demo
//! model, which is trained all the while on the same processor; no frame should take longer than 33 ms.

use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use mettle_app::app::{MettleApp, Parts};
use mettle_app::intent::{TrainIntent, ViewIntent};
use mettle_app::playback::{Player, PlayerOptions};
use mettle_app::state::AppState;
use mettle_app::waking::Waker;
use mettle_core::base::{Label, Time};
use mettle_core::data::demo;
use mettle_core::engine::{DeviceChoice, Engine, EngineOptions, model_info};
use mettle_core::features::FeatureCache;
use mettle_core::media::LocalFiles;
use mettle_core::model::HeadCatalogue;

const CORRECTIONS: u32 = 50;
const SECONDS: f64 = 5.0;
const LATE: f64 = 33.0;
const FRAME: Duration = Duration::from_micros(16_667);
const PATIENCE: Duration = Duration::from_secs(120);

type Window = Harness<'static, MettleApp>;

fn window(folder: &std::path::Path) -> Window {
    let paths = demo::clips(&folder.join("clips")).expect("the bundled clips");
    let place = folder.to_owned();
    let build = move |cc: &mut eframe::CreationContext<'static>| {
        let waker = Waker::new(&cc.egui_ctx);
        let options = EngineOptions {
            device: DeviceChoice::Cpu,
            beside_window: true,
            features: Some(FeatureCache::at(place.join("features"))),
            heads: HeadCatalogue::at(place.join("heads")),
            ..EngineOptions::default()
        };
        let engine = Engine::start(options, waker.call()).expect("threads start");
        let wake = Arc::new(waker.call());
        let parts = Parts {
            engine: Box::new(engine),
            player: Player::new(Arc::new(LocalFiles), PlayerOptions { sound: false }, wake),
            waker,
            state: AppState::default(),
            paths,
            restart: None,
            models: Some(Arc::new(|choice| {
                model_info(choice).map_err(|error| error.to_string())
            })),
            corrections: Some(place.join("project.sqlite")),
            covers: None,
            sessions: None,
        };
        MettleApp::new(cc, parts)
    };
    Harness::builder()
        .with_size(egui::vec2(1280.0, 800.0))
        .build_eframe(build)
}

/// Frames until something is so.
fn until(window: &mut Window, what: &str, done: impl Fn(&AppState) -> bool) {
    let begun = Instant::now();
    while !done(window.state().state()) {
        assert!(begun.elapsed() < PATIENCE, "in vain: {what}");
        window.step();
        std::thread::sleep(FRAME);
    }
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = window(folder.path());
    until(&mut window, "the clip is analysed", |state| {
        state.model.is_some() && state.shown().is_some_and(|shown| shown.analysed())
    });
    window
        .state_mut()
        .ask(ViewIntent::Lane(Label::from("Bark")));
    window.state_mut().ask(TrainIntent::Live(true));
    until(&mut window, "corrections can be made", |state| {
        state.editing_off().is_none()
    });
    let (begun, mut made, mut times, mut runs) = (Instant::now(), 0, Vec::new(), 0);
    let mut running = None;
    while begun.elapsed().as_secs_f64() < SECONDS || made < CORRECTIONS {
        let due = f64::from(made) * SECONDS / f64::from(CORRECTIONS);
        if made < CORRECTIONS && begun.elapsed().as_secs_f64() >= due {
            let second = Time::from_micros(i64::from(made % 10) * 1_000_000 + 500_000);
            window.state_mut().ask(ViewIntent::Seek(second));
            let denied = made / 10 % 2 == 1;
            let modifiers = if denied {
                Modifiers::SHIFT
            } else {
                Modifiers::NONE
            };
            window.key_press_modifiers(modifiers, Key::B);
            made += 1;
        }
        let frame = Instant::now();
        window.step();
        let took = frame.elapsed();
        times.push(took.as_secs_f64() * 1e3);
        let run = window
            .state()
            .state()
            .training
            .run
            .as_ref()
            .map(|run| run.job);
        runs += usize::from(run.is_some() && run != running);
        running = run;
        std::thread::sleep(FRAME.saturating_sub(took));
    }
    until(&mut window, "the last correction is learned", |state| {
        state.training.due.is_none() && state.training.run.is_none()
    });
    let kept = window.state().state().project.kept.is_some();
    assert!(kept, "corrections were kept");
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "{made} corrections in {SECONDS} s: {} frames, middle {:.1} ms, 99 of 100 within {:.1} ms, longest {:.1} ms, {} later than {LATE} ms; {runs} trainings began, learned {:.1} s after the last correction",
        times.len(),
        at(0.5),
        at(0.99),
        at(1.0),
        times.iter().filter(|time| **time > LATE).count(),
        begun.elapsed().as_secs_f64() - SECONDS,
    );
}
