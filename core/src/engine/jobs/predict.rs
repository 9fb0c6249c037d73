//! Scoring a clip: features from the cache or from decoder and backbones, head; scores go out as seconds are done.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::base::{ClipId, HeadId, Modality, Problem, TimeSpan};
use crate::engine::session::{ComputeSession, ReadyHead};
use crate::engine::{
    EngineError, HeadChoice, Job, MetaTokensPart, ReplyBody, Step, StepContext, TagsPart,
};
use crate::features::{FeatureBatch, FeatureError, FeatureStream, pooled};
use crate::media::Clip;
use crate::model::{Backbones, TagHead, TaskHead};
use crate::predict::{PredictionKey, Predictor, SecondTags, Tagged, meta_tokens, tags_of};

/// Most segments in one pass through the backbones.
const BATCH: usize = 8;
/// Fewest where nobody watches: weights that fit no cache are read once a pass.
const UNWATCHED: usize = 2;
/// A pass that took less lets the next one be larger; one that took more than three times this, smaller.
const SHORT: Duration = Duration::from_millis(100);
/// Scores are not sent more often than this.
const PAUSE: Duration = Duration::from_millis(100);

/// Takes features as they come and scores them.
pub(super) struct PredictJob {
    clip: Arc<Clip>,
    head: HeadChoice,
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
    spans: Vec<TimeSpan>,
    /// What the clip has nothing of.
    lacks: Option<Modality>,
    /// Seconds that were final in the last part.
    settled: usize,
    /// Whether classifiers are asked as features come. Where features are kept that would load the backbones before any score
    /// is there: then they are asked at the end.
    tags_beside: bool,
    /// Tags not sent yet, and how many were.
    tags: Vec<SecondTags>,
    tagged: usize,
}

impl PredictJob {
    pub(super) fn new(clip: Arc<Clip>, head: HeadChoice) -> Self {
        Self {
            clip,
            head,
            begun: None,
            batch: 1,
            sent: None,
            distrust: false,
        }
    }

    /// Load the head if need be, and look for kept features or start decoding.
    fn begin(
        &self,
        session: &mut ComputeSession,
        context: &StepContext<'_>,
    ) -> Result<Begun, EngineError> {
        let cache = session.features().filter(|_| !self.distrust);
        let source = session.source();
        let ready = session.head(&self.head)?;
        let pair = session.pair(&self.head.model)?;
        let about = pair.about();
        if let Some(notice) = one_modality(&self.clip) {
            context.reply(ReplyBody::Notice(notice));
        }
        let spans = TimeSpan::seconds_of(self.clip.duration);
        let key = PredictionKey {
            clip: self.clip.id,
            head: ready.file.id,
            precision: about.precision,
        };
        let cancel = context.cancel_token();
        let features =
            FeatureStream::start(source, &self.clip, spans.clone(), about, cache, cancel)?;
        let waker = context.waker();
        features.wake_by(move || waker.wake());
        context.progress(0, spans.len() as u64);
        let (task, labels) = (ready.file.task(), ready.file.labels.clone());
        let lacks = lacking(&self.clip);
        Ok(Begun {
            tags_beside: !about.may_classify || pair.is_loaded() || !features.is_kept(),
            features,
            predictor: Predictor::new(task, key, labels, spans.clone()).lacking(lacks),
            spans,
            lacks,
            settled: 0,
            tags: Vec::new(),
            tagged: 0,
        })
    }

    /// One batch: its features, its scores.
    fn score(
        &mut self,
        session: &mut ComputeSession,
        context: &StepContext<'_>,
    ) -> Result<Step, EngineError> {
        let Some(begun) = &mut self.begun else {
            return Ok(Step::More);
        };
        let pair = match begun.features.is_kept() {
            true => session.pair(&self.head.model)?,
            false => session.loaded(&self.head.model)?,
        };
        let batch = match begun.features.try_next(pair, self.batch) {
            Ok(Some(batch)) => batch,
            Ok(None) => return Ok(Step::Waiting),
            Err(error @ FeatureError::Damaged(_)) if !self.distrust => {
                log::info!("{error}; computing them again");
                (self.distrust, self.begun) = (true, None);
                return Ok(Step::More);
            }
            Err(error) => return Err(error.into()),
        };
        let begin = Instant::now();
        if begun.tags_beside && pair.about().may_classify {
            begun.tag(pair.backbones()?, &self.clip, &batch)?;
        }
        let ready = session.head(&self.head)?;
        begun.tell_meta_tokens(&ready, &batch, (self.clip.id, session), context)?;
        match &ready.head {
            head if batch.repeated && begun.predictor.repeat(head, batch.segments)? => {}
            TaskHead::Tags(head) => {
                let backbones = session.loaded(&self.head.model)?.backbones()?;
                begun.score_tags(head, backbones, &batch)?;
            }
            _ => begun.score(&ready, &batch)?,
        }
        let time = batch.time + begin.elapsed();
        self.batch = next_batch(self.batch, fewest(session), time);
        context.progress(begun.predictor.seen() as u64, begun.spans.len() as u64);
        let complete = begun.predictor.is_complete();
        let due = self.sent.is_none_or(|sent| sent.elapsed() >= PAUSE);
        if complete || (due && !context.reader_is_behind()) {
            let (head, from, classes) = begun.send(self.clip.id, context);
            session.distilled().say(head, self.clip.id, from, &classes);
            self.sent = Some(Instant::now());
        }
        if complete && !begun.tags_beside {
            return begun.look_again(&self.clip, session, &self.head);
        }
        Ok(if complete { Step::Done } else { Step::More })
    }

    /// One batch of kept features for the classifiers, once all scores are out.
    fn tag(
        &mut self,
        session: &mut ComputeSession,
        context: &StepContext<'_>,
    ) -> Result<Step, EngineError> {
        let Some(begun) = &mut self.begun else {
            return Ok(Step::More);
        };
        let pair = session.loaded(&self.head.model)?;
        let Ok(Some(batch)) = begun.features.try_next(pair, BATCH) else {
            // They were whole a moment ago; without them there are scores and no tags.
            return Ok(Step::Done);
        };
        begun.tag(pair.backbones()?, &self.clip, &batch)?;
        begun.send_tags(self.clip.id, context);
        Ok(match begun.tagged < begun.spans.len() {
            true => Step::More,
            false => Step::Done,
        })
    }
}

impl Job<ComputeSession> for PredictJob {
    fn step(
        &mut self,
        session: &mut ComputeSession,
        context: &mut StepContext<'_>,
    ) -> Result<Step, EngineError> {
        match &mut self.begun {
            None => {
                self.begun = Some(self.begin(session, context)?);
                self.batch = fewest(session);
                Ok(Step::More)
            }
            Some(begun) if begun.spans.is_empty() => {
                begun.send(self.clip.id, context);
                Ok(Step::Done)
            }
            Some(begun) if begun.predictor.is_complete() => self.tag(session, context),
            Some(_) => self.score(session, context),
        }
    }

    fn starts_ahead(&self) -> bool {
        true
    }

    fn restart(&mut self) -> bool {
        (self.begun, self.sent) = (None, None);
        true
    }
}

impl Begun {
    /// From the first second on once more, for the classifiers.
    fn look_again(
        &mut self,
        clip: &Clip,
        session: &mut ComputeSession,
        head: &HeadChoice,
    ) -> Result<Step, EngineError> {
        let cache = session.features();
        let about = session.pair(&head.model)?.about();
        let segments = self.spans.len();
        let kept = cache.and_then(|cache| FeatureStream::kept(clip, segments, about, cache));
        Ok(match kept {
            Some(kept) => {
                self.features = kept;
                Step::More
            }
            None => Step::Done,
        })
    }

    /// What is new since the last time. Gives the head, the first second, and what it says of each from there on.
    fn send(
        &mut self,
        clip: ClipId,
        context: &StepContext<'_>,
    ) -> (HeadId, usize, Vec<Option<u16>>) {
        let part = self.predictor.part(self.settled);
        let said = (part.key.head, part.from, part.classes());
        self.settled = self.predictor.settled();
        self.predictor.forget();
        context.reply(ReplyBody::Prediction(part));
        self.send_tags(clip, context);
        said
    }

    fn send_tags(&mut self, clip: ClipId, context: &StepContext<'_>) {
        let seconds = std::mem::take(&mut self.tags);
        if !seconds.is_empty() {
            let from = self.tagged;
            self.tagged += seconds.len();
            context.reply(ReplyBody::Tags(clip, TagsPart { from, seconds }));
        }
    }

    fn tag(
        &mut self,
        backbones: &Backbones,
        clip: &Clip,
        batch: &FeatureBatch,
    ) -> Result<(), EngineError> {
        let from = self.tagged + self.tags.len();
        let spans = self.spans.get(from..from + batch.segments);
        let features = (&batch.visual, &batch.audio);
        let tags = tags_of(backbones, clip, features, spans.unwrap_or_default())?;
        self.tags.extend(tags);
        Ok(())
    }

    /// What the head distilled of a batch that is about to be scored, told and kept where that is wished for.
    fn tell_meta_tokens(
        &self,
        ready: &ReadyHead,
        batch: &FeatureBatch,
        (clip, session): (ClipId, &mut ComputeSession),
        context: &StepContext<'_>,
    ) -> Result<(), EngineError> {
        let (tells, keeps) = (session.tells_meta_tokens(), session.finds_alike());
        if !tells && !keeps {
            return Ok(());
        }
        let from = self.predictor.seen();
        let Some(seconds) = meta_tokens(&ready.head, &batch.visual, &batch.audio)? else {
            return Ok(());
        };
        if keeps {
            let distilled = session.distilled();
            distilled.add(ready.file.id, clip, from, &seconds);
        }
        if tells {
            context.reply(ReplyBody::MetaTokens(
                clip,
                MetaTokensPart { from, seconds },
            ));
        }
        Ok(())
    }

    /// A head from tags asks the classifiers. Nobody trained it on anything that a second could be like or unlike.
    fn score_tags(
        &mut self,
        head: &TagHead,
        backbones: &Backbones,
        batch: &FeatureBatch,
    ) -> Result<(), EngineError> {
        let said = Tagged::of(head, backbones, &batch.visual, &batch.audio)?;
        Ok(self.predictor.add_tagged(said, &[])?)
    }

    fn score(&mut self, ready: &ReadyHead, batch: &FeatureBatch) -> Result<(), EngineError> {
        let (visual, audio) = (&batch.visual, &batch.audio);
        let familiarity = match &ready.file.familiarity {
            Some(known) => pooled(visual, audio)?
                .iter()
                .map(|row| known.score_without(row, self.lacks))
                .collect(),
            // Nobody measured what it was trained on: nothing is said of it, and scores stay as they are.
            None => Vec::new(),
        };
        self.predictor
            .add(&ready.head, visual, audio, &familiarity)?;
        Ok(())
    }
}

/// Segments that a pass has at least, where they are decoded.
fn fewest(session: &ComputeSession) -> usize {
    match session.is_watched() {
        true => 1,
        false => UNWATCHED,
    }
}

fn next_batch(batch: usize, fewest: usize, time: Duration) -> usize {
    if time < SHORT {
        (batch * 2).min(BATCH)
    } else if time > SHORT * 3 {
        (batch / 2).max(fewest)
    } else {
        batch
    }
}

/// What a clip has nothing of; of one with neither sound nor pictures nothing is asked.
fn lacking(clip: &Clip) -> Option<Modality> {
    match (&clip.video, &clip.audio) {
        (Some(_), None) => Some(Modality::Audible),
        (None, Some(_)) => Some(Modality::Visible),
        _ => None,
    }
}

/// What to say of a clip that can only be heard or only be seen.
fn one_modality(clip: &Clip) -> Option<Problem> {
    let (lacks, advice) = match lacking(clip)? {
        Modality::Audible => ("no sound", "Parsing shows what is seen in it"),
        _ => ("no pictures", "Parsing shows what is heard in it"),
    };
    let name = clip.path.file_name().unwrap_or(clip.path.as_os_str());
    let title = format!("{} has {lacks}", name.to_string_lossy());
    let advice = format!("Nothing in it can be both heard and seen. {advice}.");
    Some(Problem::warning(title, advice).about(&clip.path))
}
