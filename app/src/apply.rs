//! Carrying out intents: the only place, with [`crate::replies`], that changes the state.

use std::path::PathBuf;

use mettle_core::base::{Time, TimeSpan};
use mettle_core::engine::JobSpec;

use crate::command::{Command, Intent};
use crate::files::FilePicker;
use crate::link::EngineLink;
use crate::paint::TimeAxis;
use crate::playback::Player;
use crate::replies;
use crate::state::{AppState, Dialog, Entry, EntryId, Errand, Focus, InspectorTab};

/// One press of a zoom key.
const ZOOM: f64 = 1.5;

/// What intents work on besides the state.
pub struct Hands<'a> {
    /// The engine.
    pub engine: &'a mut dyn EngineLink,
    /// The player.
    pub player: &'a mut Player,
    /// The system's file dialog.
    pub files: &'a mut FilePicker,
    /// egui, for the clipboard, the window's size and waking it.
    pub ctx: &'a egui::Context,
}

/// Carry out one intent.
pub fn apply(state: &mut AppState, hands: &mut Hands<'_>, intent: Intent) {
    match intent {
        Intent::Run(command) => run(state, hands, command),
        Intent::OpenPaths(paths) => open(state, hands, paths),
        Intent::Select(id) => select(state, hands, Some(id)),
        Intent::Close(id) => close(state, hands, id),
        Intent::Retry(id) => retry(state, hands, id),
        Intent::Cancel(job) => hands.engine.cancel(job),
        Intent::Seek(to) => {
            hands.player.seek(to);
            follow(state, to);
        }
        Intent::Scrub(to) => hands.player.seek(to),
        Intent::View(start, span) => set_view(state, start, span),
        Intent::Threshold(value) => {
            state.settings.threshold = value.clamp(0.0, 1.0);
            replies::redraw_tracks(state);
        }
        Intent::Volume(value) => set_volume(state, hands, value),
        Intent::Speed(speed) => hands.player.set_speed(speed),
        Intent::SearchText(text) => state.search = text,
        Intent::Dialog(dialog) => state.dialog = dialog,
        Intent::Hover(hover) => state.hover = hover,
        Intent::Tab(tab) => state.tab = tab,
        Intent::Theme(theme) => set_theme(state, hands, theme),
        Intent::Dismiss(id) => state.toasts.retain(|toast| toast.id != id),
        Intent::Copy(text) => hands.ctx.copy_text(text),
    }
}

fn run(state: &mut AppState, hands: &mut Hands<'_>, command: Command) {
    if command.needs_clip() && state.entry().is_none() {
        return;
    }
    match command {
        Command::Open => {
            let ctx = hands.ctx.clone();
            hands.files.ask(move || ctx.request_repaint());
        }
        Command::OpenPath => {
            state.dialog = Dialog::Path {
                text: String::new(),
                no_service: false,
            };
        }
        Command::OpenSample => {
            let ctx = hands.ctx.clone();
            if let Some(make) = state.sample {
                hands.files.make(make, move || ctx.request_repaint());
            }
        }
        Command::CloseClip => {
            if let Some(id) = state.selected {
                close(state, hands, id);
            }
        }
        Command::Analyse => analyse(state, hands),
        Command::CancelJobs => cancel_jobs(state, hands),
        Command::Quit => hands.ctx.send_viewport_cmd(egui::ViewportCommand::Close),
        Command::GoTo => state.dialog = Dialog::GoTo(String::new()),
        Command::Palette => state.dialog = Dialog::Palette(String::new(), 0),
        Command::Shortcuts => {
            state.dialog = match state.dialog {
                Dialog::Shortcuts(_) => Dialog::None,
                _ => Dialog::Shortcuts(String::new()),
            };
        }
        Command::PreviousClip => neighbour(state, hands, false),
        Command::NextClip => neighbour(state, hands, true),
        Command::Search => state.focus = Some(Focus::Search),
        Command::Threshold => state.focus = Some(Focus::Threshold),
        Command::ShowSecond => state.tab = InspectorTab::Second,
        Command::ShowEvents => state.tab = InspectorTab::Events,
        Command::AllLanes => state.all_lanes = !state.all_lanes,
        Command::FrameTimes => state.show_frame_times = !state.show_frame_times,
        Command::ZoomIn => zoom(state, ZOOM),
        Command::ZoomOut => zoom(state, 1.0 / ZOOM),
        Command::Fit => set_view(state, 0.0, f64::INFINITY),
        Command::SwitchTheme
        | Command::Larger
        | Command::Smaller
        | Command::UsualSize
        | Command::FullScreen => {
            look(state, hands, command);
        }
        _ => transport(state, hands, command),
    }
}

/// The commands that move or play.
fn transport(state: &mut AppState, hands: &mut Hands<'_>, command: Command) {
    let player = &mut *hands.player;
    let now = player.time();
    let hop = |secs: i64| now + Time::from_micros(secs * 1_000_000);
    let goal = match command {
        Command::PlayPause if player.playing() => return player.pause(),
        Command::PlayPause => return play(state, player),
        Command::Pause => return player.pause(),
        Command::ShuttleBack => return player.shuttle(false),
        Command::ShuttleForward => return player.shuttle(true),
        Command::StepForward => return player.step(true),
        Command::StepBack => return player.step(false),
        Command::Mute => {
            state.settings.muted = !state.settings.muted;
            return push_volume(state, player);
        }
        Command::Louder => return set_volume(state, hands, state.settings.volume + 0.1),
        Command::Softer => return set_volume(state, hands, state.settings.volume - 0.1),
        Command::Loop => {
            state.settings.looping = !state.settings.looping;
            return player.set_looping(state.settings.looping);
        }
        Command::Forward1 => hop(1),
        Command::Back1 => hop(-1),
        Command::Forward5 => hop(5),
        Command::Back5 => hop(-5),
        Command::ToStart => Time::ZERO,
        Command::ToEnd => state.entry().map(Entry::duration).unwrap_or_default(),
        Command::NextEdge => edge(state, now, true),
        Command::PreviousEdge => edge(state, now, false),
        _ => return,
    };
    player.seek(goal);
    follow(state, player.time());
}

/// Play at the usual speed after a shuttle.
fn play(state: &AppState, player: &mut Player) {
    if player.speed() < 0.0 || player.speed() > 2.0 {
        player.set_speed(1.0);
    }
    if state.entry().is_some_and(|entry| entry.clip.is_some()) {
        player.play();
    }
}

/// The next place after `now` (or before it) where an event starts or ends; the clip's end (or start) if none.
fn edge(state: &AppState, now: Time, forward: bool) -> Time {
    let Some(entry) = state.entry() else {
        return now;
    };
    let spans = entry.tracks.iter().flat_map(|track| &track.events);
    let edges = spans.flat_map(|event| [event.span.start, event.span.end]);
    if forward {
        let end = entry.duration();
        edges.filter(|t| *t > now).min().unwrap_or(end)
    } else {
        edges.filter(|t| *t < now).max().unwrap_or(Time::ZERO)
    }
}

fn look(state: &mut AppState, hands: &mut Hands<'_>, command: Command) {
    use egui::ThemePreference::{Dark, Light, System};
    let scale = |by: f32| (by * 10.0).round() / 10.0;
    match command {
        Command::SwitchTheme => {
            let next = match state.settings.theme {
                System => Dark,
                Dark => Light,
                Light => System,
            };
            return set_theme(state, hands, next);
        }
        Command::FullScreen => {
            let full = hands
                .ctx
                .input(|i| i.viewport().fullscreen.unwrap_or(false));
            hands
                .ctx
                .send_viewport_cmd(egui::ViewportCommand::Fullscreen(!full));
            return;
        }
        Command::Larger => state.settings.scale = scale(state.settings.scale + 0.1),
        Command::Smaller => state.settings.scale = scale(state.settings.scale - 0.1),
        _ => state.settings.scale = 1.0,
    }
    state.settings.scale = state.settings.scale.clamp(0.6, 2.5);
    hands.ctx.set_zoom_factor(state.settings.scale);
}

fn set_theme(state: &mut AppState, hands: &Hands<'_>, theme: egui::ThemePreference) {
    state.settings.theme = theme;
    hands.ctx.set_theme(theme);
}

fn set_volume(state: &mut AppState, hands: &mut Hands<'_>, value: f32) {
    state.settings.volume = value.clamp(0.0, 1.0);
    state.settings.muted = false;
    push_volume(state, hands.player);
}

/// Tell the player how loud.
pub fn push_volume(state: &AppState, player: &mut Player) {
    let settings = &state.settings;
    player.set_volume(if settings.muted { 0.0 } else { settings.volume });
}

fn open(state: &mut AppState, hands: &mut Hands<'_>, paths: Vec<PathBuf>) {
    let mut first = None;
    for path in paths {
        let known = state
            .entries
            .iter()
            .find(|e| e.path == path && e.failure.is_none());
        if let Some(entry) = known {
            first.get_or_insert(entry.id);
            continue;
        }
        let id = EntryId(state.fresh_id());
        let mut entry = Entry::new(id, path.clone());
        let job = hands.engine.submit(JobSpec::Open { path });
        entry.jobs.push((job, Errand::Open));
        state.entries.push(entry);
        first.get_or_insert(id);
    }
    if first.is_some() {
        select(state, hands, first);
    }
}

fn retry(state: &mut AppState, hands: &mut Hands<'_>, id: EntryId) {
    let Some(entry) = state.entry_by_id(id) else {
        return;
    };
    entry.failure = None;
    if entry.clip.is_some() {
        return analyse(state, hands);
    }
    let path = entry.path.clone();
    let job = hands.engine.submit(JobSpec::Open { path });
    entry.jobs.push((job, Errand::Open));
}

/// Put a clip on screen.
pub fn select(state: &mut AppState, hands: &mut Hands<'_>, id: Option<EntryId>) {
    if state.selected == id && id.is_some() {
        return;
    }
    let time = hands.player.time();
    if let Some(old) = state.entry_mut() {
        old.time = time;
    }
    state.selected = id;
    state.hover = None;
    show_selected(state, hands);
}

/// Give the player and the engine the clip on screen.
pub fn show_selected(state: &mut AppState, hands: &mut Hands<'_>) {
    let clip = state.entry().and_then(|entry| entry.clip.clone());
    let at = state.entry().map(|entry| entry.time).unwrap_or_default();
    hands
        .engine
        .set_foreground(clip.as_ref().map(|clip| clip.id));
    hands.player.load(clip, at);
}

fn close(state: &mut AppState, hands: &mut Hands<'_>, id: EntryId) {
    let Some(place) = state.entries.iter().position(|entry| entry.id == id) else {
        return;
    };
    let gone = state.entries.remove(place);
    gone.jobs
        .iter()
        .for_each(|(job, _)| hands.engine.cancel(*job));
    if state.selected == Some(id) {
        let beside = state.entries.get(place).or(state.entries.last());
        state.selected = beside.map(|entry| entry.id);
        show_selected(state, hands);
    }
}

fn analyse(state: &mut AppState, hands: &mut Hands<'_>) {
    let Some(entry) = state.entry_mut() else {
        return;
    };
    let Some(clip) = entry.clip.clone() else {
        return;
    };
    if entry.job(Errand::Predict).is_none() {
        entry.failure = None;
        entry.analysed = false;
        let job = hands.engine.submit(replies::analysis_of(&clip));
        entry.jobs.push((job, Errand::Predict));
    }
}

fn cancel_jobs(state: &AppState, hands: &mut Hands<'_>) {
    if let Some(entry) = state.entry() {
        entry
            .jobs
            .iter()
            .for_each(|(job, _)| hands.engine.cancel(*job));
    }
}

fn neighbour(state: &mut AppState, hands: &mut Hands<'_>, next: bool) {
    let listed: Vec<EntryId> = state.listed().map(|entry| entry.id).collect();
    let here = listed.iter().position(|id| Some(*id) == state.selected);
    let there = match (here, next) {
        (None, _) => 0,
        (Some(here), true) => here + 1,
        (Some(here), false) => here.wrapping_sub(1),
    };
    if let Some(id) = listed.get(there) {
        select(state, hands, Some(*id));
    }
}

/// Where the timeline stands; kept inside the clip.
fn set_view(state: &mut AppState, start: f64, span: f64) {
    if let Some(entry) = state.entry_mut() {
        let total = entry.duration().as_secs_f64();
        (entry.view_start, entry.view_span) = TimeAxis::kept_inside(start, span, total);
    }
}

/// Zoom about the playhead, or about the middle when it is out of sight.
fn zoom(state: &mut AppState, factor: f64) {
    let now = state.player.time.as_secs_f64();
    let Some(entry) = state.entry() else { return };
    let (start, span) = (entry.view_start, entry.view_span);
    let pivot = if (start..start + span).contains(&now) {
        now
    } else {
        start + span / 2.0
    };
    let new_span = span / factor;
    set_view(state, pivot - (pivot - start) / factor, new_span);
}

/// Move the view so that a time the user went to is in sight.
pub fn follow(state: &mut AppState, to: Time) {
    let Some(entry) = state.entry() else { return };
    let (start, span) = (entry.view_start, entry.view_span);
    let seen = TimeSpan::new(
        Time::from_secs_f64(start),
        Time::from_secs_f64(start + span),
    );
    if !seen.contains(to) && to < entry.duration() {
        set_view(state, to.as_secs_f64() - span * 0.1, span);
    }
}
