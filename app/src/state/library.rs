//! The clip list: light rows, the few clips that are open, what is listed, and what is still to be done for rows off screen.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use mettle_core::base::{ClipId, Label, LabelId, Task};
use mettle_core::project::Class;

use super::{Answers, JobKind, Known, OpenClip, OpenClips, Row, RowId};

/// Which clips are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Only {
    /// All.
    #[default]
    All,
    /// Those with events.
    Events,
    /// Those that failed.
    Failed,
    /// Those with seconds that nobody looked at.
    Unreviewed,
    /// Those with flagged seconds.
    Flagged,
}

/// In which order clips are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As they were opened.
    #[default]
    Opened,
    /// The most events first.
    Events,
    /// The highest score first.
    Score,
}

/// The clip list.
#[derive(Debug, Default)]
pub struct Library {
    /// In the order opened, which is that of their numbers.
    rows: Vec<Row>,
    changes: u64,
    by_clip: HashMap<ClipId, RowId>,
    /// What is in memory of clips.
    pub open: OpenClips,
    /// The clip on screen.
    pub selected: Option<RowId>,
    search: String,
    only: Only,
    class: Option<Label>,
    order: Order,
    listed: Vec<RowId>,
    /// Which of these are on screen.
    in_view: Range<usize>,
    /// Rows off screen that are to be opened, the next one first.
    pub to_open: VecDeque<RowId>,
    /// Rows off screen that the model is to be asked about.
    pub to_analyse: VecDeque<RowId>,
    /// Rows whose answers are to be read from results computed elsewhere.
    pub to_read: BTreeSet<RowId>,
    /// Counts up whenever a threshold moves: answers of an older revision are brought up to date when they are seen.
    pub revision: u64,
    /// What classes are called in this project, and those that no model knows.
    pub classes: BTreeMap<LabelId, Class>,
    /// The classes that models know, the one in use and those of data sets: what is said may be of another task's classes.
    pub known: BTreeMap<LabelId, Label>,
}

impl Library {
    /// Every row.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Put files at the end of the list; files that are on it already stay where they are. Gives their rows.
    pub fn add(&mut self, paths: Vec<PathBuf>, mut fresh: impl FnMut() -> u64) -> Vec<RowId> {
        let known = self.rows.iter().map(|row| (row.path.clone(), row.id));
        let mut known: HashMap<PathBuf, RowId> = known.collect();
        let mut ids = Vec::with_capacity(paths.len());
        for path in paths {
            let id = *known.entry(path).or_insert_with_key(|path| {
                let id = RowId(fresh());
                self.rows.push(Row::new(id, path.clone()));
                self.to_open.push_back(id);
                id
            });
            ids.push(id);
        }
        self.relist();
        ids
    }

    /// Put clips at the end of the list of which results are known; their files are opened when they are shown.
    pub fn add_known(&mut self, known: Vec<Known>, mut fresh: impl FnMut() -> u64) -> Vec<RowId> {
        let mut listed: HashMap<PathBuf, RowId> = HashMap::new();
        for row in &self.rows {
            listed.insert(row.path.clone(), row.id);
        }
        let mut ids = Vec::with_capacity(known.len());
        for known in known {
            let path = PathBuf::from(&*known.clip.clip);
            let id = *listed.entry(path).or_insert_with_key(|path| {
                let id = RowId(fresh());
                self.rows.push(Row::new(id, path.clone()));
                id
            });
            if let Some(row) = self.row_mut(id) {
                row.known = Some(Arc::new(known));
            }
            ids.push(id);
        }
        self.relist();
        ids
    }

    fn place(&self, id: RowId) -> Option<usize> {
        self.rows.binary_search_by_key(&id, |row| row.id).ok()
    }

    /// A row.
    pub fn row(&self, id: RowId) -> Option<&Row> {
        self.place(id).and_then(|place| self.rows.get(place))
    }

    /// A row, to change.
    pub fn row_mut(&mut self, id: RowId) -> Option<&mut Row> {
        self.changes += 1;
        self.place(id).and_then(|place| self.rows.get_mut(place))
    }

    /// Counts up with whatever is changed of a row, and when one goes.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// The row on screen.
    pub fn selected_row(&self) -> Option<&Row> {
        self.row(self.selected?)
    }

    /// Put a row on screen: it is open from now on.
    pub fn select(&mut self, id: Option<RowId>) {
        self.selected = id;
        if let Some(id) = id {
            self.change(id, |_| {});
        }
    }

    /// The row on screen, to change.
    pub fn selected_mut(&mut self) -> Option<&mut Row> {
        self.row_mut(self.selected?)
    }

    /// The row of a clip.
    pub fn of_clip(&self, clip: ClipId) -> Option<RowId> {
        self.by_clip.get(&clip).copied()
    }

    /// A row turned out to be this clip.
    pub fn name_clip(&mut self, id: RowId, clip: ClipId) {
        self.by_clip.insert(clip, id);
    }

    /// Change what is open of a row, which opens it.
    pub fn change<T>(&mut self, id: RowId, how: impl FnOnce(&mut OpenClip) -> T) -> T {
        self.open.change(id, self.selected, how)
    }

    /// Take a row off the list. Gives the one that takes its place: the next, or the last.
    pub fn remove(&mut self, id: RowId) -> Option<RowId> {
        let place = self.place(id)?;
        self.changes += 1;
        let gone = self.rows.remove(place);
        if let Some(clip) = gone.clip {
            self.by_clip.remove(&clip.id);
        }
        self.open.close(id);
        self.relist();
        let beside = self.rows.get(place).or(self.rows.last());
        beside.map(|row| row.id)
    }

    /// What the list is filtered by.
    pub fn search(&self) -> &str {
        &self.search
    }

    /// Filter the list: by a clip's name, a class it has events of, or why it failed.
    pub fn set_search(&mut self, text: String) {
        self.search = text;
        self.relist();
    }

    /// Which clips are listed, and in which order.
    pub fn listing(&self) -> (Only, Order) {
        (self.only, self.order)
    }

    /// List only some, in an order.
    pub fn set_listing(&mut self, only: Only, order: Order) {
        (self.only, self.order) = (only, order);
        self.relist();
    }

    /// The class that the listed clips have events of, if it is asked for.
    pub fn class(&self) -> Option<&Label> {
        self.class.as_ref()
    }

    /// List only clips that have events of a class.
    pub fn set_class(&mut self, class: Option<Label>) {
        self.class = class;
        self.relist();
    }

    /// What is listed depends on what was decided or found of clips: bring it up to date.
    pub fn refresh_list(&mut self) {
        let by_events = matches!(self.only, Only::Events | Only::Unreviewed | Only::Flagged);
        if by_events || self.class.is_some() {
            self.relist();
        }
    }

    /// Every class that some clip has events of, in order.
    pub fn event_classes(&self) -> BTreeSet<Label> {
        let all = self.rows.iter().flat_map(Row::classes);
        all.cloned().collect()
    }

    /// The rows that match the search.
    pub fn listed(&self) -> &[RowId] {
        &self.listed
    }

    /// Which rows of the list are on screen, by their places among those that match the search.
    pub fn set_in_view(&mut self, rows: Range<usize>) {
        self.in_view = rows;
    }

    /// The rows of the list that are on screen.
    pub fn in_view(&self) -> &[RowId] {
        let end = self.in_view.end.min(self.listed.len());
        self.listed.get(self.in_view.start..end).unwrap_or_default()
    }

    /// Whether these rows are known to be the ones on screen.
    pub fn views(&self, rows: &Range<usize>) -> bool {
        self.in_view == *rows
    }

    fn relist(&mut self) {
        let wanted = self.search.trim().to_lowercase();
        let found = |row: &&Row| {
            let known = || {
                row.known
                    .as_ref()
                    .is_some_and(|known| known.matches(&wanted))
            };
            let class = |label: &Label| label.to_lowercase().contains(&wanted);
            let here = || row.classes().any(class);
            wanted.is_empty() || row.name().to_lowercase().contains(&wanted) || here() || known()
        };
        let mut listed: Vec<&Row> = self.rows.iter().filter(found).collect();
        listed.retain(|row| match self.only {
            Only::All => true,
            Only::Events => row.events() > 0,
            Only::Failed => row.has_failed(),
            Only::Unreviewed => row.unreviewed() > 0,
            Only::Flagged => !row.corrected.shown().flags.is_empty(),
        });
        if let Some(class) = &self.class {
            listed.retain(|row| row.has_class(class));
        }
        match self.order {
            Order::Opened => {}
            Order::Events => listed.sort_by_key(|row| std::cmp::Reverse(row.events())),
            Order::Score => listed.sort_by(|a, b| b.score().total_cmp(&a.score())),
        }
        self.listed = listed.into_iter().map(|row| row.id).collect();
    }

    /// Another of the answers is shown: events chosen among the old one's are not among these.
    pub fn change_task(&mut self, task: Task) {
        self.rows.iter_mut().for_each(|row| row.view.chosen = None);
        self.analyse_all(task);
    }

    /// The model is to be asked about every open row that has no whole answer to this.
    pub fn analyse_all(&mut self, task: Task) {
        let lacks = |row: &&Row| row.clip.is_some() && !row.standing_of(task).complete;
        self.to_analyse = self.rows.iter().filter(lacks).map(|row| row.id).collect();
    }

    /// What the model said is another model's.
    pub fn forget_answers(&mut self) {
        for row in &mut self.rows {
            row.standing.clear();
            row.asked.clear();
            row.happening.clear();
            (row.view.lane, row.view.chosen) = (None, None);
        }
        for id in self.open.ids().collect::<Vec<_>>() {
            self.change(id, |open| {
                open.answers = Answers::default();
                open.tags = Default::default();
                open.asked
                    .retain(|kind| !matches!(kind, JobKind::Predict(_)));
            });
        }
    }

    /// The next row off screen that fits, taken out of a queue.
    pub fn next(queue: &mut VecDeque<RowId>, fits: impl Fn(RowId) -> bool) -> Option<RowId> {
        while let Some(id) = queue.pop_front() {
            if fits(id) {
                return Some(id);
            }
        }
        None
    }
}
