//! Carrying out intents: the only place, with [`crate::replies`], that changes the state.

mod clips;
mod compute;
mod edits;
mod look;
mod modes;
mod timeline;
mod transport;

use mettle_core::engine::{JobSpec, Precision};
use mettle_core::gpu::DeviceChoice;

use crate::command::{Command, Commands, Intent};
use crate::errands;
use crate::files::{FilePicker, Wanted};
use crate::keymap::{self, Keymap};
use crate::link::EngineLink;
use crate::models::ModelDesk;
use crate::playback::Player;
use crate::project_desk::ProjectDesk;
use crate::replies;
use crate::state::{AppState, Dialog, Focus, InspectorTab};
use crate::weights;

pub use clips::{picked, select, show_selected};
pub use compute::model_found;
pub use edits::{Gesture, Ongoing, answered, keep_held, settle};
pub use look::push_volume;

/// Starts an engine on another device, or with backbones in other numbers.
pub type Restart = Box<dyn Fn(DeviceChoice, Precision) -> Result<Box<dyn EngineLink>, String>>;

/// What intents work on besides the state.
pub struct Hands<'a> {
    /// The engine.
    pub engine: &'a mut Box<dyn EngineLink>,
    /// Starts another one.
    pub restart: Option<&'a Restart>,
    /// The player.
    pub player: &'a mut Player,
    /// Keeps corrections.
    pub project: &'a mut ProjectDesk,
    /// The system's file dialog.
    pub files: &'a mut FilePicker,
    /// Finds out what a model is.
    pub models: &'a mut ModelDesk,
    /// egui, for the clipboard, the window's size and waking it.
    pub ctx: &'a egui::Context,
    /// What is asked next.
    pub next: &'a mut Commands,
}

impl Hands<'_> {
    /// Wakes the window from another thread.
    pub fn waker(&self) -> impl Fn() + Send + 'static {
        let ctx = self.ctx.clone();
        move || ctx.request_repaint()
    }
}

/// Carry out one intent.
pub fn apply(state: &mut AppState, hands: &mut Hands<'_>, intent: Intent) {
    match intent {
        Intent::Run(command) => run(state, hands, command),
        Intent::OpenPaths(paths) => clips::open(state, hands, paths),
        Intent::Select(id) => select(state, hands, Some(id)),
        Intent::Close(id) => clips::close(state, hands, id),
        Intent::Retry(id) => clips::retry(state, hands, id),
        Intent::Locate(id) => hands.files.ask(Wanted::Moved(id), hands.waker()),
        Intent::Moved(id, path) => clips::moved(state, hands, id, path),
        Intent::Device(choice) => compute::use_device(state, hands, choice, state.precision),
        Intent::Precision(precision) => {
            compute::use_device(state, hands, state.device_choice, precision);
        }
        Intent::Model(choice) => hands.models.ask(choice, hands.waker()),
        Intent::ModelFolder => hands.files.ask(Wanted::Model, hands.waker()),
        Intent::Weights(task) => weights::ask(state, &mut **hands.engine, task),
        Intent::Choose(chosen) => timeline::choose(state, chosen),
        Intent::Marks(from, to) => timeline::mark(state, from, to),
        Intent::Bind(..) | Intent::BindDefaults | Intent::AskKey(_) => keys(state, hands, intent),
        Intent::ClearKept => drop(hands.engine.submit(JobSpec::Kept { clear: true })),
        Intent::Cancel(job) => hands.engine.cancel(job),
        Intent::Seek(to) => {
            hands.player.seek(to);
            timeline::follow(state, to);
        }
        Intent::Scrub(to) => hands.player.seek(to),
        Intent::View(start, span) => timeline::set_view(state, start, span),
        Intent::Threshold(value, gesture) => modes::set_threshold(state, hands, value, gesture),
        Intent::Edit(edit, gesture) => edits::edit(state, hands, edit, gesture),
        Intent::LetGo => edits::let_go(state, hands),
        Intent::OwnThreshold(of, value) => {
            state.settings.own_thresholds.set(&of, value);
            replies::redraw_tracks(state);
        }
        Intent::Mode(mode) => modes::set_mode(state, mode),
        Intent::Filter(filter) => state.filter = filter,
        Intent::Masks(masks) => state.settings.masks = masks,
        Intent::Attention(wish) => state.attention.wish = wish,
        Intent::Volume(value) => look::set_volume(state, hands, value),
        Intent::Speed(speed) => hands.player.set_speed(speed),
        Intent::SearchText(text) => state.search = text,
        Intent::Dialog(dialog) => state.dialog = dialog,
        Intent::Hover(hover) => state.hover = hover,
        Intent::Tab(tab) => state.tab = tab,
        Intent::Theme(theme) => look::set_theme(state, hands, theme),
        Intent::Dismiss(id) => state.toasts.retain(|toast| toast.id != id),
        Intent::Copy(text) => hands.ctx.copy_text(text),
    }
}

fn run(state: &mut AppState, hands: &mut Hands<'_>, command: Command) {
    if command.needs_clip() && state.entry().is_none() {
        return;
    }
    match command {
        Command::Open => hands.files.ask(Wanted::Clips, hands.waker()),
        Command::OpenFolder => hands.files.ask(Wanted::Folder, hands.waker()),
        Command::OpenPath => clips::ask_path(state, Wanted::Clips, false),
        Command::OpenSample => clips::open_sample(state, hands),
        Command::CloseClip => {
            if let Some(id) = state.selected {
                clips::close(state, hands, id);
            }
        }
        Command::Analyse => {
            if let Some(id) = state.selected {
                errands::analyse(state, &mut **hands.engine, id);
            }
        }
        Command::CancelJobs => clips::cancel_jobs(state, hands),
        Command::Undo => edits::step(state, hands, true),
        Command::Redo => edits::step(state, hands, false),
        Command::Quit => hands.ctx.send_viewport_cmd(egui::ViewportCommand::Close),
        Command::PreviousClip => clips::neighbour(state, hands, false),
        Command::NextClip => clips::neighbour(state, hands, true),
        Command::ChooseModel | Command::AboutModel => state.dialog = Dialog::Model,
        Command::KeptFeatures => {
            state.dialog = Dialog::Kept;
            hands.engine.submit(JobSpec::Kept { clear: false });
        }
        Command::Models => weights::show(state, &mut **hands.engine),
        Command::GoTo => state.dialog = Dialog::GoTo(String::new()),
        Command::Palette => state.dialog = Dialog::Palette(String::new(), 0),
        Command::Shortcuts => {
            state.dialog = match state.dialog {
                Dialog::Shortcuts(..) => Dialog::None,
                _ => Dialog::Shortcuts(String::new(), None),
            };
        }
        Command::Search => state.focus = Some(Focus::Search),
        Command::Threshold => state.focus = Some(Focus::Threshold),
        Command::ShowSecond => state.tab = InspectorTab::Second,
        Command::ShowEvents => state.tab = InspectorTab::Events,
        Command::ShowMasks => state.tab = InspectorTab::Masks,
        Command::ShowAttention => state.tab = InspectorTab::Attention,
        _ => {
            let _done = transport::run(state, hands, command)
                || timeline::run(state, hands, command)
                || modes::run(state, hands, command)
                || look::run(state, hands, command);
        }
    }
}

/// Changing keys.
fn keys(state: &mut AppState, hands: &Hands<'_>, intent: Intent) {
    let waiting = match intent {
        Intent::AskKey(command) => command,
        Intent::Bind(command, chord) => {
            keymap::bind(&mut state.settings.keys, command, chord);
            None
        }
        _ => {
            state.settings.keys.clear();
            None
        }
    };
    Keymap::new(&state.settings.keys).install(hands.ctx);
    if let Dialog::Shortcuts(_, asked) = &mut state.dialog {
        *asked = waiting;
    }
}
