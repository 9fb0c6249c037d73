//! The review queue: the seconds of all clips that are most worth a look, in an order that stays while it is worked through.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::Arc;

use mettle_core::base::{ClipId, HeadId, Task, TimeSpan};
use mettle_core::predict::{Prediction, SecondOf, Sketch, Worth, WorthBy, worth_of};
use mettle_core::project::Review;

use super::{AppState, RowId};

/// So many of the last looks tell how long the rest will take.
const LOOKS: usize = 20;
/// A look that took longer was a pause, in seconds.
const LONGEST_LOOK: f64 = 60.0;

/// What is kept of a clip's answer.
#[derive(Clone, Debug)]
struct Watched {
    head: HeadId,
    sketch: Sketch,
    /// What the head before that one said.
    before: Option<Sketch>,
    worth: Arc<[Worth]>,
}

/// What is to be put in order.
#[derive(Clone, Debug)]
pub struct ToSort {
    /// The number of the question.
    pub asked: u64,
    /// The clips.
    pub clips: Vec<ClipId>,
    /// What makes their seconds worth a look.
    pub worth: Vec<Arc<[Worth]>>,
    /// By what.
    pub by: WorthBy,
    /// What stays where it is.
    pub first: Vec<SecondOf>,
    /// Of which task's answers.
    pub task: Task,
}

/// The order that was found.
#[derive(Clone, Debug, Default)]
struct Queue {
    task: Option<Task>,
    clips: Vec<ClipId>,
    order: Vec<SecondOf>,
}

/// The review queue.
#[derive(Clone, Debug, Default)]
pub struct ReviewView {
    by: WorthBy,
    clips: BTreeMap<(Task, ClipId), Watched>,
    queue: Queue,
    /// Where in the queue the user is.
    pub place: Option<usize>,
    /// Whether the order stays: from the first look on.
    begun: bool,
    /// Whether something came that the order does not heed.
    stale: bool,
    /// Whether clips came that are not in the order.
    fresh: bool,
    /// The question that is open.
    asked: Option<u64>,
    last_asked: u64,
    /// Where the user wants to go as soon as there is an order: on, or back.
    pub wanted: Option<bool>,
    /// Whether flagged seconds are gone through, and not those that nobody looked at.
    pub flagged: bool,
    /// When looks began, in egui's time.
    looks: VecDeque<f64>,
}

impl ReviewView {
    /// A head has said all it says of a clip.
    pub fn heard(&mut self, prediction: &Prediction) {
        let (clip, task, head) = (prediction.key.clip, prediction.task(), prediction.key.head);
        if task == Task::Segment {
            return;
        }
        let known = self.clips.remove(&(task, clip));
        let before = match &known {
            Some(known) if known.head == head => known.before.clone(),
            Some(known) => Some(known.sketch.clone()),
            None => None,
        };
        let worth: Arc<[Worth]> = worth_of(prediction, before.as_ref()).into();
        // A clip that comes back on screen is scored again, and says what it said.
        self.stale |= known.as_ref().is_none_or(|known| known.worth != worth);
        self.fresh |= known.is_none();
        let watched = Watched {
            head,
            sketch: Sketch::of(prediction),
            before,
            worth,
        };
        self.clips.insert((task, clip), watched);
    }

    /// By what the queue is in order.
    pub fn by(&self) -> WorthBy {
        self.by
    }

    /// Put it in another order, or in the same one anew.
    pub fn sort_by(&mut self, by: WorthBy) {
        (self.by, self.begun, self.stale, self.place) = (by, false, true, None);
    }

    /// Whether what the heads say now would give another order than the one that is kept.
    pub fn is_outdated(&self) -> bool {
        self.begun && self.stale
    }

    /// What is to be put in order, if anything: new clips come behind those that are gone through already.
    pub fn to_sort(&mut self, task: Task) -> Option<ToSort> {
        let other = self.queue.task != Some(task);
        if other {
            (self.begun, self.place) = (false, None);
        }
        let of_task = self.clips.iter().filter(|((of, _), _)| *of == task);
        let wanted = other || (self.stale && !self.begun) || self.fresh;
        if !wanted || self.asked.is_some() {
            return None;
        }
        // Clips keep their numbers, and new ones come behind.
        let mut clips = match self.begun {
            true => self.queue.clips.clone(),
            false => Vec::new(),
        };
        let known: HashSet<ClipId> = clips.iter().copied().collect();
        let of_task = of_task.map(|((_, clip), _)| *clip);
        clips.extend(of_task.filter(|clip| !known.contains(clip)));
        let worth = clips.iter().map(|clip| {
            let watched = self.clips.get(&(task, *clip));
            watched.map_or_else(|| Arc::from([]), |watched| watched.worth.clone())
        });
        // What is heard from here on is not in the order that is asked for.
        (self.stale, self.fresh) = (self.stale && self.begun, false);
        self.last_asked += 1;
        self.asked = Some(self.last_asked);
        Some(ToSort {
            asked: self.last_asked,
            worth: worth.collect(),
            clips,
            by: self.by,
            first: match self.begun {
                true => self.queue.order.clone(),
                false => Vec::new(),
            },
            task,
        })
    }

    /// The order that was found.
    pub fn sorted(&mut self, of: ToSort, order: Vec<SecondOf>) {
        if self.asked != Some(of.asked) {
            return;
        }
        self.asked = None;
        self.queue = Queue {
            task: Some(of.task),
            clips: of.clips,
            order,
        };
    }

    /// Whether there is an order of a task's answers.
    pub fn is_ready(&self, task: Task) -> bool {
        self.queue.task == Some(task)
    }

    /// Whether the user goes through it, or wants to.
    pub fn is_watched(&self) -> bool {
        self.wanted.is_some() || self.place.is_some()
    }

    /// How many seconds are in the queue.
    pub fn len(&self) -> usize {
        self.queue.order.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.queue.order.is_empty()
    }

    /// A place of the queue: of which clip, which second, and how much it is worth a look.
    pub fn at(&self, place: usize) -> Option<(ClipId, u32, f32)> {
        let second = self.queue.order.get(place)?;
        let clip = *self.queue.clips.get(second.clip as usize)?;
        let watched = self.clips.get(&(self.queue.task?, clip));
        let worth = watched.and_then(|watched| watched.worth.get(second.second as usize));
        Some((
            clip,
            second.second,
            worth.map_or(0.0, |worth| worth.by(self.by)),
        ))
    }

    /// The user looks at a place of the queue: from here on the order stays.
    pub fn look(&mut self, place: usize, now: f64) {
        (self.place, self.begun) = (Some(place), true);
        self.looks.push_back(now);
        if self.looks.len() > LOOKS {
            self.looks.pop_front();
        }
    }

    /// How long a look takes, in seconds; none until a few have been taken.
    pub fn pace(&self) -> Option<f64> {
        let pairs = self.looks.iter().zip(self.looks.iter().skip(1));
        let times: Vec<f64> = pairs
            .map(|(from, to)| (to - from).min(LONGEST_LOOK))
            .collect();
        (times.len() >= 3).then(|| times.iter().sum::<f64>() / times.len() as f64)
    }
}

/// How far the clips of the list are looked through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Seconds in all.
    pub seconds: usize,
    /// Found right.
    pub reviewed: usize,
    /// Flagged for later.
    pub flagged: usize,
}

impl AppState {
    /// The task whose answers are reviewed: that of the mode; masks are looked at where events are.
    pub fn review_task(&self) -> Task {
        match self.mode().task() {
            Task::Segment => Task::Localize,
            task => task,
        }
    }

    /// How far the clips of the list are looked through.
    pub fn looked(&self) -> Looked {
        let mut looked = Looked::default();
        for row in self.library.rows().iter().filter(|row| row.clip.is_some()) {
            let said = row.corrected.shown();
            looked.seconds += TimeSpan::count_of(row.duration());
            looked.flagged += said.flags.len();
            looked.reviewed += said.reviewed.len();
        }
        looked
    }

    /// Every flagged second of the list.
    pub fn flagged_seconds(&self) -> Vec<(RowId, TimeSpan)> {
        let rows = self.library.rows().iter();
        let flags = rows.flat_map(|row| {
            let flags = row.corrected.shown().flags.keys();
            flags.map(move |span| (row.id, *span))
        });
        flags.collect()
    }

    /// How a place of the queue stands, and on which row it is; none where its clip is not on the list any more.
    pub fn review_at(&self, place: usize) -> Option<(RowId, TimeSpan, Review)> {
        let (clip, second, _) = self.review.at(place)?;
        let id = self.library.of_clip(clip)?;
        let row = self.library.row(id)?;
        let span = TimeSpan::of_second(second);
        Some((id, span, row.corrected.shown().review(span)))
    }

    /// The next place of the queue that nobody looked at, or the one before.
    pub fn next_unreviewed(&self, forward: bool) -> Option<usize> {
        let open = |place: &usize| {
            let at = self.review_at(*place);
            at.is_some_and(|(.., review)| review == Review::Open)
        };
        let count = self.review.len();
        match (self.review.place, forward) {
            (None, true) => (0..count).find(open),
            (None, false) => (0..count).rev().find(open),
            // Behind the last one it goes on with those that were passed over.
            (Some(here), true) => (here + 1..count).chain(0..here).find(open),
            (Some(here), false) => (0..here).rev().chain((here + 1..count).rev()).find(open),
        }
    }
}
