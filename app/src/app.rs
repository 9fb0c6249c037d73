//! The window as eframe sees it: `logic` files replies and applies intents, `ui` draws.

use std::path::PathBuf;
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};
use mettle_core::engine::{ModelInfo, Problem, Severity};

use crate::apply::{self, Hands};
use crate::command::{Commands, Intent};
use crate::files::{FilePicker, Picked};
use crate::link::EngineLink;
use crate::playback::Player;
use crate::settings::Settings;
use crate::state::{AppState, Dialog};
use crate::{fonts, panels, replies, shortcuts, theme};

/// Replies filed in one frame, so that a flood of them never makes it late.
const REPLIES_A_FRAME: usize = 32;
const SETTINGS_KEY: &str = "settings";

/// Finds out what the model is; called on a thread of its own.
pub type AskModel = Box<dyn FnOnce() -> Option<ModelInfo> + Send>;

/// What the window is made of, so that tests can put in their own.
pub struct Parts {
    /// The engine.
    pub engine: Box<dyn EngineLink>,
    /// The player.
    pub player: Player,
    /// How the window starts.
    pub state: AppState,
    /// Files to open at once.
    pub paths: Vec<PathBuf>,
    /// What the model is.
    pub model: Option<AskModel>,
}

/// The window.
pub struct MettleApp {
    state: AppState,
    engine: Box<dyn EngineLink>,
    player: Player,
    files: FilePicker,
    commands: Commands,
    model: Option<Receiver<Option<ModelInfo>>>,
    log_frames: bool,
}

impl MettleApp {
    /// Put it together.
    pub fn new(cc: &eframe::CreationContext<'_>, parts: Parts) -> Self {
        let ctx = &cc.egui_ctx;
        fonts::install(ctx);
        theme::install(ctx);
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        let mut state = parts.state;
        if let Some(stored) = cc.storage {
            let known: Option<Settings> = eframe::get_value(stored, SETTINGS_KEY);
            state.settings = known.unwrap_or_default();
        }
        ctx.set_theme(state.settings.theme);
        ctx.set_zoom_factor(state.settings.scale);
        state.target_format = cc.wgpu_render_state.as_ref().map(|gpu| gpu.target_format);
        let mut player = parts.player;
        player.set_looping(state.settings.looping);
        apply::push_volume(&state, &mut player);
        let mut commands = Commands::default();
        if !parts.paths.is_empty() {
            commands.push(Intent::OpenPaths(parts.paths));
        }
        Self {
            state,
            engine: parts.engine,
            player,
            files: FilePicker::default(),
            commands,
            model: parts.model.and_then(|ask| ask_model(ctx.clone(), ask)),
            log_frames: std::env::var_os("METTLE_FRAME_LOG").is_some(),
        }
    }

    /// What the window shows.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// Ask for something, as a panel does.
    pub fn ask(&mut self, intent: impl Into<Intent>) {
        self.commands.push(intent);
    }

    fn hands<'a>(&'a mut self, ctx: &'a egui::Context) -> (&'a mut AppState, Hands<'a>) {
        let hands = Hands {
            engine: &mut *self.engine,
            player: &mut self.player,
            files: &mut self.files,
            ctx,
        };
        (&mut self.state, hands)
    }

    fn file_replies(&mut self, ctx: &egui::Context) {
        let now = ctx.input(|input| input.time);
        for _ in 0..REPLIES_A_FRAME {
            let Some(reply) = self.engine.try_reply() else {
                break;
            };
            if replies::file(&mut self.state, &mut *self.engine, reply, now) {
                let (state, mut hands) = self.hands(ctx);
                apply::show_selected(state, &mut hands);
            }
        }
        self.state.jobs = self.engine.jobs();
        replies::watch_analyses(&mut self.state, now);
        self.state.device = self.engine.device();
        if let Some(Ok(model)) = self.model.as_ref().map(Receiver::try_recv) {
            self.state.model = model;
        }
    }

    fn file_picked(&mut self, now: f64) {
        match self.files.poll() {
            Some(Picked::Files(paths)) => self.commands.push(Intent::OpenPaths(paths)),
            Some(Picked::NoService) => {
                let text = String::new();
                let no_service = true;
                let dialog = Dialog::Path { text, no_service };
                self.commands.push(Intent::Dialog(dialog));
            }
            Some(Picked::Failed(detail)) => {
                let problem = Problem {
                    severity: Severity::Error,
                    title: "Could not make the sample clip".into(),
                    advice:
                        "Is the disk full, or read-only? Opening a clip of yours needs neither."
                            .into(),
                    detail,
                    path: None,
                };
                replies::tell(&mut self.state, problem, now);
            }
            Some(Picked::Nothing) | None => {}
        }
    }

    fn dropped(&mut self, ctx: &egui::Context) {
        let paths: Vec<PathBuf> = ctx.input(|input| {
            let files = input.raw.dropped_files.iter();
            files.map(|file| file.path().to_owned()).collect()
        });
        if !paths.is_empty() {
            self.commands.push(Intent::OpenPaths(paths));
        }
    }

    fn poll_player(&mut self, now: f64) {
        let (view, problem) = self.player.poll();
        self.state.player = view;
        if let Some(detail) = problem {
            let entry = self.state.entry();
            let name = entry.map(|e| e.name()).unwrap_or_default();
            let problem = Problem {
                severity: Severity::Warning,
                title: format!("{name} does not play in full"),
                advice: "Part of it cannot be decoded. The rest goes on.".into(),
                path: entry.map(|e| e.path.clone()),
                detail,
            };
            replies::tell(&mut self.state, problem, now);
        }
    }

    fn forget_old_toasts(&mut self, ctx: &egui::Context, now: f64) {
        self.state
            .toasts
            .retain(|toast| toast.until.is_none_or(|until| until > now));
        let next = self.state.toasts.iter().filter_map(|toast| toast.until);
        if let Some(next) = next.min_by(f64::total_cmp) {
            ctx.request_repaint_after(Duration::from_secs_f64((next - now).max(0.05)));
        }
    }
}

impl eframe::App for MettleApp {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        let now = ctx.input(|input| input.time);
        self.file_replies(ctx);
        self.file_picked(now);
        self.dropped(ctx);
        let dialog_open = self.state.dialog != Dialog::None;
        shortcuts::read(ctx, dialog_open, &mut self.commands);
        for intent in self.commands.take() {
            let (state, mut hands) = self.hands(ctx);
            apply::apply(state, &mut hands, intent);
        }
        self.poll_player(now);
        self.forget_old_toasts(ctx, now);
        if let Some(wait) = self.player.next_look() {
            ctx.request_repaint_after(wait);
        }
        if !self.state.jobs.is_empty() {
            ctx.request_repaint_after(Duration::from_millis(100));
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        if let Some(seconds) = frame.info().cpu_usage {
            let time = Duration::from_secs_f32(seconds.max(0.0));
            self.state.frame_times.record(time);
        }
        panels::window_ui(ui, &self.state, &mut self.commands);
        self.state.focus = None;
        if !self.commands.is_empty() {
            ui.ctx().request_repaint();
        }
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        eframe::set_value(storage, SETTINGS_KEY, &self.state.settings);
    }

    fn on_exit(&mut self) {
        if self.log_frames {
            println!("frame times: {}", self.state.frame_times.summary());
        }
    }
}

fn ask_model(ctx: egui::Context, ask: AskModel) -> Option<Receiver<Option<ModelInfo>>> {
    let (tx, rx) = bounded(1);
    let thread = std::thread::Builder::new().name("model facts".into());
    let spawned = thread.spawn(move || {
        let _ = tx.send(ask());
        ctx.request_repaint();
    });
    spawned.ok().map(|_| rx)
}
