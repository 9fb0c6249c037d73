//! The model against the user's word, over the clips in memory.

use std::collections::BTreeMap;
use std::time::SystemTime;

use mettle_core::base::{Label, Task};
use mettle_core::predict::Report;

use super::AppState;

/// What a report is of: it is counted anew when this changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportKey {
    task: Task,
    revision: u64,
    kept: Option<SystemTime>,
    clips: usize,
}

/// The report that was counted last.
#[derive(Clone, Debug, Default)]
pub struct ReportView {
    /// What it is of.
    pub key: Option<ReportKey>,
    /// The counts.
    pub report: Report,
    /// Clips of which something is said and whose scores are not in memory.
    pub missing: usize,
    /// In how many clips of the list each class happens, as is shown.
    pub clips: BTreeMap<Label, usize>,
}

impl AppState {
    /// Count it, unless it was counted for this already.
    pub fn count_report(&mut self) {
        let key = ReportKey {
            task: self.review_task(),
            revision: self.library.revision,
            kept: self.project.kept,
            clips: self.library.open.len(),
        };
        if self.report.key == Some(key) {
            return;
        }
        let mut view = ReportView {
            key: Some(key),
            ..ReportView::default()
        };
        for row in self.library.rows() {
            for label in row.happening.get(&key.task).into_iter().flatten() {
                *view.clips.entry(label.clone()).or_default() += 1;
            }
            let said = row.corrected.shown();
            if said.statements.is_empty() {
                continue;
            }
            let open = self.library.open.get(row.id);
            match open.and_then(|open| open.answers.to(key.task)) {
                Some(answer) => {
                    let thresholds = self.settings.thresholds(&said.mask_thresholds);
                    let prediction = &answer.prediction;
                    view.report.add(prediction, &thresholds, &said.statements);
                }
                None => view.missing += 1,
            }
        }
        self.report = view;
    }
}
