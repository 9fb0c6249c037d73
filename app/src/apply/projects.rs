//! Which project is open: another one is opened in the running window once everything of this one is on the disk.

use std::path::PathBuf;

use mettle_core::base::Problem;
use mettle_core::project::ClipFacts;

use super::{Context, dialogs, edits};
use crate::intent::ProjectIntent;
use crate::project_desk::ProjectDesk;
use crate::replies;
use crate::state::{
    AppState, Corrected, Dialog, ExportView, ImportView, ProjectView, RowId, Wanted,
};

/// Carry out a wish about it.
pub(super) fn apply(state: &mut AppState, context: &mut Context<'_>, intent: ProjectIntent) {
    if state.dialog == Dialog::Projects {
        dialogs::show(state, context, Dialog::None);
    }
    match intent {
        ProjectIntent::New(file) => context.disk.project(file, true),
        ProjectIntent::Open(file) => context.disk.project(file, false),
        ProjectIntent::Choose => context.files.ask(Wanted::Project, context.waker()),
        ProjectIntent::Usual => {
            if let Some(usual) = state.project.usual.clone() {
                open(state, usual);
            }
        }
        ProjectIntent::Copy(file) => context.project.copy(file),
    }
}

/// A project that can be opened is, as soon as nothing of this one is on its way any more.
pub(super) fn open(state: &mut AppState, file: PathBuf) {
    if state.project.file.as_ref() != Some(&file) {
        state.project.next = Some(file);
    }
}

/// The project to begin with: the one that was open last, if it is still there, else the usual one.
pub fn project_to_open(state: &mut AppState) -> Option<PathBuf> {
    let last = state.settings.project.clone();
    match last {
        Some(last) if last.exists() => Some(last),
        Some(gone) => {
            let title = format!("The project {} is not there", gone.display());
            let advice = "The usual project is open. Open the other one from where it lies now.";
            replies::tell(state, Problem::warning(title, advice), 0.0);
            state.settings.project = None;
            state.project.usual.clone()
        }
        None => state.project.usual.clone(),
    }
}

/// Open the project that is to be opened next, once everything asked of this one is answered.
pub fn switch(state: &mut AppState, context: &mut Context<'_>) {
    if state.project.next.is_none() {
        return;
    }
    edits::let_go(state, context);
    if context.project.is_waiting() {
        return;
    }
    let Some(file) = state.project.next.take() else {
        return;
    };
    let desk = match ProjectDesk::start(Some(file.clone()), context.waker()) {
        Ok(desk) => desk,
        Err(why) => {
            let problem = Problem::error("Could not open the project", why);
            return replies::tell(state, problem, context.now());
        }
    };
    let old = std::mem::replace(context.project, desk);
    // Its thread may be looking at the disk: it is waited for elsewhere.
    let thread = std::thread::Builder::new().name("project's end".into());
    if let Err(error) = thread.spawn(move || drop(old)) {
        log::warn!("no thread to close the project: {error}");
    }
    let usual = state.project.usual.take();
    let remembered = (usual.as_ref() != Some(&file)).then(|| file.clone());
    state.settings.remember_project(remembered);
    state.project = ProjectView {
        file: Some(file),
        usual,
        ..ProjectView::default()
    };
    state.import = ImportView::default();
    state.export = ExportView {
        run: state.export.run.take(),
        ..ExportView::default()
    };
    // Nothing that was said in the old one is learned any more.
    state.training.project = None;
    state.training.read += 1;
    state.training.missing.clear();
    state.training.held_out.clear();
    read_again(state, context);
    let title = format!("Project: {}", state.project.name());
    edits::note(
        state,
        context.now(),
        title,
        "Its corrections are shown now.",
    );
}

/// What is said of every clip is the new project's.
fn read_again(state: &mut AppState, context: &Context<'_>) {
    replies::classes_changed(state);
    let rows: Vec<RowId> = state.library.rows().iter().map(|row| row.id).collect();
    for id in rows {
        let Some(row) = state.library.row_mut(id) else {
            continue;
        };
        row.corrected = Corrected::Unread;
        row.view.chosen = None;
        if let Some(clip) = &row.clip {
            context.project.read(ClipFacts {
                id: clip.id,
                path: clip.path.clone(),
                duration: clip.duration,
            });
        }
    }
    replies::thresholds_moved(state);
}
