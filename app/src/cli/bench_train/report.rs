//! What was measured: a row a way to train, and how these stand to each other.

use mettle_core::base::Task;
use serde::Serialize;

/// Everything measured.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The processor's name.
    pub machine: String,
    /// The device in use.
    pub device: String,
    /// Clips a step, of the rows that do not say otherwise.
    pub batch: usize,
    /// One entry a task.
    pub tasks: Vec<Trained>,
    /// One entry a way to train.
    pub rows: Vec<Row>,
    /// What the peer says it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// Ours against the peer's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ratios: Vec<Ratio>,
    /// One entry a task.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub epochs: Vec<Epochs>,
}

/// Whose head learns.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Trained {
    /// What it answers.
    pub task: Task,
    /// Seconds of a clip, which is a sample.
    pub seconds: usize,
    /// Numbers that learn.
    pub trainable: usize,
}

/// A way to train.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Ours, from the cache.
    Cached,
    /// The backbones alone, which every way with them in its loop takes longer.
    Backbones,
    /// Ours with them in the loop.
    InLoop,
    /// The textbook form of distillation before the same head, from features.
    Textbook,
    /// The same with the backbones in the loop.
    TextbookInLoop,
    /// Another program's, with its backbones in the loop.
    PeerInLoop,
    /// The same from features.
    Peer,
}

impl Way {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cached => "ours, from the cache",
            Self::Backbones => "both backbones alone",
            Self::InLoop => "ours, backbones in the loop",
            Self::Textbook => "textbook form, from features",
            Self::TextbookInLoop => "textbook form, backbones in the loop",
            Self::PeerInLoop => "the peer, backbones in the loop",
            Self::Peer => "the peer, from features",
        }
    }
}

/// One way to train one task's head.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Row {
    /// Whose head learns.
    pub task: Task,
    /// How.
    pub way: Way,
    /// Clips a step.
    pub batch: usize,
    /// Milliseconds a sample, the middle step.
    pub ms: f64,
    /// The most memory beyond what was held before (features that are on the device, weights), a sample, in GB, where it was seen.
    pub gb: Option<f64>,
}

/// How much of another row's time one takes.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Ratio {
    /// Whose head learns.
    pub task: Task,
    /// The way here.
    pub ours: Way,
    /// Clips a step of it.
    pub batch: usize,
    /// The peer's.
    pub theirs: Way,
    /// Ours over theirs.
    pub ratio: f64,
}

/// Whole epochs.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Epochs {
    /// Whose head learns.
    pub task: Task,
    /// Clips an epoch.
    pub clips: usize,
    /// How many.
    pub epochs: usize,
    /// Seconds of the first: it finds its kernels, and what does not learn is computed in it.
    pub first: f64,
    /// Seconds of one, the middle one after the first.
    pub seconds: f64,
    /// Memory held after the second, and after the last.
    pub mib: Option<[u64; 2]>,
}

impl Report {
    /// The row of a task and a way in the report's own batches.
    fn row(&self, task: Task, way: Way) -> Option<&Row> {
        let mut rows = self.rows.iter();
        rows.find(|row| row.task == task && row.way == way && row.batch == self.batch)
    }

    /// Holds ours against the peer's, task by task.
    pub fn compare(&mut self) {
        let own = self.rows.iter().filter(|row| row.way == Way::Cached);
        let cached = own.flat_map(|row| [(row, Way::PeerInLoop), (row, Way::Peer)]);
        let own = self.rows.iter().filter(|row| row.way == Way::InLoop);
        let pairs = cached.chain(own.map(|row| (row, Way::PeerInLoop)));
        let ratio = |(row, theirs): (&Row, Way)| {
            let peer = self.row(row.task, theirs)?;
            Some(Ratio {
                task: row.task,
                ours: row.way,
                batch: row.batch,
                theirs,
                ratio: row.ms / peer.ms,
            })
        };
        self.ratios = pairs.filter_map(ratio).collect();
    }
}
