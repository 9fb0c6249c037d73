//! Asking the engine to export, once everything said is on the disk: what is kept is what is exported.

use mettle_core::engine::{JobSpec, Outcome};
use mettle_core::exchange::Exported;

use crate::link::EngineLink;
use crate::state::{AppState, Dialog, ExportRun, ExportWish};

/// Ask for what is wished, if it can be now.
pub fn want_export(state: &mut AppState, engine: &mut dyn EngineLink) {
    let look = state.export.run.filter(|run| !run.writes);
    if let Some(run) = look.filter(|_| state.dialog != Dialog::Export) {
        // The dialog was closed: nobody waits for the look any more.
        engine.cancel(run.job);
        state.export.run = None;
    }
    let Some(wish) = state.export.wish else {
        return;
    };
    if state.project.waiting || state.project.held.is_some() {
        return;
    }
    if let Some(run) = state.export.run {
        if run.writes {
            return;
        }
        // A look that nobody waits for any more.
        engine.cancel(run.job);
    }
    state.export.wish = None;
    let unseen = wish == ExportWish::Preview && state.dialog != Dialog::Export;
    let Some(spec) = state.export_spec(wish).filter(|_| !unseen) else {
        return;
    };
    let (writes, clips) = (spec.writes, spec.clips.len());
    if writes {
        let looked = state.export.preview.as_ref().map(|clip| &clip.outcome);
        let stood = matches!(looked, Some(Outcome::Done(Exported { stands: true, .. })));
        state.export.stood = stood && wish == ExportWish::Write(false);
        state.export.done.clear();
        (state.export.preview, state.export.failure) = (None, None);
    }
    let job = engine.submit(JobSpec::Export(Box::new(spec)));
    state.export.run = Some(ExportRun { job, writes, clips });
}
