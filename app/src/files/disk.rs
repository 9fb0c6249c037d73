//! Looking at the disk on threads: the window never waits for a slow folder. Every question is answered, in its own time.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::parts::{answers_of, holds_parts, known_in};
use super::plan::ToPlan;
use super::{clips_in, is_model};
use crate::answering::Answering;
use crate::state::{Known, PathKind, Planned, RowId, file_name};
use mettle_core::base::Problem;
use mettle_core::exchange::marks::may_hold_marks;
use mettle_core::predict::Prediction;
use mettle_core::project::{Store, StoreError};

/// What was found.
#[derive(Clone, Debug)]
pub enum Found {
    /// What was to be opened, folders looked into.
    ToOpen {
        /// Files, in the order named; those of a folder by name.
        clips: Vec<PathBuf>,
        /// Folders that hold a model.
        models: Vec<PathBuf>,
        /// Clips of which results were computed elsewhere.
        known: Vec<Known>,
        /// Files that say something of a clip.
        marks: Vec<PathBuf>,
        /// What could not be looked into.
        problems: Vec<Problem>,
    },
    /// What taking a file in would do, by the number of the question.
    Planned(u64, Planned),
    /// What results computed elsewhere say of a row.
    Scores(RowId, Result<Vec<Prediction>, Problem>),
    /// A project that can be opened, or why it cannot.
    Project(Result<PathBuf, Problem>),
    /// What a path is.
    Kind(PathBuf, PathKind),
    /// Whether a row's file is gone.
    Gone(RowId, bool),
    /// Rows whose files were found in another folder.
    Moved(Vec<(RowId, PathBuf)>),
}

/// Looks, and answers.
pub struct Disk(Answering<Found>);

impl Disk {
    /// `wake` is called for each answer.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Answering::new(wake))
    }

    /// The next answer, if one has come.
    pub fn poll(&self) -> Option<Found> {
        self.0.poll()
    }

    /// Find out what these are, to open them.
    pub fn open(&self, paths: Vec<PathBuf>) {
        self.look(move || sorted_out(paths));
    }

    /// Make a file, to open it.
    pub fn make(&self, make: impl FnOnce() -> Result<PathBuf, Problem> + Send + 'static) {
        self.look(move || match make() {
            Ok(path) => sorted_out(vec![path]),
            Err(problem) => Found::ToOpen {
                clips: Vec::new(),
                models: Vec::new(),
                known: Vec::new(),
                marks: Vec::new(),
                problems: vec![problem],
            },
        });
    }

    /// Find out whether a project can be opened; a new one is made.
    pub fn project(&self, path: PathBuf, new: bool) {
        self.look(move || {
            let found = match (new, path.exists()) {
                (true, true) => Err(StoreError::There { path: path.clone() }),
                (false, false) => Err(StoreError::Missing { path: path.clone() }),
                _ => Store::open(&path).map(|_| ()),
            };
            let title = format!("Could not open {}", file_name(&path));
            let problem = |error: StoreError| Problem::error(title, format!("{error}."));
            Found::Project(found.map_err(problem).map(|()| path))
        });
    }

    /// Find out what a path is.
    pub fn kind(&self, path: PathBuf) {
        self.look(move || {
            let kind = kind_of(&path);
            Found::Kind(path, kind)
        });
    }

    /// Find out what taking a file in would do.
    pub fn plan(&self, wanted: ToPlan) {
        self.look(move || Found::Planned(wanted.asked, wanted.planned()));
    }

    /// Read what results computed elsewhere say of a row.
    pub fn read_scores(&self, id: RowId, known: Arc<Known>) {
        self.look(move || Found::Scores(id, answers_of(&known)));
    }

    /// Find out whether a row's file is gone.
    pub fn look_for(&self, id: RowId, path: PathBuf) {
        self.look(move || Found::Gone(id, !path.exists()));
    }

    /// Of rows whose files are gone: which are where we say now. The first is believed.
    pub fn look_for_moved(&self, rows: Vec<(RowId, PathBuf)>) {
        self.look(move || {
            let mut rows = rows;
            let mut first = true;
            rows.retain(|(_, path)| std::mem::take(&mut first) || path.is_file());
            Found::Moved(rows)
        });
    }

    fn look(&self, look: impl FnOnce() -> Found + Send + 'static) {
        self.0.ask("disk", look);
    }
}

fn kind_of(path: &Path) -> PathKind {
    match (is_model(path), path.is_dir(), path.exists()) {
        (true, _, _) => PathKind::Model,
        (_, true, _) => PathKind::Folder,
        (_, _, true) if may_hold_marks(path) => PathKind::Marks,
        (_, _, true) => PathKind::File,
        _ => PathKind::Missing,
    }
}

fn sorted_out(paths: Vec<PathBuf>) -> Found {
    let (mut clips, mut models, mut problems) = (Vec::new(), Vec::new(), Vec::new());
    let (mut known, mut marks) = (Vec::new(), Vec::new());
    for path in paths {
        match kind_of(&path) {
            PathKind::Model => models.push(path),
            PathKind::Marks => marks.push(path),
            PathKind::Folder if holds_parts(&path) => {
                let (found, wrong) = known_in(&path);
                known.extend(found);
                problems.extend(wrong);
            }
            PathKind::Folder => match clips_in(&path, false) {
                Ok(found) => clips.extend(found),
                Err(problem) => problems.push(problem),
            },
            // One that is not there is listed too, and can be located there.
            PathKind::File | PathKind::Missing => clips.push(path),
        }
    }
    Found::ToOpen {
        clips,
        models,
        known,
        marks,
        problems,
    }
}
