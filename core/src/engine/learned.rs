//! What a head learned of a person's words. A head that learned what was taken back since is no head to go on from: the nearest one
//! before it that did not is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::HeadLine;
use crate::base::{ClipId, ContentHash, HeadId, KeyHasher, Label, Labels, Modality, Said, Task};
use crate::data::{SaidGrid, SoundingMask, Targets};
use crate::model::HeadFile;

/// Where a head's file keeps it, in what it says of its data.
const KEY: &str = "learned";

/// A person's words of some clips, as a task learns them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Learned {
    clips: BTreeMap<ClipId, BTreeSet<Word>>,
}

/// The same said of a class in seconds that follow each other, or one mask.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    /// Of a class in a modality, from one second until before another.
    Said {
        class: Label,
        how: Modality,
        yes: bool,
        from: usize,
        until: usize,
    },
    /// Where the picture of a second sounds.
    Drawn { second: usize, mask: ContentHash },
}

/// What is known of what a head learned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Taught {
    /// No person's words: a data set, or nothing.
    #[default]
    Nothing,
    /// These, with those of all heads it goes on from.
    Words(Arc<Learned>),
    /// Some, and nobody noted which.
    Unknown,
}

impl Taught {
    /// From a head's file.
    pub(super) fn of(file: &HeadFile) -> Self {
        let data = file.data.as_ref();
        let words = data.and_then(|data| Learned::read(data.get(KEY)?));
        match words {
            Some(words) => Self::Words(Arc::new(words)),
            None if data.is_some_and(|data| data.get("corrections").is_some()) => Self::Unknown,
            None => Self::Nothing,
        }
    }

    /// Whether nothing else was learned than what these are.
    pub fn is_within(&self, words: &Learned) -> bool {
        match self {
            Self::Nothing => true,
            Self::Words(learned) => learned.is_within(words),
            Self::Unknown => false,
        }
    }
}

impl Learned {
    /// What a task learns of these clips.
    pub fn of<'a>(
        task: Task,
        labels: &Labels,
        clips: impl IntoIterator<Item = (ClipId, &'a Targets)>,
    ) -> Self {
        let clips = clips.into_iter();
        let words = clips.map(|(clip, targets)| (clip, words(task, labels, targets)));
        Self {
            clips: words.filter(|(_, words)| !words.is_empty()).collect(),
        }
    }

    fn read(value: &Value) -> Option<Self> {
        serde_json::from_value(value.clone()).ok()
    }

    /// Under its name, for a head's file.
    pub(super) fn written(&self) -> (String, Value) {
        // A map of texts, numbers and truths cannot fail.
        (
            KEY.to_owned(),
            serde_json::to_value(self).unwrap_or_default(),
        )
    }

    /// Both together.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        for (clip, words) in &other.clips {
            self.clips
                .entry(*clip)
                .or_default()
                .extend(words.iter().cloned());
        }
        self
    }

    /// Whether each of these words is among others.
    pub fn is_within(&self, others: &Self) -> bool {
        self.clips.iter().all(|(clip, words)| {
            let others = others.clips.get(clip);
            words
                .iter()
                .all(|word| others.is_some_and(|others| word.is_among(others)))
        })
    }
}

impl Word {
    fn is_among(&self, others: &BTreeSet<Self>) -> bool {
        let Self::Said {
            class,
            how,
            yes,
            from,
            until,
        } = self
        else {
            return others.contains(self);
        };
        let covers = |other: &Self| match other {
            Self::Said {
                class: c,
                how: h,
                yes: y,
                from: f,
                until: u,
            } => (c, h, y) == (class, how, yes) && f <= from && until <= u,
            Self::Drawn { .. } => false,
        };
        others.iter().any(covers)
    }
}

fn words(task: Task, labels: &Labels, targets: &Targets) -> BTreeSet<Word> {
    let mut words = BTreeSet::new();
    let grids: &[(Modality, &SaidGrid)] = match task {
        Task::Localize => &[(Modality::AudioVisual, &targets.both)],
        Task::Parse => &[
            (Modality::Audible, &targets.heard),
            (Modality::Visible, &targets.seen),
            // What is said of both at once is said of the clip as a whole.
            (Modality::AudioVisual, &targets.both),
        ],
        Task::Segment => &[],
    };
    for (how, grid) in grids {
        for (class, label) in labels.iter().enumerate() {
            words.extend(runs(grid, class).map(|(yes, from, until)| Word::Said {
                class: label.clone(),
                how: *how,
                yes,
                from,
                until,
            }));
        }
    }
    if task == Task::Segment {
        let masks = targets.masks.iter().enumerate();
        words.extend(masks.filter_map(|(second, mask)| {
            let mask = name_of(mask.as_ref()?);
            Some(Word::Drawn { second, mask })
        }));
    }
    words
}

/// Neighbouring seconds of which the same is said.
fn runs(grid: &SaidGrid, class: usize) -> impl Iterator<Item = (bool, usize, usize)> {
    let mut runs: Vec<(bool, usize, usize)> = Vec::new();
    for second in 0..grid.seconds() {
        let Some(yes) = Said::known(grid.get(second, class)) else {
            continue;
        };
        match runs.last_mut() {
            Some((same, _, until)) if *same == yes && *until == second => *until += 1,
            _ => runs.push((yes, second, second + 1)),
        }
    }
    runs.into_iter()
}

fn name_of(mask: &SoundingMask) -> ContentHash {
    let key = KeyHasher::new("mettle learned mask 1");
    let key = key.count(mask.size.0).count(mask.size.1);
    let edges = mask
        .sounds
        .iter()
        .enumerate()
        .scan(false, |inside, (at, sounds)| {
            let edge = (*sounds != *inside).then_some(at);
            *inside = *sounds;
            Some(edge)
        });
    edges.flatten().fold(key, KeyHasher::count).finish()
}

/// The head to go on from so that nothing is learned but these words: the one in use, or the nearest before it that learned nothing
/// else. `None` for the model's own, which learned no person's word.
pub fn clean_head(heads: &[HeadLine], in_use: HeadId, words: &Learned) -> Option<HeadId> {
    let mut next = Some(in_use);
    // A chain is no longer than the list it is in.
    for _ in 0..heads.len() {
        let line = heads.iter().find(|line| Some(line.id) == next)?;
        if line.own {
            return None;
        }
        if line.taught.is_within(words) {
            return Some(line.id);
        }
        next = line.parent;
    }
    None
}
