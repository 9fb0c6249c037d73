//! Opening the window.

use std::path::PathBuf;
use std::sync::Arc;

use mettle_core::base::{cache_folder, data_folder};
use mettle_core::data::demo;
use mettle_core::engine::{Engine, EngineOptions, JobSpec, ModelChoice, Precision, model_info};
use mettle_core::features::FeatureCache;
use mettle_core::gpu::DeviceChoice;
use mettle_core::gpu::Prober;
use mettle_core::media::LocalFiles;
use mettle_core::model::HeadCatalogue;

use crate::app::{MettleApp, Parts};
use crate::apply::Restart;
use crate::covers::Covers;
use crate::files;
use crate::link::EngineLink;
use crate::playback::{Player, PlayerOptions};
use crate::state::AppState;

/// What the window is opened with.
#[derive(Clone, Debug, Default)]
pub struct WindowOptions {
    /// Files to open at once.
    pub paths: Vec<PathBuf>,
    /// The device to compute on.
    pub device: DeviceChoice,
    /// In which numbers backbones are kept and multiplied.
    pub precision: Precision,
}

/// Open the window and stay until it is closed. With `METTLE_FRAME_LOG` set, says at the end how long frames took.
///
/// # Errors
/// When there is no display, or the graphics system cannot draw on it.
pub fn run_window(options: WindowOptions) -> anyhow::Result<()> {
    let viewport = egui::ViewportBuilder::default()
        .with_title("Mettle Studio")
        .with_app_id("mettle-studio")
        .with_inner_size([1280.0, 800.0])
        .with_min_inner_size([900.0, 560.0])
        .with_drag_and_drop(true);
    let native = eframe::NativeOptions {
        viewport,
        renderer: eframe::Renderer::Wgpu,
        // No gradients here to smooth, and it costs a software rasteriser dearly.
        dithering: false,
        ..Default::default()
    };
    let made = eframe::run_native(
        "Mettle Studio",
        native,
        Box::new(move |cc| Ok(Box::new(create(cc, options)?))),
    );
    made.map_err(|error| anyhow::anyhow!("{error}"))
}

fn create(cc: &eframe::CreationContext<'_>, options: WindowOptions) -> anyhow::Result<MettleApp> {
    let ctx = cc.egui_ctx.clone();
    let start = starter(ctx.clone());
    let engine = start(options.device, options.precision).map_err(anyhow::Error::msg)?;
    let player = Player::new(
        Arc::new(LocalFiles),
        PlayerOptions { sound: true },
        Arc::new(move || ctx.request_repaint()),
    );
    let state = AppState {
        no_drop: files::is_wayland(),
        sample: Some(sample_clip),
        covers: Covers::in_folder(cache_folder().join("covers")),
        device_choice: options.device,
        precision: options.precision,
        ..Default::default()
    };
    let parts = Parts {
        engine,
        restart: Some(start),
        player,
        state,
        paths: options.paths,
        models: Some(Arc::new(|choice| {
            model_info(choice).map_err(|error| error.to_string())
        })),
        corrections: Some(corrections_file()),
    };
    Ok(MettleApp::new(cc, parts))
}

/// Starts engines that wake the window, and has them compile their kernels before the first clip wants them.
fn starter(ctx: egui::Context) -> Restart {
    Box::new(move |device, precision| {
        let waker = ctx.clone();
        let options = EngineOptions {
            device,
            precision,
            prober: Prober::this_program(),
            beside_window: true,
            features: Some(FeatureCache::of_user()),
            heads: HeadCatalogue::of_user(),
            ..EngineOptions::default()
        };
        let engine = Engine::start(options, move || waker.request_repaint());
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
