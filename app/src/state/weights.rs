//! Weights of the full-size backbones: what the window knows of them.

use std::path::PathBuf;
use std::sync::Arc;

use mettle_core::base::Problem;
use mettle_core::engine::{JobId, WeightsTask};
use mettle_core::hub::ModelLine;
use mettle_core::model::Verdict;

/// What the window knows of weights.
#[derive(Clone, Debug, Default)]
pub struct WeightsView {
    /// Every model, once looked for.
    pub lines: Arc<Vec<ModelLine>>,
    /// Where downloads go.
    pub home: PathBuf,
    /// What is under way.
    pub jobs: Vec<(JobId, WeightsTask)>,
    /// What the last check found of each file.
    pub verdicts: Vec<Verdict>,
    /// Why the last download of a model failed.
    pub failures: Vec<(String, Problem)>,
}

impl WeightsView {
    /// The download of a model that is under way.
    pub fn pull_of(&self, key: &str) -> Option<JobId> {
        let of =
            |task: &WeightsTask| matches!(task, WeightsTask::Pull { model, .. } if model == key);
        self.jobs
            .iter()
            .find(|(_, task)| of(task))
            .map(|(job, _)| *job)
    }

    /// The check that is under way.
    pub fn check(&self) -> Option<JobId> {
        let check = self
            .jobs
            .iter()
            .find(|(_, task)| *task == WeightsTask::Verify);
        check.map(|(job, _)| *job)
    }
}
