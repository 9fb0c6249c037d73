//! Scoring a clip: decode, prepare, frozen backbones, head; scores go out as seconds are done.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::base::{CancelToken, TimeSpan};
use crate::engine::session::ComputeSession;
use crate::engine::{
    EngineError, Job, ModelChoice, Problem, ReplyBody, Severity, Step, StepContext,
};
use crate::features::{PreparedSegment, Recipe, extract, pooled};
use crate::media::{Clip, MediaError, SegmentReader};
use crate::model::TaskHead;
use crate::predict::{PredictionKey, Predictor};
use crate::project::Task;

/// Segments decoded ahead of the backbones.
const AHEAD: usize = 16;
/// Most segments in one pass through the backbones.
const BATCH: usize = 8;
/// A pass that took less lets the next one be larger; one that took more than three times this, smaller.
const SHORT: Duration = Duration::from_millis(100);
/// How long a step waits for the decoder.
const WAIT: Duration = Duration::from_millis(100);
/// Scores are not sent more often than this.
const PAUSE: Duration = Duration::from_millis(100);

/// Waits for segments from its decoding thread and scores them.
pub(super) struct PredictJob {
    clip: Arc<Clip>,
    task: Task,
    model: ModelChoice,
    begun: Option<Begun>,
    /// Segments in the next pass, at most.
    batch: usize,
    sent: Option<Instant>,
}

struct Begun {
    segments: Receiver<Result<PreparedSegment, MediaError>>,
    predictor: Predictor,
    head: TaskHead,
    total: u64,
}

impl PredictJob {
    pub(super) fn new(clip: Arc<Clip>, task: Task, model: ModelChoice) -> Self {
        Self {
            clip,
            task,
            model,
            begun: None,
            batch: 1,
            sent: None,
        }
    }

    /// Load the model if need be, and start decoding.
    fn begin(
        &self,
        session: &mut ComputeSession,
        context: &StepContext<'_>,
    ) -> Result<Begun, EngineError> {
        let (_, ready) = session.model(&self.model)?;
        let model = &ready.model;
        let labels = model.about.labels_of(self.task).cloned();
        let (Some(head), Some(labels)) = (model.head(self.task), labels) else {
            return Err(EngineError::NoHead {
                model: model.about.name.clone(),
                task: self.task,
            });
        };
        if let Some(notice) = one_modality(&self.clip) {
            context.reply(ReplyBody::Notice(notice));
        }
        let spans = TimeSpan::seconds_of(self.clip.duration);
        let key = PredictionKey {
            clip: self.clip.id,
            model: model.about.sha256,
            task: self.task,
        };
        let segments = decode(
            Arc::clone(&self.clip),
            spans.clone(),
            Recipe::of(model),
            context.cancel_token(),
        )?;
        context.progress(0, spans.len() as u64);
        Ok(Begun {
            segments,
            total: spans.len() as u64,
            predictor: Predictor::new(key, labels, spans),
            head,
        })
    }
}

impl Job<ComputeSession> for PredictJob {
    fn step(
        &mut self,
        session: &mut ComputeSession,
        context: &mut StepContext<'_>,
    ) -> Result<Step, EngineError> {
        let Some(begun) = &mut self.begun else {
            self.begun = Some(self.begin(session, context)?);
            return Ok(Step::More);
        };
        if !begun.predictor.is_complete() {
            let batch = take(&begun.segments, self.batch)?;
            if batch.is_empty() {
                return Ok(Step::More);
            }
            let time = begun.score(session, &self.model, &batch)?;
            self.batch = next_batch(self.batch, time);
            context.progress(begun.predictor.seen() as u64, begun.total);
        }
        let complete = begun.predictor.is_complete();
        let due = self.sent.is_none_or(|sent| sent.elapsed() >= PAUSE);
        if complete || (due && !context.reader_is_behind()) {
            let prediction = Arc::new(begun.predictor.prediction());
            context.reply(ReplyBody::Prediction(prediction));
            self.sent = Some(Instant::now());
        }
        Ok(if complete { Step::Done } else { Step::More })
    }
}

impl Begun {
    /// Score a batch; gives how long it took.
    fn score(
        &mut self,
        session: &mut ComputeSession,
        choice: &ModelChoice,
        batch: &[PreparedSegment],
    ) -> Result<Duration, EngineError> {
        let begin = Instant::now();
        let (device, ready) = session.model(choice)?;
        let model = &ready.model;
        let (visual, audio) = extract(model, batch, device);
        let familiarity = match &ready.familiarity {
            Some(known) => pooled(&visual, &audio)
                .map_err(EngineError::Compute)?
                .iter()
                .map(|row| known.score(row))
                .collect(),
            None => vec![1.0; batch.len()],
        };
        self.predictor
            .add(&self.head, &visual, &audio, &familiarity)
            .map_err(EngineError::Compute)?;
        Ok(begin.elapsed())
    }
}

fn next_batch(batch: usize, time: Duration) -> usize {
    if time < SHORT {
        (batch * 2).min(BATCH)
    } else if time > SHORT * 3 {
        (batch / 2).max(1)
    } else {
        batch
    }
}

/// What is decoded, up to `most` segments; none when the decoder is not that far.
fn take(
    segments: &Receiver<Result<PreparedSegment, MediaError>>,
    most: usize,
) -> Result<Vec<PreparedSegment>, EngineError> {
    let first = match segments.recv_timeout(WAIT) {
        Ok(first) => first?,
        Err(RecvTimeoutError::Timeout) => return Ok(Vec::new()),
        Err(RecvTimeoutError::Disconnected) => {
            return Err(EngineError::Panic("decoding stopped early".to_owned()));
        }
    };
    let mut batch = vec![first];
    while batch.len() < most
        && let Ok(next) = segments.try_recv()
    {
        batch.push(next?);
    }
    Ok(batch)
}

/// Decode and prepare on a thread of its own, a bounded number of segments ahead. It ends with the job: when the clip is
/// read, when the job is cancelled, or when the receiving end is dropped.
fn decode(
    clip: Arc<Clip>,
    spans: Vec<TimeSpan>,
    recipe: Recipe,
    cancel: CancelToken,
) -> Result<Receiver<Result<PreparedSegment, MediaError>>, EngineError> {
    let (to, from) = bounded(AHEAD);
    std::thread::Builder::new()
        .name("decode".to_owned())
        .spawn(move || {
            if let Err(error) = decode_all(&clip, spans, &recipe, &cancel, &to) {
                // Nobody listens any more when the job has ended meanwhile.
                let _ = to.send(Err(error));
            }
        })?;
    Ok(from)
}

fn decode_all(
    clip: &Clip,
    spans: Vec<TimeSpan>,
    recipe: &Recipe,
    cancel: &CancelToken,
    to: &Sender<Result<PreparedSegment, MediaError>>,
) -> Result<(), MediaError> {
    for segment in SegmentReader::open(clip, spans, recipe.sample_rate())? {
        let prepared = recipe.prepare(&segment?);
        if cancel.is_cancelled() || to.send(Ok(prepared)).is_err() {
            break;
        }
    }
    Ok(())
}

/// What to say of a clip that can only be heard or only be seen.
fn one_modality(clip: &Clip) -> Option<Problem> {
    let (lacks, replaced) = match (&clip.video, &clip.audio) {
        (Some(_), Some(_)) => return None,
        (Some(_), None) => ("no sound", "silence stands in for it"),
        (None, Some(_)) => ("no pictures", "a grey picture stands in for them"),
        (None, None) => ("neither sound nor pictures", "nothing can be scored"),
    };
    let name = clip.path.file_name().unwrap_or(clip.path.as_os_str());
    Some(Problem {
        severity: Severity::Warning,
        title: format!("{} has {lacks}", name.to_string_lossy()),
        advice: format!(
            "Nothing in it can be both heard and seen; {replaced}, and its scores mean little."
        ),
        detail: String::new(),
        path: Some(clip.path.clone()),
    })
}
