//! Opening the window.

use std::path::PathBuf;
use std::sync::Arc;

use mettle_core::base::{cache_folder, data_folder};
use mettle_core::data::demo;
use mettle_core::engine::{Engine, EngineOptions, JobSpec, ModelChoice, Precision, model_info};
use mettle_core::features::FeatureCache;
use mettle_core::gpu::{DeviceChoice, Hush, Prober};
use mettle_core::media::LocalFiles;
use mettle_core::model::HeadCatalogue;

use crate::app::{MettleApp, Parts};
use crate::apply::Restart;
use crate::hosting::Host;
use crate::link::EngineLink;
use crate::playback::{Player, PlayerOptions};
use crate::state::{AppState, Drops, ProjectView};
use crate::waking::Waker;
use crate::{files, fitting};

/// What the window is opened with.
#[derive(Clone, Debug, Default)]
pub struct WindowOptions {
    /// Files to open at once.
    pub paths: Vec<PathBuf>,
    /// The project's file; the usual one if none is named.
    pub project: Option<PathBuf>,
    /// The device to compute on.
    pub device: DeviceChoice,
    /// In which numbers backbones are kept and multiplied.
    pub precision: Precision,
}

/// Windows built anew before it is given up: a device that is lost every time will be lost again.
const REBUILDS: usize = 5;

/// Open the window and stay until it is closed. With `METTLE_FRAME_LOG` set, says at the end how long frames took.
///
/// # Errors
/// When there is no display, or the graphics system cannot draw on it.
pub fn run_window(options: WindowOptions) -> anyhow::Result<()> {
    let host = Host::default();
    for _ in 0..=REBUILDS {
        let (theirs, options) = (host.clone(), options.clone());
        // Until the window's own device is found.
        let hush = Hush::begin();
        let made = eframe::run_native(
            "Mettle Studio",
            native_options(),
            Box::new(move |cc| {
                drop(hush);
                MettleApp::ask_for_fonts(cc);
                Ok(Box::new(theirs.move_in(cc, || create(cc, options))?))
            }),
        );
        made.map_err(|error| anyhow::anyhow!("{error}"))?;
        if !host.is_lost() {
            return Ok(());
        }
    }
    anyhow::bail!(
        "the graphics device is lost again and again; a restart of the computer helps a driver that hangs"
    )
}

fn native_options() -> eframe::NativeOptions {
    let viewport = egui::ViewportBuilder::default()
        .with_title("Mettle Studio")
        .with_app_id("mettle-studio")
        .with_inner_size(fitting::USUAL)
        .with_min_inner_size(fitting::SMALLEST)
        .with_drag_and_drop(true);
    eframe::NativeOptions {
        viewport,
        renderer: eframe::Renderer::Wgpu,
        // No gradients here to smooth, and it costs a software rasteriser dearly.
        dithering: false,
        system_font_fallback: false,
        ..Default::default()
    }
}

fn create(cc: &eframe::CreationContext<'_>, options: WindowOptions) -> anyhow::Result<MettleApp> {
    let waker = Waker::new(&cc.egui_ctx);
    let start = starter(waker.clone());
    let engine = start(options.device, options.precision).map_err(anyhow::Error::msg)?;
    let player = Player::new(
        Arc::new(LocalFiles),
        PlayerOptions { sound: true },
        Arc::new(waker.call()),
    );
    let state = AppState {
        drops: Drops::new(files::is_wayland(cc)),
        sample: Some(sample_clip),
        device_choice: options.device,
        precision: options.precision,
        project: ProjectView {
            usual: Some(corrections_file()),
            ..Default::default()
        },
        ..Default::default()
    };
    let parts = Parts {
        engine,
        restart: Some(start),
        player,
        waker,
        state,
        paths: options.paths,
        models: Some(Arc::new(|choice| {
            model_info(choice).map_err(|error| error.to_string())
        })),
        corrections: options.project,
        covers: Some(cache_folder().join("covers")),
        sessions: Some(data_folder().join("windows")),
    };
    Ok(MettleApp::new(cc, parts))
}

/// Starts engines that wake the window, and has them compile their kernels before the first clip wants them.
fn starter(waker: Waker) -> Restart {
    Box::new(move |device, precision| {
        let options = EngineOptions {
            device,
            precision,
            prober: Prober::this_program(),
            beside_window: true,
            finds_alike: true,
            features: Some(FeatureCache::of_user()),
            heads: HeadCatalogue::of_user(),
            ..EngineOptions::default()
        };
        let engine = Engine::start(options, waker.call());
        let mut engine = engine.map_err(|error| error.to_string())?;
        let model = ModelChoice::Demo;
        EngineLink::submit(&mut engine, JobSpec::WarmUp { model });
        Ok(Box::new(engine) as Box<dyn EngineLink>)
    })
}

/// Where what the user decides about clips is kept.
pub fn corrections_file() -> PathBuf {
    data_folder().join("corrections.sqlite")
}

/// The first of the bundled clips, as a file in the user's cache.
fn sample_clip() -> Result<PathBuf, String> {
    let clips = demo::clips(&cache_folder().join("sample")).map_err(|error| error.to_string())?;
    clips
        .into_iter()
        .next()
        .ok_or_else(|| "no clip is bundled".to_owned())
}
