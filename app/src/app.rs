//! The window as eframe sees it: `logic` files replies and applies intents, `ui` draws.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use mettle_core::base::Problem;
use mettle_core::predict::{SecondOf, in_order};

use crate::answering::Answering;
use crate::apply::{self, Context, Restart};
use crate::clicks::Clicks;
use crate::command::Command;
use crate::covers::CoverDesk;
use crate::files::{self, Disk, FilePicker};
use crate::fitting::Fitting;
use crate::fonts::{self, Unshown};
use crate::intent::{ClipIntent, Commands, Intent};
use crate::keymap::Keymap;
use crate::link::EngineLink;
use crate::models::{AskModel, ModelDesk};
use crate::playback::Player;
use crate::project_desk::ProjectDesk;
use crate::replies::Desks;
use crate::saving::{Due, Saving};
use crate::sessions::SessionDesk;
use crate::state::{AppState, Dialog, InspectorTab, Recovered, Row, RowId, Settings, ToSort};
use crate::waking::Waker;
use crate::{panels, replies, requests, shortcuts, theme};

/// Replies filed in one frame, so that a flood of them never makes it late.
const REPLIES_A_FRAME: usize = 32;
const SETTINGS_KEY: &str = "settings";

/// What the window is made of, so that tests can put in their own.
pub struct Parts {
    /// The engine.
    pub engine: Box<dyn EngineLink>,
    /// Starts an engine on another device.
    pub restart: Option<Restart>,
    /// The player.
    pub player: Player,
    /// Wakes the window; engine and player have it too.
    pub waker: Waker,
    /// How the window starts.
    pub state: AppState,
    /// Files to open at once.
    pub paths: Vec<PathBuf>,
    /// Finds out what a model is.
    pub models: Option<AskModel>,
    /// The project's file, where one is named; else the one that was open last, or the usual one. Without any nothing can be
    /// edited.
    pub corrections: Option<PathBuf>,
    /// The folder that pictures of recent clips are kept in; none to keep none.
    pub covers: Option<PathBuf>,
    /// The folder in which each window says what is open in it, so that one that was ended can be told of; none to say nothing.
    pub sessions: Option<PathBuf>,
}

/// The window.
pub struct MettleApp {
    state: AppState,
    engine: Box<dyn EngineLink>,
    restart: Option<Restart>,
    player: Player,
    waker: Waker,
    files: FilePicker,
    disk: Disk,
    models: ModelDesk,
    project: ProjectDesk,
    covers: CoverDesk,
    /// Puts the review queue in order.
    sorting: Answering<(ToSort, Vec<SecondOf>)>,
    commands: Commands,
    saving: Saving,
    fitting: Fitting,
    unshown: Unshown,
    session: SessionDesk,
    /// When the window opened, and what was open when that was noted last: how many clips, the newest, and the project.
    began: SystemTime,
    noted: Option<(usize, Option<RowId>, Option<PathBuf>)>,
    clicks: Clicks,
    log_frames: bool,
}

impl MettleApp {
    /// Put it together.
    pub fn new(cc: &eframe::CreationContext<'_>, parts: Parts) -> Self {
        let mut state = parts.state;
        if let Some(stored) = cc.storage {
            let known: Option<Settings> = eframe::get_value(stored, SETTINGS_KEY);
            state.settings = known.unwrap_or_default();
        }
        let unshown = Unshown::default();
        dress(&mut state, cc, &unshown);
        state.can_change_device = parts.restart.is_some();
        let mut player = parts.player;
        player.set_looping(state.settings.looping);
        apply::push_volume(&state, &mut player);
        let mut commands = Commands::default();
        if !parts.paths.is_empty() {
            commands.push(ClipIntent::Open(parts.paths));
        }
        let waker = || parts.waker.call();
        state.model_choice = state.settings.model_choice();
        let mut models = ModelDesk::new(parts.models);
        models.ask(state.model_choice.clone(), waker());
        let mut covers = CoverDesk::new(parts.covers);
        covers.read(state.settings.recent.clone(), waker());
        let file = parts
            .corrections
            .or_else(|| apply::project_to_open(&mut state));
        state.project.file = file.clone();
        let project = ProjectDesk::start(file, waker());
        let project = project.unwrap_or_else(|why| {
            state.project.off = Some(why);
            ProjectDesk::default()
        });
        let disk = Disk::new(waker());
        let sorting = Answering::new(waker());
        Self {
            saving: Saving::new(state.settings.clone()),
            fitting: Fitting::default(),
            unshown,
            session: SessionDesk::begin(parts.sessions, waker()),
            began: SystemTime::now(),
            noted: None,
            state,
            engine: parts.engine,
            restart: parts.restart,
            player,
            waker: parts.waker,
            files: FilePicker::default(),
            disk,
            models,
            project,
            covers,
            sorting,
            commands,
            clicks: Clicks::default(),
            log_frames: std::env::var_os("METTLE_FRAME_LOG").is_some(),
        }
    }

    /// Have a window ask the system for letters that our faces lack, before this is made in it or moves to it.
    pub fn ask_for_fonts(cc: &eframe::CreationContext<'_>) {
        fonts::ask_the_system(&cc.egui_ctx);
    }

    /// Go on in another window: the one there was has lost its graphics device.
    pub fn move_to(&mut self, cc: &eframe::CreationContext<'_>) {
        dress(&mut self.state, cc, &self.unshown);
        self.waker.turn_to(&cc.egui_ctx);
        self.fitting = Fitting::default();
        // Another window has another clock.
        self.state.ongoing.end();
        self.state.jobs.restart_clock();
        self.state.toasts.retain(|toast| toast.until.is_none());
        let problem = Problem::warning(
            "The window was built anew",
            "Its graphics device was lost, as happens when a driver restarts. Nothing of your work is lost.",
        );
        replies::tell(&mut self.state, problem, 0.0);
    }

    /// What the window shows.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// Ask for something, as a panel does.
    pub fn ask(&mut self, intent: impl Into<Intent>) {
        self.commands.push(intent);
    }

    fn context<'a>(&'a mut self, ctx: &'a egui::Context) -> (&'a mut AppState, Context<'a>) {
        let context = Context {
            engine: &mut self.engine,
            restart: self.restart.as_ref(),
            player: &mut self.player,
            files: &mut self.files,
            disk: &self.disk,
            models: &mut self.models,
            project: &mut self.project,
            waker: &self.waker,
            ctx,
            next: &mut self.commands,
        };
        (&mut self.state, context)
    }

    fn file_replies(&mut self, ctx: &egui::Context, now: f64) {
        for _ in 0..REPLIES_A_FRAME {
            let Some(reply) = self.engine.try_reply() else {
                break;
            };
            let mut desks = Desks {
                engine: &mut *self.engine,
                project: &self.project,
                covers: &self.covers,
                disk: &self.disk,
            };
            if replies::file(&mut self.state, &mut desks, reply, now) {
                let (state, mut context) = self.context(ctx);
                apply::show_selected(state, &mut context);
            }
        }
        self.state.jobs.look(self.engine.jobs(), now);
        let device = self.engine.device();
        if device.failed != self.state.device.failed && !device.failed.is_empty() {
            let title = "A graphics device does not work";
            let advice = format!(
                "{} is used. A newer driver may help; the device's chip has a report to copy.",
                device.name
            );
            let problem = Problem::warning(title, advice);
            let problem = problem.with_detail(device.failed.join("\n"));
            replies::tell(&mut self.state, problem, now);
        }
        self.state.device = device;
    }

    /// What the engine is asked without anybody asking: what is on screen needs it.
    fn want(&mut self, ctx: &egui::Context) {
        let (state, engine) = (&mut self.state, &mut *self.engine);
        requests::want_shown(state, engine);
        requests::want_rest(state, engine);
        let library = &mut state.library;
        for id in std::mem::take(&mut library.to_read) {
            if let Some(known) = library.row(id).and_then(|row| row.known.clone()) {
                self.disk.read_scores(id, known);
            }
        }
        requests::want_proposed(state, engine);
        requests::want_found(state, engine);
        requests::want_attention(state, engine);
        requests::want_export(state, engine);
        let reviewed = state.tab == InspectorTab::Review || state.review.is_watched();
        let task = state.review_task();
        if let Some(wanted) = reviewed.then(|| state.review.to_sort(task)).flatten() {
            self.sorting.ask("sorting", move || {
                let order = in_order(&wanted.worth, wanted.by, &wanted.first);
                (wanted, order)
            });
        }
        if state.dialog == Dialog::Report {
            state.count_report();
        }
        if state.tab == InspectorTab::Train {
            state.list_spoken();
        }
        if replies::refresh(state) {
            ctx.request_repaint();
        }
    }

    /// What other threads found out.
    fn file_answers(&mut self, ctx: &egui::Context, now: f64) {
        if let Some(problem) = self.unshown.news() {
            replies::tell(&mut self.state, problem, now);
        }
        if let Some(was) = self.session.left() {
            if was.project == self.state.project.file {
                self.project.since(was.began);
            }
            self.state.recovered = Some(Recovered { was, kept: None });
            self.state.dialog = Dialog::Recovered;
        }
        self.covers.poll(&mut self.state.covers);
        while let Some(answer) = self.project.poll() {
            apply::answered(&mut self.state, &mut self.project, answer, now);
        }
        if let Some(picked) = self.files.poll() {
            let (state, mut context) = self.context(ctx);
            apply::picked(state, &mut context, picked);
        }
        while let Some((of, order)) = self.sorting.poll() {
            self.state.review.sorted(of, order);
            let (state, mut context) = self.context(ctx);
            apply::go_on_if_wanted(state, &mut context);
        }
        while let Some(found) = self.disk.poll() {
            let (state, mut context) = self.context(ctx);
            apply::found(state, &mut context, found, now);
        }
        if let Some((choice, found)) = self.models.poll() {
            let (state, mut context) = self.context(ctx);
            apply::model_found(state, &mut context, choice, found, now);
        }
    }

    /// Say what is open, whenever that is something else.
    fn note_open(&mut self) {
        let (rows, project) = (self.state.library.rows(), &self.state.project.file);
        let (count, newest) = (rows.len(), rows.last().map(|row| row.id));
        let noted = self
            .noted
            .as_ref()
            .is_some_and(|(rows, last, file)| (*rows, *last) == (count, newest) && file == project);
        if !noted {
            self.noted = Some((count, newest, project.clone()));
            self.session.note(self.state.open_session(self.began));
        }
    }

    /// A movement of the hand ends when its button is up, or the window has not got the keyboard any more.
    fn end_gesture(&mut self, ctx: &egui::Context, now: f64) {
        let (up, away) = ctx.input(|input| (!input.pointer.any_down(), !input.focused));
        if away {
            self.state.ongoing.end();
        } else if up {
            self.state.ongoing.buttons_up(now);
        }
    }

    fn dropped(&mut self, ctx: &egui::Context) {
        let held = ctx.input(|input| match input.raw.hovered_files.as_slice() {
            [one] => one.path.clone(),
            _ => None,
        });
        let news = self.state.drops.hover(held.as_deref());
        if let Some(path) = held.filter(|_| news) {
            self.disk.kind(path);
        }
        let mut paths: Vec<PathBuf> = ctx.input(|input| {
            let files = input.raw.dropped_files.iter();
            files.map(|file| file.path().to_owned()).collect()
        });
        if self.state.dialog == Dialog::None && !ctx.text_edit_focused() {
            paths.extend(files::pasted(ctx));
        }
        if !paths.is_empty() {
            self.commands.push(ClipIntent::Open(paths));
        }
    }

    fn read_keys(&mut self, ctx: &egui::Context) {
        match self.state.dialog {
            Dialog::Shortcuts(_, Some(command)) => {
                shortcuts::read_new_key(ctx, command, &mut self.commands);
            }
            _ => {
                let dialog_open = self.state.dialog != Dialog::None;
                shortcuts::read(ctx, dialog_open, &mut self.commands);
            }
        }
    }

    fn poll_player(&mut self, now: f64) {
        let selection = self.state.library.selected_row().and_then(Row::selection);
        self.player.set_range(selection);
        let (view, problem) = self.player.poll();
        self.state.player = view;
        if let Some(detail) = problem {
            let row = self.state.library.selected_row();
            let name = row.map(Row::name).unwrap_or_default();
            let problem = Problem::warning(
                format!("{name} does not play in full"),
                "Part of it cannot be decoded. The rest goes on.",
            );
            let problem = problem.with_detail(detail);
            let path = row.map(|row| row.path.clone());
            let problem = match path {
                Some(path) => problem.about(path),
                None => problem,
            };
            replies::tell(&mut self.state, problem, now);
        }
    }

    /// Write the settings soon after they change, on eframe's thread for that.
    fn save_soon(&mut self, ctx: &egui::Context, frame: &mut eframe::Frame, now: f64) {
        match (
            self.saving.look(&self.state.settings, now),
            frame.storage_mut(),
        ) {
            (Due::In(wait), _) => ctx.request_repaint_after(wait),
            (Due::Now, Some(storage)) => {
                eframe::set_value(storage, SETTINGS_KEY, &self.state.settings);
                storage.flush();
            }
            _ => {}
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

/// Give a window its looks.
fn dress(state: &mut AppState, cc: &eframe::CreationContext<'_>, unshown: &Unshown) {
    let ctx = &cc.egui_ctx;
    fonts::install(ctx);
    unshown.listen(ctx);
    theme::install(ctx);
    panels::prepare(cc);
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
    ctx.set_theme(state.settings.theme);
    ctx.set_zoom_factor(state.settings.scale);
    Keymap::new(&state.settings.keys).install(ctx);
    state.target_format = cc.wgpu_render_state.as_ref().map(|gpu| gpu.target_format);
}

impl eframe::App for MettleApp {
    fn raw_input_hook(&mut self, ctx: &egui::Context, input: &mut egui::RawInput) {
        if self.clicks.one_at_a_time(&mut input.events) {
            ctx.request_repaint();
        }
    }

    fn logic(&mut self, ctx: &egui::Context, frame: &mut eframe::Frame) {
        let now = ctx.input(|input| input.time);
        self.state.overlays_hidden = shortcuts::is_held(ctx, Command::BarePicture);
        self.file_replies(ctx, now);
        self.file_answers(ctx, now);
        self.dropped(ctx);
        self.end_gesture(ctx, now);
        self.read_keys(ctx);
        for intent in self.commands.take() {
            let (state, mut context) = self.context(ctx);
            apply::apply(state, &mut context, intent);
            // The next one of this frame is about where this one went.
            self.state.player.time = self.player.time();
        }
        let (state, mut context) = self.context(ctx);
        apply::settle(state, &mut context);
        apply::switch(state, &mut context);
        apply::learn_live(state, &mut context);
        self.want(ctx);
        self.note_open();
        self.poll_player(now);
        self.forget_old_toasts(ctx, now);
        let (state, mut context) = self.context(ctx);
        apply::remove_for_good(state, &mut context);
        self.save_soon(ctx, frame, now);
        self.fitting.fit(ctx);
        if let Some(wait) = self.player.next_look() {
            ctx.request_repaint_after(wait);
        }
        if !self.state.jobs.board.is_empty() {
            ctx.request_repaint_after(Duration::from_millis(100));
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        if let Some(seconds) = frame.info().cpu_usage {
            let time = Duration::from_secs_f32(seconds.max(0.0));
            let busy = !self.state.jobs.board.is_empty();
            self.state.frame_times.record(time, busy);
        }
        panels::window_ui(ui, &self.state, &mut self.commands);
        self.state.focus = None;
        if !self.commands.is_empty() || self.unshown.is_news() {
            ui.ctx().request_repaint();
        }
    }

    /// What no panel covers. A panel whose ground this is does not paint it again: on a software rasteriser each
    /// painting of the whole window costs as much as everything drawn on it.
    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        let dark = visuals.dark_mode;
        let theme = if dark {
            egui::Theme::Dark
        } else {
            egui::Theme::Light
        };
        panels::ground(theme).to_normalized_gamma_f32()
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        eframe::set_value(storage, SETTINGS_KEY, &self.state.settings);
    }

    fn on_exit(&mut self) {
        apply::keep_held(&mut self.state, &mut self.project);
        if self.log_frames {
            println!("{}", self.state.frame_times.report());
        }
    }
}
