//! What runs: the engine's board, and for which row each job works.

use mettle_core::engine::{JobId, JobState, JobStatus};

use super::{JobKind, RowId};

/// What runs. Few at a time, however many clips are listed.
#[derive(Debug, Default)]
pub struct Jobs {
    /// The engine's board.
    pub board: Vec<JobStatus>,
    running: Vec<Running>,
    /// The job whose end the user waits for.
    pub awaited: Option<JobId>,
}

/// A job that works for a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Running {
    /// The engine's number for it.
    pub job: JobId,
    /// For whom.
    pub row: RowId,
    /// What it does.
    pub kind: JobKind,
    /// When it began to run, in egui's time.
    pub began: Option<f64>,
}

impl Jobs {
    /// A job was handed in for a row.
    pub fn add(&mut self, job: JobId, row: RowId, kind: JobKind) {
        self.running.push(Running {
            job,
            row,
            kind,
            began: None,
        });
    }

    /// A job has ended; gives what it was.
    pub fn remove(&mut self, job: JobId) -> Option<Running> {
        let place = self.running.iter().position(|known| known.job == job)?;
        Some(self.running.remove(place))
    }

    /// Every job of a row.
    pub fn of_row(&self, row: RowId) -> impl Iterator<Item = &Running> {
        self.running.iter().filter(move |known| known.row == row)
    }

    /// Every job of any row.
    pub fn all(&self) -> &[Running] {
        &self.running
    }

    /// The job that does this for a row, if it runs.
    pub fn job(&self, row: RowId, kind: JobKind) -> Option<JobId> {
        let mut of_row = self.of_row(row);
        of_row
            .find(|known| known.kind == kind)
            .map(|known| known.job)
    }

    /// Another window has another clock: how long a job runs is not known any more.
    pub fn restart_clock(&mut self) {
        self.running.iter_mut().for_each(|known| known.began = None);
    }

    /// Every job, forgotten here.
    pub fn take(&mut self) -> Vec<Running> {
        std::mem::take(&mut self.running)
    }

    /// What a job does.
    pub fn get(&self, job: JobId) -> Option<Running> {
        self.running.iter().find(|known| known.job == job).copied()
    }

    /// Its line on the board.
    pub fn status(&self, job: JobId) -> Option<&JobStatus> {
        self.board.iter().find(|status| status.id == job)
    }

    /// A look at the board: jobs that have begun since the last one began now.
    pub fn look(&mut self, board: Vec<JobStatus>, now: f64) {
        self.board = board;
        for known in &mut self.running {
            let running =
                |status: &JobStatus| status.id == known.job && status.state == JobState::Running;
            if known.began.is_none() && self.board.iter().any(running) {
                known.began = Some(now);
            }
        }
    }
}
