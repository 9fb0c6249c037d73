//! The clip list: opening, choosing, closing, and files that have moved.

use std::path::PathBuf;

use mettle_core::base::{Problem, Severity, Time};
use mettle_core::engine::ModelChoice;

use super::Hands;
use crate::command::Intent;
use crate::errands;
use crate::files::{self, Picked, Wanted};
use crate::replies;
use crate::state::{AppState, Dialog, Entry, EntryId, Errand};

/// What the file dialog answered.
pub fn picked(state: &mut AppState, hands: &mut Hands<'_>, picked: Picked, now: f64) {
    match picked {
        Picked::Paths(Wanted::Clips | Wanted::Folder, paths) => {
            hands.next.push(Intent::OpenPaths(paths));
        }
        Picked::Paths(Wanted::Model, folders) => folders.into_iter().for_each(|folder| {
            hands.next.push(Intent::Model(ModelChoice::Folder(folder)));
        }),
        Picked::Paths(Wanted::Moved(id), files) => files.into_iter().for_each(|file| {
            hands.next.push(Intent::Moved(id, file));
        }),
        Picked::NoService(wanted) => ask_path(state, wanted, true),
        Picked::Failed(problem) => replies::tell(state, problem, now),
        Picked::Nothing => {}
    }
}

/// Ask for a path in the window.
pub(super) fn ask_path(state: &mut AppState, wanted: Wanted, no_service: bool) {
    let text = String::new();
    state.dialog = Dialog::Path {
        wanted,
        text,
        no_service,
    };
}

pub(super) fn open_sample(state: &AppState, hands: &mut Hands<'_>) {
    let Some(make) = state.sample else { return };
    let make = move || {
        make().map(|path| vec![path]).map_err(|detail| Problem {
            severity: Severity::Error,
            title: "Could not make the sample clip".into(),
            advice: "Is the disk full, or read-only? Opening a clip of yours needs neither.".into(),
            detail,
            path: None,
        })
    };
    hands.files.make(make, hands.waker());
}

/// Files become rows; folders are looked into first, on a thread; a folder with a model becomes the model.
pub(super) fn open(state: &mut AppState, hands: &mut Hands<'_>, paths: Vec<PathBuf>) {
    let (models, paths): (Vec<_>, Vec<_>) = paths.into_iter().partition(|p| files::is_model(p));
    for folder in models {
        hands.next.push(Intent::Model(ModelChoice::Folder(folder)));
    }
    let (folders, paths): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.is_dir());
    if !folders.is_empty() {
        hands
            .files
            .make(move || files::expand(folders, false), hands.waker());
    }
    let mut first = None;
    for path in paths {
        let known = state
            .entries
            .iter()
            .find(|e| e.path == path && e.failure.is_none());
        let id = match known {
            Some(entry) => entry.id,
            None => add(state, hands, path),
        };
        first.get_or_insert(id);
    }
    if first.is_some() {
        select(state, hands, first);
    }
}

fn add(state: &mut AppState, hands: &mut Hands<'_>, path: PathBuf) -> EntryId {
    let id = EntryId(state.fresh_id());
    let mut entry = Entry::new(id, path);
    entry.task = state.mode().task();
    state.entries.push(entry);
    errands::submit(state, &mut **hands.engine, id, Errand::Open);
    id
}

pub(super) fn retry(state: &mut AppState, hands: &mut Hands<'_>, id: EntryId) {
    let Some(entry) = state.entry_by_id(id) else {
        return;
    };
    entry.failure = None;
    if entry.clip.is_some() {
        errands::analyse(state, &mut **hands.engine, id);
    } else {
        errands::submit(state, &mut **hands.engine, id, Errand::Open);
    }
}

/// The file is found elsewhere: others of its folder that are missing are looked for there too.
pub(super) fn moved(state: &mut AppState, hands: &mut Hands<'_>, id: EntryId, path: PathBuf) {
    let Some(entry) = state.entry_by_id(id) else {
        return;
    };
    let old_folder = entry.path.parent().map(PathBuf::from);
    let new_folder = path.parent().map(PathBuf::from);
    let mut found = vec![(id, path)];
    if let (Some(old), Some(new)) = (old_folder, new_folder) {
        let lost = state
            .entries
            .iter()
            .filter(|e| e.id != id && e.is_missing() && e.path.parent() == Some(old.as_path()));
        let there = lost.filter_map(|e| Some((e.id, new.join(e.path.file_name()?))));
        found.extend(there.filter(|(_, path)| path.is_file()));
    }
    for (id, path) in found {
        if let Some(entry) = state.entry_by_id(id) {
            entry.path = path;
        }
        retry(state, hands, id);
    }
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
    let at = state.entry().map_or(Time::ZERO, |entry| entry.time);
    hands
        .engine
        .set_foreground(clip.as_ref().map(|clip| clip.id));
    hands.player.load(clip, at);
}

pub(super) fn close(state: &mut AppState, hands: &mut Hands<'_>, id: EntryId) {
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
    state.full_picture &= !state.entries.is_empty();
}

pub(super) fn cancel_jobs(state: &AppState, hands: &mut Hands<'_>) {
    if let Some(entry) = state.entry() {
        entry
            .jobs
            .iter()
            .for_each(|(job, _)| hands.engine.cancel(*job));
    }
}

pub(super) fn neighbour(state: &mut AppState, hands: &mut Hands<'_>, next: bool) {
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
