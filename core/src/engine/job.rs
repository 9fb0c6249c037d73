//! What the engine can be asked to do, and how far it has come.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::{Export, FineTune};
use crate::base::{ClipId, HeadId, Progress, Task};
use crate::media::Clip;
use crate::predict::Likeness;

/// A job's name, unique in a run of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct JobId(pub u64);

impl JobId {
    /// One that no job has had, of this engine or of one before it.
    pub fn fresh() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// Which model to use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ModelChoice {
    /// The small model embedded in the program.
    #[default]
    Demo,
    /// A folder with `model.json` and its weights.
    Folder(#[serde(with = "crate::base::path")] PathBuf),
}

/// A head, and the model whose backbones it reads.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HeadChoice {
    /// Where the backbones are.
    pub model: ModelChoice,
    /// Which of the heads that read them.
    pub which: WhichHead,
}

/// One of the heads that read a model's backbones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum WhichHead {
    /// The one that comes with the model for a task.
    For(Task),
    /// Any, by its name: one that comes with the model, or one that was trained later.
    Named(HeadId),
}

/// Everything the engine can be asked to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum JobSpec {
    /// Open a file: its first frame at once, then what it is.
    Open {
        /// The file, wherever it lies.
        #[serde(with = "crate::base::path")]
        path: PathBuf,
    },
    /// The clip's loudness over time, for drawing; arrives in parts.
    Waveform {
        /// As it was opened.
        clip: Arc<Clip>,
    },
    /// The clip's sound by time and pitch, for drawing; arrives in parts.
    Spectrogram {
        /// As it was opened.
        clip: Arc<Clip>,
    },
    /// One small picture a second; arrives in parts.
    Thumbnails {
        /// As it was opened.
        clip: Arc<Clip>,
    },
    /// Layer features, head, scores; arrives in parts as seconds are done.
    Predict {
        /// As it was opened.
        clip: Arc<Clip>,
        /// What is asked.
        head: HeadChoice,
    },
    /// What the head's meta-tokens read in one second.
    Attention {
        /// As it was opened.
        clip: Arc<Clip>,
        /// The head that reads.
        head: HeadChoice,
        /// The second, counted from 0.
        segment: usize,
    },
    /// The seconds most like one, among those analysed so far.
    Nearest {
        /// Of which clip.
        clip: ClipId,
        /// Which of its seconds, counted from 0.
        segment: usize,
        /// Whose meta-tokens are compared.
        head: HeadChoice,
        /// By what.
        by: Likeness,
    },
    /// The seconds analysed so far, laid out so that like ones lie near each other.
    Map {
        /// Whose meta-tokens are laid out.
        head: HeadChoice,
    },
    /// Compile and tune the kernels of the device, so that the first clip does not wait for them.
    WarmUp {
        /// For which model.
        model: ModelChoice,
    },
    /// Find out whether the device computes rightly, and how fast.
    SelfTest,
    /// How much is kept of clips analysed before.
    Kept {
        /// Remove it first.
        clear: bool,
    },
    /// A head goes on learning from a person's corrections; gives a new head.
    FineTune(Box<FineTune>),
    /// Which heads read a model's backbones.
    Heads {
        /// The model.
        model: ModelChoice,
        /// A trained head to be removed first.
        remove: Option<HeadId>,
    },
    /// What is said of clips, as files of other programs; or only what these would keep of it.
    Export(Box<Export>),
    /// Weights: what is here, fetching, checking.
    Weights(WeightsTask),
}

/// What is to be done with weights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WeightsTask {
    /// Say which are here.
    List,
    /// Fetch a model's weights; goes on where the last download broke off.
    Pull {
        /// The model's name.
        model: String,
        /// The hub to ask in place of the usual one.
        endpoint: Option<String>,
        /// The folder to put them in, in place of the usual one.
        #[serde(with = "crate::base::maybe_path")]
        folder: Option<PathBuf>,
    },
    /// Check every file that is here.
    Verify,
}

impl JobSpec {
    /// The clip it works on, once it is known.
    pub fn clip(&self) -> Option<ClipId> {
        match self {
            Self::Waveform { clip }
            | Self::Spectrogram { clip }
            | Self::Thumbnails { clip }
            | Self::Predict { clip, .. }
            | Self::Attention { clip, .. } => Some(clip.id),
            Self::Nearest { clip, .. } => Some(*clip),
            Self::Open { .. }
            | Self::Map { .. }
            | Self::WarmUp { .. }
            | Self::SelfTest
            | Self::Kept { .. }
            | Self::FineTune(_)
            | Self::Heads { .. }
            | Self::Export(_)
            | Self::Weights(_) => None,
        }
    }

    /// The model whose weights it keeps loaded while it runs.
    pub fn model(&self) -> Option<&ModelChoice> {
        match self {
            Self::Predict { head, .. }
            | Self::Attention { head, .. }
            | Self::Map { head }
            | Self::Nearest { head, .. } => Some(&head.model),
            Self::FineTune(spec) => Some(&spec.head.model),
            Self::Export(spec) => Some(&spec.model),
            Self::WarmUp { model } => Some(model),
            _ => None,
        }
    }
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Waiting for its turn.
    Queued,
    /// Being worked on.
    Running,
    /// Stopped by the user until it is resumed.
    Paused,
}

/// One line of the shared board of jobs. Finished jobs leave it; their end is a [`super::Reply`].
#[derive(Clone, Debug)]
pub struct JobStatus {
    /// As given when it was handed in.
    pub id: JobId,
    /// In the user's words: "Analyse dog.mp4".
    pub title: String,
    /// The clip it works on, if known.
    pub clip: Option<ClipId>,
    /// Waiting or running.
    pub state: JobState,
    /// Steps done and in all, in the job's own unit.
    pub progress: Progress,
}
