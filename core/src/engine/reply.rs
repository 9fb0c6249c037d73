//! What the engine answers.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{ExportedClip, HeadLine, JobId, TrainedHead, TrainingCost};
use crate::base::{ClipId, Labels, Problem, Time};
use crate::features::CacheSummary;
use crate::gpu::SelfTest;
use crate::hub::ModelLine;
use crate::media::{Clip, RgbFrame, VideoFrame};
use crate::model::Verdict;
use crate::predict::{Attention, Near, PredictionPart, SecondTags};
use crate::train::Epoch;

/// One small picture of the film strip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thumbnail {
    /// Which second of the clip.
    pub second: u32,
    /// The picture on screen in the middle of it.
    pub picture: Arc<RgbFrame>,
}

/// A run of waveform columns, each the lowest and highest sample of `column` of sound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WaveformPart {
    /// Start of the first column.
    pub start: Time,
    /// Length of a column.
    pub column: Time,
    /// Lowest and highest sample, -1 to 1, all channels mixed to one.
    pub columns: Vec<(f32, f32)>,
}

/// A run of spectrogram columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpectrogramPart {
    /// Start of the first column.
    pub start: Time,
    /// Length of a column.
    pub column: Time,
    /// Bands of a column, the lowest first, evenly spaced to the ear (mel).
    pub bands: usize,
    /// Strength, 0 to 255 from [`Self::FLOOR`] over [`Self::RANGE`], column after column.
    #[serde(with = "serde_bytes")]
    pub values: Vec<u8>,
}

impl SpectrogramPart {
    /// Strength 0, in dB below full scale of the transform: below all that a quiet recording holds.
    pub const FLOOR: f32 = -90.0;
    /// How many dB lie between it and 255.
    pub const RANGE: f32 = 130.0;
}

/// A second on the map.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapPoint {
    /// Of which clip.
    pub clip: ClipId,
    /// Which of its segments.
    pub segment: usize,
    /// What the head says of it, as a place in the labels; none for background.
    pub class: Option<usize>,
    /// Right and down, 0 to 1.
    pub at: [f32; 2],
}

/// Seconds laid out so that like ones lie near each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecondsMap {
    /// The head's classes.
    pub labels: Labels,
    /// The seconds.
    pub points: Vec<MapPoint>,
    /// Of how many.
    pub of: usize,
}

/// A run of seconds with their tags.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TagsPart {
    /// The first of them; what was known from here on is replaced.
    pub from: usize,
    /// Their tags, in order.
    pub seconds: Vec<SecondTags>,
}

/// A run of seconds with what the head distilled of each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetaTokensPart {
    /// The first of them; what was known from here on is replaced.
    pub from: usize,
    /// The picture's numbers, then the sound's, a row a second.
    pub seconds: Vec<Vec<f32>>,
}

/// One message from the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// The job it belongs to.
    pub job: JobId,
    /// What it says.
    pub body: ReplyBody,
}

/// What a message says. `Done`, `Cancelled` and `Failed` end a job: exactly one of them comes, last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ReplyBody {
    /// The first picture of a file being opened, before its content is hashed.
    FirstFrame(Arc<VideoFrame>),
    /// A very small picture that stands for the file in a list.
    Cover(Arc<RgbFrame>),
    /// The file is open.
    Opened(Arc<Clip>),
    /// More of the waveform.
    Waveform(ClipId, WaveformPart),
    /// More of the spectrogram.
    Spectrogram(ClipId, SpectrogramPart),
    /// More of the film strip.
    Thumbnails(ClipId, Vec<Thumbnail>),
    /// More of a prediction: what is new since the last part of this job. The first part begins it, after the last it is complete.
    Prediction(PredictionPart),
    /// What the backbones' own classifiers hear and see in the next seconds, where they have one.
    Tags(ClipId, TagsPart),
    /// What the head distilled of the next seconds, where the engine was started to tell it.
    MetaTokens(ClipId, MetaTokensPart),
    /// What meta-tokens read in one second.
    Attention(Arc<Attention>),
    /// The seconds most like one, the likest first; `None` where that one was not analysed yet.
    Nearest(Option<Vec<Near>>),
    /// Seconds laid out so that like ones lie near each other.
    Map(SecondsMap),
    /// What a test of the device found.
    Tested(SelfTest),
    /// How much is kept of clips analysed before.
    Kept(CacheSummary),
    /// The clips of a training that cannot be found: neither are features of them kept, nor do their files lie where they lay.
    Missing(Vec<ClipId>),
    /// An epoch of a training is over.
    Epoch(Epoch),
    /// What a training would cost.
    TrainingCost(TrainingCost),
    /// A training has given a head.
    Trained(Box<TrainedHead>),
    /// The heads that read a model's backbones, its own first.
    Heads(Arc<Vec<HeadLine>>),
    /// A clip was exported, or looked at.
    Exported(Box<ExportedClip>),
    /// Which weights are here now.
    Models(Arc<Vec<ModelLine>>),
    /// One file of weights has been checked.
    Verified(Box<Verdict>),
    /// Something the user should know; the job goes on.
    Notice(Problem),
    /// The job is finished.
    Done,
    /// The job was cancelled.
    Cancelled,
    /// The job failed.
    Failed(Problem),
}
