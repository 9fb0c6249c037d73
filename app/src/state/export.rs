//! Exporting: what is to be written of which clips, what would be kept of it, and what became of each.

use std::path::PathBuf;

use mettle_core::base::Problem;
use mettle_core::engine::{Export, ExportedClip, JobId, Outcome};
use mettle_core::exchange::ExportFormat;
use mettle_core::exchange::marks::{MarkFormat, What};
use serde::{Deserialize, Serialize};

use super::{AppState, Row, typed_path};

/// Which clips.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportScope {
    /// The one on screen.
    #[default]
    Shown,
    /// Those that are marked.
    Marked,
    /// Those that the list shows.
    Listed,
}

/// What is to be exported, as it is typed and chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportForm {
    /// Which clips.
    pub scope: ExportScope,
    /// Whose word.
    pub what: What,
    /// As what.
    pub format: ExportFormat,
    /// The folder to write into, as typed.
    pub folder: String,
}

impl Default for ExportForm {
    fn default() -> Self {
        Self {
            scope: ExportScope::default(),
            what: What::default(),
            format: ExportFormat::Marks(MarkFormat::Eaf),
            folder: String::new(),
        }
    }
}

/// What the engine is to do once everything said is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportWish {
    /// Say what would be kept of the first clip.
    Preview,
    /// Write them all; whether files with another content give way.
    Write(bool),
}

/// What was asked of the engine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExportRun {
    /// Its number.
    pub job: JobId,
    /// Whether it writes.
    pub writes: bool,
    /// Of how many clips.
    pub clips: usize,
}

/// How exporting stands.
#[derive(Clone, Debug, Default)]
pub struct ExportView {
    /// What is chosen.
    pub form: ExportForm,
    /// What is to be asked.
    pub wish: Option<ExportWish>,
    /// What was asked.
    pub run: Option<ExportRun>,
    /// What would become of the first clip.
    pub preview: Option<ExportedClip>,
    /// Whether something else was there under its name when the last run began.
    pub stood: bool,
    /// What became of the clips of the last run.
    pub done: Vec<ExportedClip>,
    /// Why the last run could not go on.
    pub failure: Option<Problem>,
}

impl ExportView {
    /// A clip was dealt with.
    pub fn file(&mut self, job: JobId, clip: ExportedClip) {
        match self.run.filter(|run| run.job == job) {
            Some(run) if run.writes => self.done.push(clip),
            Some(_) => self.preview = Some(clip),
            None => {}
        }
    }

    /// How many of the last run were written, how many files stay, and how many clips failed.
    pub fn counts(&self) -> [usize; 3] {
        let mut counts = [0; 3];
        for clip in &self.done {
            let kind = match clip.outcome {
                Outcome::Done(_) => 0,
                Outcome::Stays(_) => 1,
                Outcome::Failed(_) => 2,
            };
            counts[kind] += 1;
        }
        counts
    }

    /// `3 written, 1 stays as it is`.
    pub fn summary(&self) -> String {
        let [written, stay, failed] = self.counts();
        let stays = match stay {
            1 => "there with another content, left as it is",
            _ => "there with another content, left as they are",
        };
        let parts = [
            (written, "written and read back"),
            (stay, stays),
            (failed, "failed"),
        ];
        let parts = parts.into_iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = parts
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        parts.join(", ")
    }

    /// Whether files are being written.
    pub fn is_writing(&self) -> bool {
        self.run.is_some_and(|run| run.writes)
    }
}

impl AppState {
    /// The clips that an export is of.
    pub fn exported_rows(&self, scope: ExportScope) -> Vec<&Row> {
        let library = &self.library;
        let rows = |wanted: &dyn Fn(&Row) -> bool| {
            let rows = library.rows().iter();
            rows.filter(|row| wanted(row) && row.failure.is_none())
                .collect()
        };
        match scope {
            ExportScope::Shown => library.selected_row().into_iter().collect(),
            ExportScope::Marked => rows(&|row| row.marked),
            ExportScope::Listed => {
                let listed = library.listed().iter();
                let listed = listed.filter_map(|id| library.row(*id));
                listed.filter(|row| row.failure.is_none()).collect()
            }
        }
    }

    /// Why nothing can be written now, if so.
    pub fn export_refused(&self) -> Option<&'static str> {
        let form = &self.export.form;
        let asks = self.export_tasks();
        let needed = form.what != What::Corrections || form.format == ExportFormat::Film;
        if self.exported_rows(form.scope).is_empty() {
            return Some("No clip is chosen");
        }
        if needed && asks.is_empty() {
            return Some("The model has no head for what this format holds");
        }
        typed_path(&form.folder)
            .is_none()
            .then_some("Name a folder to write into")
    }

    fn export_tasks(&self) -> Vec<mettle_core::base::Task> {
        let form = &self.export.form;
        form.format.asks(form.what, |task| self.can(task))
    }

    /// What the engine is asked.
    pub fn export_spec(&self, wish: ExportWish) -> Option<Export> {
        if self.export_refused().is_some() {
            return None;
        }
        let form = &self.export.form;
        let rows = self.exported_rows(form.scope).into_iter();
        let mut clips: Vec<PathBuf> = rows.map(|row| row.path.clone()).collect();
        let writes = wish != ExportWish::Preview;
        if !writes {
            clips.truncate(1);
        }
        let heads = self.export_tasks().into_iter();
        Some(Export {
            clips,
            project: self.project.file.clone(),
            what: form.what,
            format: form.format,
            model: self.model_choice.clone(),
            heads: heads.map(|task| (task, self.which_head(task))).collect(),
            thresholds: self.settings.thresholds(&Default::default()),
            calibrated: self.settings.calibrated,
            out: typed_path(&form.folder)?,
            replace: wish == ExportWish::Write(true),
            writes,
        })
    }
}
