//! The clip list: opening, choosing, closing, and files that have moved.

use std::path::PathBuf;
use std::sync::Arc;

use mettle_core::base::{Problem, Time};
use mettle_core::engine::ModelChoice;
use mettle_core::model::ModelInfo;

use super::{Context, edits, exchange, projects};
use crate::files::{Found, Picked};
use crate::intent::{ClipIntent, EngineIntent, ExchangeIntent, ProjectIntent};
use crate::replies;
use crate::requests;
use crate::state::{AppState, Dialog, ExportForm, Known, RowId, Wanted, typed_path};

/// Carry out a wish about the list.
pub(super) fn apply(state: &mut AppState, context: &mut Context<'_>, intent: ClipIntent) {
    match intent {
        ClipIntent::Open(paths) => context.disk.open(paths),
        ClipIntent::Select(id) => select(state, context, Some(id)),
        ClipIntent::Close(id) => close(state, context, id),
        ClipIntent::Retry(id) => retry(state, context, id),
        ClipIntent::Locate(id) => context.files.ask(Wanted::Moved(id), context.waker()),
        ClipIntent::Moved(id, path) => moved(state, context, id, path),
        ClipIntent::Search(text) => state.library.set_search(text),
        ClipIntent::List(only, order) => state.library.set_listing(only, order),
        ClipIntent::OfClass(class) => state.library.set_class(class),
        ClipIntent::InView(rows) => state.library.set_in_view(rows),
        ClipIntent::Mark(id, on) => mark(state, id, on),
    }
}

/// What the file dialog answered.
pub fn picked(state: &mut AppState, context: &mut Context<'_>, picked: Picked) {
    match picked {
        Picked::Paths(Wanted::Clips | Wanted::Folder, paths) => {
            context.next.push(ClipIntent::Open(paths));
        }
        Picked::Paths(Wanted::Model, folders) => folders.into_iter().for_each(|folder| {
            context
                .next
                .push(EngineIntent::Model(ModelChoice::Folder(folder)));
        }),
        Picked::Paths(Wanted::Moved(id), files) => files.into_iter().for_each(|file| {
            context.next.push(ClipIntent::Moved(id, file));
        }),
        Picked::Paths(Wanted::Export, folders) => {
            if let (Some(folder), Dialog::Export) = (folders.first(), &state.dialog) {
                let folder = folder.display().to_string();
                let form = state.export.form.clone();
                context
                    .next
                    .push(ExchangeIntent::Form(ExportForm { folder, ..form }));
            }
        }
        Picked::Paths(Wanted::Import, files) => files.into_iter().take(1).for_each(|file| {
            context.next.push(ExchangeIntent::Read(file));
        }),
        Picked::Paths(wanted @ (Wanted::NewProject | Wanted::Project | Wanted::Copy), files) => {
            for file in files.into_iter().take(1) {
                context.next.push(match wanted {
                    Wanted::NewProject => ProjectIntent::New(file),
                    Wanted::Copy => ProjectIntent::Copy(file),
                    _ => ProjectIntent::Open(file),
                });
            }
        }
        // Its field is there to be typed into.
        Picked::NoService(Wanted::Export) => {}
        Picked::NoService(wanted) => ask_path(state, context, wanted, true),
        Picked::Nothing => {}
    }
}

/// What was found on the disk.
pub fn found(state: &mut AppState, context: &mut Context<'_>, found: Found, now: f64) {
    match found {
        Found::ToOpen {
            clips,
            models,
            known,
            marks,
            problems,
        } => {
            for folder in models {
                let choice = ModelChoice::Folder(folder);
                context.next.push(EngineIntent::Model(choice));
            }
            for problem in problems {
                replies::tell(state, problem, now);
            }
            if let Some(file) = marks.into_iter().next() {
                exchange::read(state, context, file);
            }
            list(state, context, clips);
            list_known(state, context, known, now);
        }
        Found::Scores(id, Ok(predictions)) => replies::answered_elsewhere(state, id, predictions),
        Found::Scores(id, Err(problem)) => {
            replies::tell(state, problem, now);
            // What cannot be read is computed.
            requests::analyse(state, id);
        }
        Found::Project(Ok(file)) => projects::open(state, file),
        Found::Project(Err(problem)) => replies::tell(state, problem, now),
        Found::Planned(asked, plan) => exchange::planned(state, context, asked, plan),
        Found::Kind(path, kind) => {
            if let Dialog::Path { typed, is, .. } = &mut state.dialog
                && typed_path(typed).as_ref() == Some(&path)
            {
                *is = Some(kind);
            }
            state.drops.found(&path, kind);
        }
        Found::Gone(id, gone) => {
            if let Some(row) = state.library.row_mut(id) {
                row.file_gone = gone && row.clip.is_none();
            }
        }
        Found::Moved(rows) => {
            for (id, path) in rows {
                if let Some(row) = state.library.row_mut(id) {
                    row.path = path;
                }
                retry(state, context, id);
            }
        }
    }
}

/// Ask for a path in the window.
pub(super) fn ask_path(
    state: &mut AppState,
    context: &Context<'_>,
    wanted: Wanted,
    no_service: bool,
) {
    let dialog = Dialog::Path {
        wanted,
        typed: String::new(),
        no_service,
        is: None,
    };
    super::dialogs::show(state, context, dialog);
}

pub(super) fn open_sample(state: &AppState, context: &Context<'_>) {
    let Some(make) = state.sample else { return };
    context.disk.make(move || {
        let advice = "Is the disk full, or read-only? Opening a clip of yours needs neither.";
        let problem = Problem::error("Could not make the sample clip", advice);
        make().map_err(|detail| problem.with_detail(detail))
    });
}

/// Files become rows, by name only; the first of them comes on screen.
fn list(state: &mut AppState, context: &mut Context<'_>, clips: Vec<PathBuf>) {
    let next = &mut state.next_id;
    let ids = state.library.add(clips, || {
        *next += 1;
        *next
    });
    if let Some(first) = ids.first() {
        select(state, context, Some(*first));
    }
    // Whoever opens a file once more that failed may have mended it.
    for id in ids {
        let row = state.library.row(id);
        if row.is_some_and(|row| row.failure.is_some()) {
            retry(state, context, id);
        }
    }
}

/// Clips of which results are known; the first of them comes on screen. Another model's results are listed, and its scores wait
/// until it is chosen.
fn list_known(state: &mut AppState, context: &mut Context<'_>, known: Vec<Known>, now: f64) {
    let Some(part) = known.first().map(|known| Arc::clone(&known.part)) else {
        return;
    };
    let asked = &part.manifest.asked;
    let other = |model: &ModelInfo| {
        !asked
            .heads
            .iter()
            .all(|head| model.tasks.iter().any(|info| info.head == head.head))
    };
    if let Some(model) = state.model.as_ref().filter(|model| other(model)) {
        let title = format!("These results are of the model {}", asked.model);
        let advice = format!(
            "Clips that you open are analysed by {}. Choose the other model to see its scores.",
            model.name
        );
        replies::tell(state, Problem::note(title, advice), now);
    }
    let next = &mut state.next_id;
    let ids = state.library.add_known(known, || {
        *next += 1;
        *next
    });
    if let Some(first) = ids.first() {
        select(state, context, Some(*first));
    }
}

pub(super) fn retry(state: &mut AppState, context: &mut Context<'_>, id: RowId) {
    let Some(row) = state.library.row_mut(id) else {
        return;
    };
    row.failure = None;
    row.file_gone = false;
    if row.clip.is_some() {
        requests::analyse(state, id);
    } else {
        state.library.to_open.push_front(id);
    }
    requests::want_shown(state, &mut **context.engine);
}

/// The file is found elsewhere: others of its folder that are missing are looked for there too.
fn moved(state: &AppState, context: &Context<'_>, id: RowId, path: PathBuf) {
    let Some(row) = state.library.row(id) else {
        return;
    };
    let old_folder = row.path.parent().map(PathBuf::from);
    let new_folder = path.parent().map(PathBuf::from);
    let mut found = vec![(id, path)];
    if let (Some(old), Some(new)) = (old_folder, new_folder) {
        let rows = state.library.rows().iter();
        let lost =
            rows.filter(|r| r.id != id && r.is_missing() && r.path.parent() == Some(old.as_path()));
        found.extend(lost.filter_map(|r| Some((r.id, new.join(r.path.file_name()?)))));
    }
    context.disk.look_for_moved(found);
}

/// Put a clip on screen. A movement of the hand over the one before ends with it.
pub fn select(state: &mut AppState, context: &mut Context<'_>, id: Option<RowId>) {
    if state.library.selected == id && id.is_some() {
        return;
    }
    let time = context.player.time();
    if let Some(old) = state.library.selected_mut() {
        old.view.time = time;
        let old = old.id;
        requests::leave(state, &mut **context.engine, old);
    }
    state.library.select(id);
    show_selected(state, context);
}

/// Give the player and the engine the clip on screen.
pub fn show_selected(state: &mut AppState, context: &mut Context<'_>) {
    state.ongoing.end();
    state.hover = None;
    let row = state.library.selected_row();
    let clip = row.and_then(|row| row.clip.clone());
    let at = row.map_or(Time::ZERO, |row| row.view.time);
    if let Some(clip) = &clip {
        state.settings.remember(&clip.path);
    }
    context
        .engine
        .set_foreground(clip.as_ref().map(|clip| clip.id));
    context.player.load(clip, at);
    replies::refresh(state);
}

pub(super) fn close(state: &mut AppState, context: &mut Context<'_>, id: RowId) {
    // What a hand holds of it is not lost with the row.
    edits::let_go(state, context);
    let was_shown = state.library.selected == Some(id);
    let of_row: Vec<_> = state.jobs.of_row(id).map(|known| known.job).collect();
    for job in of_row {
        context.engine.cancel(job);
        state.jobs.remove(job);
    }
    let corrected = state.library.row(id).map(|row| row.corrected.shown());
    let taught =
        corrected.is_some_and(|said| !said.statements.is_empty() || !said.masks.is_empty());
    let beside = state.library.remove(id);
    if taught {
        // What is said of it is now the project's alone.
        context.project.corrected();
    }
    if was_shown {
        state.library.select(beside);
        show_selected(state, context);
    }
    state.full_picture &= !state.library.is_empty();
}

/// Take the clip on screen off the list.
pub(super) fn close_shown(state: &mut AppState, context: &mut Context<'_>) {
    if let Some(id) = state.library.selected {
        close(state, context, id);
    }
}

/// Mark a clip, or take the mark off.
fn mark(state: &mut AppState, id: RowId, on: bool) {
    if let Some(row) = state.library.row_mut(id) {
        row.marked = on;
    }
}

/// The same of the one on screen.
pub(super) fn mark_shown(state: &mut AppState) {
    if let Some(row) = state.library.selected_mut() {
        row.marked = !row.marked;
    }
}

pub(super) fn cancel_jobs(state: &AppState, context: &mut Context<'_>) {
    let of_row = state.library.selected.into_iter();
    let of_row = of_row.flat_map(|id| state.jobs.of_row(id));
    of_row.for_each(|known| context.engine.cancel(known.job));
}

pub(super) fn neighbour(state: &mut AppState, context: &mut Context<'_>, next: bool) {
    let listed = state.library.listed();
    let here = listed
        .iter()
        .position(|id| Some(*id) == state.library.selected);
    let there = match (here, next) {
        (None, _) => 0,
        (Some(here), true) => here + 1,
        (Some(here), false) => here.wrapping_sub(1),
    };
    if let Some(id) = listed.get(there).copied() {
        select(state, context, Some(id));
    }
}
