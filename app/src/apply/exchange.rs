//! Exporting, and taking in what other programs say.

use std::path::PathBuf;
use std::sync::Arc;

use mettle_core::base::Problem;
use mettle_core::exchange::ExportFormat;
use mettle_core::exchange::marks::Media;

use super::{Context, dialogs, edits};
use crate::files::ToPlan;
use crate::intent::ExchangeIntent;
use crate::replies;
use crate::state::{
    AppState, Dialog, ExportForm, ExportScope, ExportWish, ImportForm, ImportView, Wanted,
    file_name, typed_path,
};

/// Carry out a wish about them.
pub(super) fn apply(state: &mut AppState, context: &mut Context<'_>, intent: ExchangeIntent) {
    match intent {
        ExchangeIntent::Form(form) => choose(state, form),
        ExchangeIntent::Browse => context.files.ask(Wanted::Export, context.waker()),
        ExchangeIntent::Write { replace } => {
            state.settings.export.scope = state.export.form.scope;
            state.export.wish = Some(ExportWish::Write(replace));
        }
        ExchangeIntent::Stop => {
            state.export.wish = None;
            if let Some(run) = state.export.run {
                context.engine.cancel(run.job);
            }
        }
        ExchangeIntent::Read(file) => read(state, context, file),
        ExchangeIntent::ImportForm(form) => {
            state.import.form = form;
            ask_plan(state, context);
        }
        ExchangeIntent::TakeIn => take_in(state, context),
    }
}

/// Show the dialog, as it was used last; of the marked clips where there are some.
pub(super) fn open(state: &mut AppState, context: &Context<'_>) {
    let scope = match any_marked(state) {
        true => ExportScope::Marked,
        false => ExportScope::Shown,
    };
    open_for(state, context, scope);
}

fn any_marked(state: &AppState) -> bool {
    state.library.rows().iter().any(|row| row.marked)
}

fn open_for(state: &mut AppState, context: &Context<'_>, scope: ExportScope) {
    let kept = &state.settings.export;
    let folder = kept.folder.clone().or_else(|| usual_folder(state));
    let form = ExportForm {
        scope,
        what: kept.what(),
        format: ExportFormat::named(&kept.format).unwrap_or(ExportForm::default().format),
        folder: folder.map_or_else(String::new, |folder| folder.display().to_string()),
    };
    choose(state, form);
    dialogs::show(state, context, Dialog::Export);
}

/// Write the same as last at once: of this clip, of those that are marked now, or of all that the list shows now.
pub(super) fn again(state: &mut AppState, context: &Context<'_>) {
    let last = &state.settings.export;
    let (known, scope) = (last.folder.is_some(), last.scope);
    // Where nothing is marked any more, it is shown what would be written.
    let there = scope != ExportScope::Marked || any_marked(state);
    if known && there {
        open_for(state, context, scope);
        state.export.wish = Some(ExportWish::Write(false));
    } else {
        open(state, context);
    }
}

fn usual_folder(state: &AppState) -> Option<PathBuf> {
    let row = state.library.selected_row()?;
    let folder = row.path.parent()?.join("exported");
    // Shown whole, so that nobody has to know where the program was started.
    Some(std::path::absolute(&folder).unwrap_or(folder))
}

fn choose(state: &mut AppState, form: ExportForm) {
    state
        .settings
        .export
        .remember(&form, typed_path(&form.folder));
    state.export.form = form;
    state.export.preview = None;
    if !state.export.is_writing() {
        state.export.done.clear();
        state.export.failure = None;
        state.export.wish = Some(ExportWish::Preview);
    }
}

/// Find out what taking a file in would do to the clip on screen.
pub(super) fn read(state: &mut AppState, context: &mut Context<'_>, file: PathBuf) {
    let row = state.library.selected_row();
    let Some(row) = row.filter(|row| row.clip.is_some()) else {
        let title = format!("{} is about a clip", file_name(&file));
        let note = Problem::note(title, "Open that clip first, then take the file in.");
        return replies::tell(state, note, context.now());
    };
    state.import = ImportView {
        row: Some(row.id),
        form: ImportForm::default(),
        asked: state.import.asked,
        file,
        ..ImportView::default()
    };
    dialogs::show(state, context, Dialog::Import);
    ask_plan(state, context);
}

fn ask_plan(state: &mut AppState, context: &Context<'_>) {
    let import = &state.import;
    let row = import.row.and_then(|id| state.library.row(id));
    let Some((row, clip)) = row.and_then(|row| Some((row, row.clip.as_ref()?))) else {
        return;
    };
    let said = Arc::new(row.corrected.shown().clone());
    let asked = import.asked + 1;
    context.disk.plan(ToPlan {
        asked,
        file: import.file.clone(),
        media: Media::from(&**clip),
        said: said.clone(),
        classes: state.library.classes.clone(),
        model: state.model.clone(),
        replace: import.form.replace,
        with_model: import.form.with_model,
    });
    let import = &mut state.import;
    (import.asked, import.against, import.plan) = (asked, Some(said), None);
}

/// What taking the file in would do is known.
pub(super) fn planned(
    state: &mut AppState,
    context: &mut Context<'_>,
    asked: u64,
    plan: crate::state::Planned,
) {
    if state.import.asked != asked {
        return;
    }
    state.import.plan = Some(plan);
    if std::mem::take(&mut state.import.due) {
        take_in(state, context);
    }
}

/// New classes first, then all that is said, as one edit. Where something was said meanwhile, the plan is made anew.
fn take_in(state: &mut AppState, context: &mut Context<'_>) {
    let import = &state.import;
    let (Some(id), Some(Ok(plan))) = (import.row, &import.plan) else {
        return;
    };
    let plan = Arc::clone(plan);
    let row = state.library.row(id);
    let now = row.map(|row| row.corrected.shown());
    if now != import.against.as_deref() {
        state.import.due = true;
        return ask_plan(state, context);
    }
    let (summary, file) = (plan.summary(import.form.replace), file_name(&import.file));
    if edits::take_in(state, context, id, &plan) {
        dialogs::show(state, context, Dialog::None);
        let advice = format!("{summary}. Undo takes it back.");
        edits::note(state, context.now(), format!("Taken in: {file}"), &advice);
    }
}
