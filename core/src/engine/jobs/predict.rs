//! Scoring a clip: features from the cache or from decoder and backbones, head; scores go out as seconds are done.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::base::{ClipId, Problem, Task, TimeSpan};
use crate::engine::session::{ComputeSession, ReadyModel};
use crate::engine::{EngineError, Job, ModelChoice, ReplyBody, Step, StepContext, TagsPart};
use crate::features::{FeatureBatch, FeatureError, FeatureStream, pooled};
use crate::media::Clip;
use crate::model::TaskHead;
use crate::predict::{PredictionKey, Predictor, SecondTags, tags_of};

/// Most segments in one pass through the backbones.
const BATCH: usize = 8;
/// A pass that took less lets the next one be larger; one that took more than three times this, smaller.
const SHORT: Duration = Duration::from_millis(100);
/// Scores are not sent more often than this.
const PAUSE: Duration = Duration::from_millis(100);

/// Takes features as they come and scores them.
pub(super) struct PredictJob {
    clip: Arc<Clip>,
    task: Task,
    model: ModelChoice,
    begun: Option<Begun>,
    /// Segments in the next pass, at most.
    batch: usize,
    sent: Option<Instant>,
    /// Kept features were damaged: these are computed.
    distrust: bool,
}

struct Begun {
    features: FeatureStream,
    predictor: Predictor,
    head: TaskHead,
    spans: Vec<TimeSpan>,
    /// Seconds that were final in the last part.
    settled: usize,
    /// Tags not sent yet, and how many were.
    tags: Vec<SecondTags>,
    tagged: usize,
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
            distrust: false,
        }
    }

    /// Load the model if need be, and look for kept features or start decoding.
    fn begin(
        &self,
        session: &mut ComputeSession,
        context: &StepContext<'_>,
    ) -> Result<Begun, EngineError> {
        let cache = session.features().filter(|_| !self.distrust);
        let source = session.source();
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
        let cancel = context.cancel_token();
        let features =
            FeatureStream::start(source, &self.clip, spans.clone(), model, cache, cancel)?;
        context.progress(0, spans.len() as u64);
        Ok(Begun {
            features,
            total: spans.len() as u64,
            predictor: Predictor::new(key, labels, spans.clone()),
            head,
            spans,
            settled: 0,
            tags: Vec::new(),
            tagged: 0,
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
            let (device, ready) = session.model(&self.model)?;
            let batch = match begun.features.next(&ready.model, device, self.batch) {
                Ok(Some(batch)) => batch,
                Ok(None) => return Ok(Step::More),
                Err(error @ FeatureError::Damaged(_)) if !self.distrust => {
                    log::info!("{error}; computing them again");
                    (self.distrust, self.begun) = (true, None);
                    return Ok(Step::More);
                }
                Err(error) => return Err(error.into()),
            };
            let time = batch.time + begun.score(ready, &self.clip, &batch)?;
            self.batch = next_batch(self.batch, time);
            context.progress(begun.predictor.seen() as u64, begun.total);
        }
        let complete = begun.predictor.is_complete();
        let due = self.sent.is_none_or(|sent| sent.elapsed() >= PAUSE);
        if complete || (due && !context.reader_is_behind()) {
            begun.send(self.clip.id, context);
            self.sent = Some(Instant::now());
        }
        Ok(if complete { Step::Done } else { Step::More })
    }
}

impl Begun {
    /// What is new since the last time.
    fn send(&mut self, clip: ClipId, context: &StepContext<'_>) {
        let part = self.predictor.part(self.settled);
        self.settled = self.predictor.settled();
        context.reply(ReplyBody::Prediction(part));
        let seconds = std::mem::take(&mut self.tags);
        if !seconds.is_empty() {
            let from = self.tagged;
            self.tagged += seconds.len();
            context.reply(ReplyBody::Tags(clip, TagsPart { from, seconds }));
        }
    }

    /// Score a batch; gives how long it took.
    fn score(
        &mut self,
        ready: &ReadyModel,
        clip: &Clip,
        batch: &FeatureBatch,
    ) -> Result<Duration, EngineError> {
        let begin = Instant::now();
        let (visual, audio) = (&batch.visual, &batch.audio);
        let seen = self.predictor.seen();
        let spans = self.spans.get(seen..seen + batch.segments);
        let spans = spans.unwrap_or_default();
        let tags = tags_of(&ready.model, clip, (visual, audio), spans)?;
        self.tags.extend(tags);
        let familiarity = match &ready.familiarity {
            Some(known) => pooled(visual, audio)?
                .iter()
                .map(|row| known.score(row))
                .collect(),
            // Nobody measured what it was trained on: nothing is said of it, and scores stay as they are.
            None => Vec::new(),
        };
        self.predictor
            .add(&self.head, visual, audio, &familiarity)?;
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

/// What to say of a clip that can only be heard or only be seen.
fn one_modality(clip: &Clip) -> Option<Problem> {
    let (lacks, replaced) = match (&clip.video, &clip.audio) {
        (Some(_), Some(_)) => return None,
        (Some(_), None) => ("no sound", "silence stands in for it"),
        (None, Some(_)) => ("no pictures", "a grey picture stands in for them"),
        (None, None) => ("neither sound nor pictures", "nothing can be scored"),
    };
    let name = clip.path.file_name().unwrap_or(clip.path.as_os_str());
    let title = format!("{} has {lacks}", name.to_string_lossy());
    let advice = format!(
        "Nothing in it can be both heard and seen; {replaced}, and its scores mean little."
    );
    Some(Problem::warning(title, advice).about(&clip.path))
}
