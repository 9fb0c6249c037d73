//! What is measured of a model on unseen clips.

use super::avsbench::MaskScores;
use super::llp::LlpScores;

/// The figures of one task.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    /// Of event localization.
    Localize(LocalizeReport),
    /// Of video parsing.
    Parse(ParseReport),
    /// Of segmentation.
    Segment(SegmentReport),
}

impl Report {
    /// The figures that stand for it, 0 to 1, with their names for people.
    pub fn figures(&self) -> Vec<(&'static str, f64)> {
        match self {
            Self::Localize(report) => vec![("events", report.head)],
            Self::Parse(report) => vec![("parsing", report.scores.head.segment.type_at_av)],
            Self::Segment(report) => vec![
                ("masks, one source", report.single.head.miou),
                ("masks, several", report.many.head.miou),
            ],
        }
    }
}

/// How well a model localizes events.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalizeReport {
    /// How many clips.
    pub clips: usize,
    /// Segment accuracy of the head, 0 to 1.
    pub head: f64,
    /// Segment accuracy of a linear probe of the same frozen features, 0 to 1; none where no probe is kept.
    pub probe: Option<f64>,
    /// Share of segments that are background: what always saying so would score.
    pub background: f64,
    /// Share of segments familiar to the model (score of at least one half).
    pub familiar: f64,
}

/// A head beside the paper's baselines on the same frozen features, as far as these are kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared<T> {
    /// The model's own head.
    pub head: T,
    /// The task's head straight on the last layer's features.
    pub direct: Option<T>,
    /// One trained linear layer a modality between them.
    pub linear: Option<T>,
}

impl<T: Copy> Compared<T> {
    /// With the baselines in their order: "Direct", "Linear".
    pub(crate) fn new(head: T, baselines: &[Option<T>]) -> Self {
        let baseline = |i: usize| baselines.get(i).copied().flatten();
        Self {
            head,
            direct: baseline(0),
            linear: baseline(1),
        }
    }
}

/// How well a model parses.
#[derive(Clone, Debug, PartialEq)]
pub struct ParseReport {
    /// How many clips.
    pub clips: usize,
    /// LLP's F-scores.
    pub scores: Compared<LlpScores>,
    /// Share of segments familiar to the model.
    pub familiar: f64,
}

/// How well a model's masks fit.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentReport {
    /// How many clips of each kind.
    pub clips: usize,
    /// Clips in which one thing sounds.
    pub single: Compared<MaskScores>,
    /// Clips in which several may.
    pub many: Compared<MaskScores>,
    /// Share of segments familiar to the model.
    pub familiar: f64,
}
