//! Carrying out intents: the only place, with [`crate::replies`], that changes the state.

mod alike;
mod clips;
mod compute;
mod dialogs;
mod edits;
mod exchange;
mod heads;
mod look;
mod map;
mod masks;
mod modes;
mod projects;
mod review;
mod says;
mod timeline;
mod training;
mod transport;

use mettle_core::engine::{JobSpec, Precision};
use mettle_core::gpu::DeviceChoice;

use crate::command::Command;
use crate::files::{Disk, FilePicker};
use crate::intent::{Commands, Intent, TrainIntent, ViewIntent};
use crate::link::EngineLink;
use crate::models::ModelDesk;
use crate::playback::Player;
use crate::project_desk::ProjectDesk;
use crate::requests;
use crate::state::{AppState, Dialog, Focus, InspectorTab, Wanted};
use crate::waking::Waker;

pub use clips::{found, picked, select, show_selected};
pub use compute::model_found;
pub use edits::{answered, keep_held, settle};
pub use heads::remove_for_good;
pub use look::push_volume;
pub use projects::{project_to_open, switch};
pub use review::go_on_if_wanted;
pub use training::learn_live;

/// Starts an engine on another device, or with backbones in other numbers.
pub type Restart = Box<dyn Fn(DeviceChoice, Precision) -> Result<Box<dyn EngineLink>, String>>;

/// What intents work on besides the state.
pub struct Context<'a> {
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
    /// Looks at the disk.
    pub disk: &'a Disk,
    /// Finds out what a model is.
    pub models: &'a mut ModelDesk,
    /// Wakes the window.
    pub waker: &'a Waker,
    /// egui, for the clipboard, the window's size and waking it.
    pub ctx: &'a egui::Context,
    /// What is asked next.
    pub next: &'a mut Commands,
}

impl Context<'_> {
    /// Wakes the window from another thread.
    pub fn waker(&self) -> impl Fn() + Send + Sync + use<> {
        self.waker.call()
    }

    /// Now, in egui's time.
    pub fn now(&self) -> f64 {
        self.ctx.input(|input| input.time)
    }
}

/// Carry out one intent.
pub fn apply(state: &mut AppState, context: &mut Context<'_>, intent: Intent) {
    match intent {
        Intent::Run(command) => run(state, context, command),
        Intent::Clip(intent) => clips::apply(state, context, intent),
        Intent::View(intent) => view(state, context, intent),
        Intent::Edit(intent) => edits::apply(state, context, intent),
        Intent::Engine(intent) => compute::apply(state, context, intent),
        Intent::Train(intent) => training::apply(state, context, intent),
        Intent::Exchange(intent) => exchange::apply(state, context, intent),
        Intent::Project(intent) => projects::apply(state, context, intent),
        Intent::Review(intent) => review::apply(state, context, intent),
        Intent::Dialog(intent) => dialogs::apply(state, context, intent),
    }
}

/// Carry out a wish about what is on screen, heard and selected.
fn view(state: &mut AppState, context: &mut Context<'_>, intent: ViewIntent) {
    match intent {
        ViewIntent::Seek(to) => {
            context.player.seek(to);
            timeline::follow(state, to);
        }
        ViewIntent::Scrub(to) => context.player.seek(to),
        ViewIntent::Window(start, span) => timeline::set_view(state, start, span),
        ViewIntent::Marks(from, to) => timeline::mark(state, from, to),
        ViewIntent::Choose(chosen) => timeline::choose(state, chosen),
        ViewIntent::Lane(label) => timeline::choose_lane(state, label),
        ViewIntent::Hover(hover) => state.hover = hover,
        ViewIntent::Tab(InspectorTab::Train) => training::show(state, context),
        ViewIntent::Tab(tab) => state.tab = tab,
        ViewIntent::Mode(mode) => modes::set_mode(state, mode),
        ViewIntent::Filter(filter) => state.filter = filter,
        ViewIntent::Masks(masks) => state.settings.masks = masks,
        ViewIntent::Contrast(contrast) => state.settings.contrast = contrast,
        ViewIntent::Attention(wish) => state.attention.wish = wish,
        ViewIntent::Volume(value) => look::set_volume(state, context, value),
        ViewIntent::Speed(speed) => context.player.set_speed(speed),
        ViewIntent::FindAlike(wish) => alike::find(state, context, wish),
        ViewIntent::PickAlike(place, on) => state.alike.pick(place, on),
        ViewIntent::AlikeClass(label) => state.alike.class = Some(label),
        ViewIntent::GoToSecond(row, at) => alike::go_to(state, context, row, at),
        ViewIntent::Theme(theme) => look::set_theme(state, context, theme),
    }
}

fn run(state: &mut AppState, context: &mut Context<'_>, command: Command) {
    // A deleted head is no clip's.
    if command == Command::Undo && heads::bring_back(state) {
        return;
    }
    if command.needs_clip() && state.shown().is_none() {
        return;
    }
    match command {
        Command::Open => context.files.ask(Wanted::Clips, context.waker()),
        Command::OpenFolder => context.files.ask(Wanted::Folder, context.waker()),
        Command::OpenPath => clips::ask_path(state, context, Wanted::Clips, false),
        Command::OpenSample => clips::open_sample(state, context),
        Command::CloseClip => clips::close_shown(state, context),
        Command::Analyse => {
            if let Some(id) = state.library.selected {
                requests::analyse(state, id);
            }
        }
        Command::CancelJobs => clips::cancel_jobs(state, context),
        Command::NewProject => context.files.ask(Wanted::NewProject, context.waker()),
        Command::OpenProject => dialogs::show(state, context, Dialog::Projects),
        Command::SaveCopy => context.files.ask(Wanted::Copy, context.waker()),
        Command::Export => exchange::open(state, context),
        Command::ShowReport => dialogs::show(state, context, Dialog::Report),
        Command::ExportAgain => exchange::again(state, context),
        Command::Import => context.files.ask(Wanted::Import, context.waker()),
        Command::MarkClip => clips::mark_shown(state),
        Command::Undo => edits::step(state, context, true),
        Command::Redo => edits::step(state, context, false),
        Command::Quit => context.ctx.send_viewport_cmd(egui::ViewportCommand::Close),
        Command::PreviousClip => clips::neighbour(state, context, false),
        Command::NextClip => clips::neighbour(state, context, true),
        Command::ChooseModel | Command::AboutModel => dialogs::show(state, context, Dialog::Model),
        Command::KeptFeatures => {
            dialogs::show(state, context, Dialog::Kept);
            context.engine.submit(JobSpec::Kept { clear: false });
        }
        Command::Models => {
            dialogs::show(state, context, Dialog::Models);
            requests::look_for_weights(state, &mut **context.engine);
        }
        Command::FindAlike => alike::open(state, context),
        Command::MapOfSeconds => map::open(state, context),
        Command::ClipGrid => dialogs::show(state, context, Dialog::ClipGrid),
        Command::GoTo => dialogs::show(state, context, Dialog::GoTo(String::new())),
        Command::NewClass => dialogs::show(state, context, Dialog::NewClass(String::new())),
        Command::Palette => dialogs::show(state, context, Dialog::Palette(String::new(), 0)),
        Command::Shortcuts => {
            let open = matches!(state.dialog, Dialog::Shortcuts(..));
            let dialog = match open {
                true => Dialog::None,
                false => Dialog::Shortcuts(String::new(), None),
            };
            dialogs::show(state, context, dialog);
        }
        Command::Search => state.focus = Some(Focus::Search),
        Command::Threshold => state.focus = Some(Focus::Threshold),
        Command::ShowSecond => state.tab = InspectorTab::Second,
        Command::ShowEvents => state.tab = InspectorTab::Events,
        Command::ShowMasks => state.tab = InspectorTab::Masks,
        Command::ShowTrain => training::show(state, context),
        Command::Train => {
            training::show(state, context);
            training::apply(state, context, TrainIntent::Start);
        }
        Command::ShowAttention => state.tab = InspectorTab::Attention,
        _ => {
            let _done = masks::run(state, context, command)
                || transport::run(state, context, command)
                || timeline::run(state, context, command)
                || modes::run(state, context, command)
                || says::run(state, context, command)
                || review::run(state, context, command)
                || look::run(state, context, command);
        }
    }
}
