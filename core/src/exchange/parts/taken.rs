//! The rows of one clip.

use std::sync::Arc;

use super::cells::Halves;
use super::rows::{ClipRow, EmbeddingRow, EventRow, MaskRow, ScoreRow};
use crate::base::{HeadId, Label, Modality, Task};
use crate::exchange::document::share;
use crate::exchange::{Document, MaskOfSecond};
use crate::predict::Prediction;

/// The program's version, in every row: rows of several versions may come together.
pub(super) const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// Meta-tokens of a task, a row a second.
pub struct Embeddings {
    /// Whose.
    pub task: Task,
    /// Of each second, in order.
    pub seconds: Vec<Vec<f32>>,
}

/// What was found in a clip, as rows of every table.
pub struct ClipTaken {
    pub(super) clip: ClipRow,
    pub(super) scores: Vec<ScoreRow>,
    pub(super) events: Vec<EventRow>,
    pub(super) masks: Vec<MaskRow>,
    pub(super) embeddings: Vec<EmbeddingRow>,
}

/// What is the same in every row of a clip.
struct Same {
    clip: Label,
    clip_id: Label,
}

impl ClipTaken {
    /// Of an analysed clip; `listed` is its path as it was listed.
    pub fn of(
        listed: &str,
        document: &Document,
        predictions: &[Arc<Prediction>],
        embeddings: Vec<Embeddings>,
    ) -> Self {
        let same = Same {
            clip: listed.into(),
            clip_id: document.clip.id.0.to_string().into(),
        };
        let model: Label = document.model.sha256.as_str().into();
        let scores = predictions.iter();
        let scores = scores.flat_map(|prediction| same.scores(prediction, &model));
        let scores: Vec<ScoreRow> = scores.collect();
        let events = same.events(document, predictions);
        let masks = document.masks.iter();
        let masks = masks.map(|mask| same.mask(mask, head_of(Task::Segment, predictions)));
        let embeddings = embeddings.into_iter();
        let embeddings = embeddings.flat_map(|of| same.embeddings(of, predictions));
        Self {
            clip: same.summary(document, &scores, &events),
            masks: masks.collect(),
            embeddings: embeddings.collect(),
            scores,
            events,
        }
    }

    /// Of a clip that could not be analysed, and why.
    pub fn failed(listed: &str, why: &str) -> Self {
        Self {
            clip: ClipRow {
                clip: listed.into(),
                clip_id: None,
                duration_s: None,
                events: 0,
                label: None,
                score: None,
                failure: Some(why.into()),
                scores: 0,
                score_bytes: None,
                program: PROGRAM.into(),
            },
            scores: Vec::new(),
            events: Vec::new(),
            masks: Vec::new(),
            embeddings: Vec::new(),
        }
    }
}

impl Same {
    fn summary(&self, document: &Document, scores: &[ScoreRow], events: &[EventRow]) -> ClipRow {
        let first = scores.first().map(|row| Arc::clone(&row.task));
        let best = scores
            .iter()
            .filter(|row| Some(&row.task) == first.as_ref())
            // The first of equals.
            .rev()
            .max_by(|a, b| a.score.total_cmp(&b.score));
        ClipRow {
            clip: Arc::clone(&self.clip),
            clip_id: Some(Arc::clone(&self.clip_id)),
            duration_s: Some(document.clip.duration.as_secs_f64()),
            events: events.len() as u32,
            label: best.map(|row| Arc::clone(&row.label)),
            score: best.map(|row| row.score),
            failure: None,
            scores: scores.len() as u64,
            score_bytes: None,
            program: PROGRAM.into(),
        }
    }

    /// Second by second, the modalities that the task tells apart, class by class.
    fn scores(&self, prediction: &Prediction, model: &Label) -> Vec<ScoreRow> {
        let task = prediction.task();
        let (word, head) = (word(task), text_of(prediction.key.head));
        let precision: Label = prediction.key.precision.to_string().into();
        let program = Label::from(PROGRAM);
        let mut rows = Vec::new();
        for (second, span) in prediction.segments.iter().enumerate() {
            let familiarity = prediction.familiarity.get(second).copied().map(share);
            for modality in modalities(task) {
                let scores = prediction.scores_of(*modality).get(second);
                let said = modality_word(*modality);
                let classes = prediction.labels.iter().zip(scores.into_iter().flatten());
                rows.extend(classes.map(|(label, score)| ScoreRow {
                    clip: Arc::clone(&self.clip),
                    clip_id: Arc::clone(&self.clip_id),
                    second: second as u32,
                    start_s: span.start.as_secs_f64(),
                    end_s: span.end.as_secs_f64(),
                    task: Arc::clone(&word),
                    label: Arc::clone(label),
                    modality: Arc::clone(&said),
                    score: share(*score),
                    familiarity,
                    head: Arc::clone(&head),
                    model: Arc::clone(model),
                    precision: Arc::clone(&precision),
                    program: Arc::clone(&program),
                }));
            }
        }
        rows
    }

    fn events(&self, document: &Document, predictions: &[Arc<Prediction>]) -> Vec<EventRow> {
        let of = |track: &crate::exchange::TaskTrack| {
            let (task, track) = (track.task, &track.track);
            let head = head_of(task, predictions);
            let rows = track.events.iter().map(|event| EventRow {
                clip: Arc::clone(&self.clip),
                clip_id: Arc::clone(&self.clip_id),
                task: word(task),
                label: Arc::clone(&track.label),
                modality: modality_word(track.modality),
                start_s: event.span.start.as_secs_f64(),
                end_s: event.span.end.as_secs_f64(),
                score: event.score,
                head: Arc::clone(&head),
            });
            rows.collect::<Vec<_>>()
        };
        document.tracks.iter().flat_map(of).collect()
    }

    fn mask(&self, of: &MaskOfSecond, head: Label) -> MaskRow {
        MaskRow {
            clip: Arc::clone(&self.clip),
            clip_id: Arc::clone(&self.clip_id),
            second: of.segment as u32,
            start_s: of.span.start.as_secs_f64(),
            end_s: of.span.end.as_secs_f64(),
            label: Arc::clone(&of.label),
            height: of.mask.height,
            width: of.mask.width,
            counts: of.mask.text().into(),
            area: of.mask.area(),
            score: of.score,
            threshold: of.threshold,
            head,
        }
    }

    fn embeddings(&self, of: Embeddings, predictions: &[Arc<Prediction>]) -> Vec<EmbeddingRow> {
        let prediction = predictions.iter().find(|p| p.task() == of.task);
        let spans = prediction.map_or(&[][..], |prediction| &prediction.segments);
        let head = head_of(of.task, predictions);
        let rows = of.seconds.into_iter().zip(spans).enumerate();
        rows.map(|(second, (numbers, span))| EmbeddingRow {
            clip: Arc::clone(&self.clip),
            clip_id: Arc::clone(&self.clip_id),
            second: second as u32,
            start_s: span.start.as_secs_f64(),
            end_s: span.end.as_secs_f64(),
            task: word(of.task),
            head: Arc::clone(&head),
            embedding: Halves::from(numbers),
        })
        .collect()
    }
}

/// Those that a task tells apart. Both at once is the smaller of heard and seen, and needs no row.
fn modalities(task: Task) -> &'static [Modality] {
    match task {
        Task::Parse => &[Modality::Audible, Modality::Visible],
        Task::Localize | Task::Segment => &[Modality::AudioVisual],
    }
}

fn word(task: Task) -> Label {
    Label::from(match task {
        Task::Localize => "localize",
        Task::Parse => "parse",
        Task::Segment => "segment",
    })
}

fn modality_word(modality: Modality) -> Label {
    Label::from(match modality {
        Modality::Audible => "audible",
        Modality::Visible => "visible",
        Modality::AudioVisual => "audio-visual",
    })
}

fn head_of(task: Task, predictions: &[Arc<Prediction>]) -> Label {
    let asked = predictions.iter().find(|p| p.task() == task);
    asked.map_or_else(|| "".into(), |prediction| text_of(prediction.key.head))
}

fn text_of(head: HeadId) -> Label {
    head.to_string().into()
}
