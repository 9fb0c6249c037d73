//! What a head's meta-tokens read in one second: its features from the cache, or else from decoder and backbones, and the
//! attention weights. Each is a step of its own, so that a second that is no longer looked at is soon given up.

use std::sync::Arc;
use std::time::Duration;

use crate::base::TimeSpan;
use crate::engine::session::ComputeSession;
use crate::engine::{EngineError, HeadChoice, Job, ReplyBody, Step, StepContext};
use crate::features::{
    Decoded, FeatureStream, PreparedSegment, Recipe, extract_audio, extract_visual,
};
use crate::media::Clip;
use crate::model::LayerFeatures;
use crate::predict::{Attention, one_repeat};

/// Looks at one second.
pub(super) struct AttentionJob {
    clip: Arc<Clip>,
    head: HeadChoice,
    segment: usize,
    stage: Stage,
}

/// How far it has come.
#[expect(clippy::large_enum_variant)] // One lives at a time.
enum Stage {
    /// The cache has not been asked.
    Fresh,
    /// The second is being decoded.
    Decoding(Decoded),
    /// The backbone that looks is next.
    Decoded(Vec<PreparedSegment>),
    /// The backbone that listens is next.
    Seen(Vec<PreparedSegment>, LayerFeatures),
    /// Both are there.
    Ready(LayerFeatures, LayerFeatures),
}

impl AttentionJob {
    pub(super) fn new(clip: Arc<Clip>, head: HeadChoice, segment: usize) -> Self {
        Self {
            clip,
            head,
            segment,
            stage: Stage::Fresh,
        }
    }

    fn span(&self) -> Option<TimeSpan> {
        let spans = TimeSpan::seconds_of(self.clip.duration);
        spans.get(self.segment).copied()
    }

    /// What the analysis left, if it left both backbones' features; else starts to decode. Damaged features are computed.
    fn begin(
        &self,
        span: TimeSpan,
        session: &mut ComputeSession,
        context: &StepContext<'_>,
    ) -> Result<Stage, EngineError> {
        // A head that cannot be had is said before anything is computed for it.
        session.head(&self.head)?;
        let (cache, source) = (session.features(), session.source());
        let pair = session.pair(&self.head.model)?;
        let segments = TimeSpan::seconds_of(self.clip.duration).len();
        let kept = cache.and_then(|cache| {
            let mut kept = FeatureStream::kept(&self.clip, segments, pair.about(), cache)?;
            kept.skip_to(self.segment);
            kept.try_next(pair, 1).ok().flatten()
        });
        if let Some(batch) = kept {
            return Ok(Stage::Ready(batch.visual, batch.audio));
        }
        let recipe = Recipe::of(pair.about());
        let (clip, cancel) = (Arc::clone(&self.clip), context.cancel_token());
        let decoded = Decoded::start(source, clip, vec![span], recipe, cancel)?;
        let waker = context.waker();
        decoded.wake_by(move || waker.wake());
        Ok(Stage::Decoding(decoded))
    }

    fn reply(
        &self,
        span: TimeSpan,
        (visual, audio): (&LayerFeatures, &LayerFeatures),
        session: &mut ComputeSession,
        context: &StepContext<'_>,
    ) -> Result<(), EngineError> {
        let ready = session.head(&self.head)?;
        let pair = session.pair(&self.head.model)?.about();
        let [picture, sound] = ready.head.readings(visual, audio, 0)?;
        let upright = |reading| one_repeat(&reading, pair.sound_tile);
        let sound = sound.iter().map(|r| r.unfolded(pair.sound_fold));
        context.reply(ReplyBody::Attention(Arc::new(Attention {
            clip: self.clip.id,
            head: ready.file.id,
            task: ready.file.task(),
            segment: self.segment,
            span,
            picture,
            sound: sound.map(upright).collect(),
        })));
        Ok(())
    }
}

impl Job<ComputeSession> for AttentionJob {
    fn step(
        &mut self,
        session: &mut ComputeSession,
        context: &mut StepContext<'_>,
    ) -> Result<Step, EngineError> {
        let Some(span) = self.span() else {
            return Ok(Step::Done);
        };
        self.stage = match std::mem::replace(&mut self.stage, Stage::Fresh) {
            Stage::Fresh => self.begin(span, session, context)?,
            Stage::Decoding(decoded) => {
                let segments = decoded.take(1, Duration::ZERO)?;
                if segments.is_empty() {
                    self.stage = Stage::Decoding(decoded);
                    return Ok(Step::Waiting);
                }
                Stage::Decoded(segments)
            }
            Stage::Decoded(segments) => {
                let pair = session.loaded(&self.head.model)?;
                let visual = extract_visual(pair, &segments)?;
                Stage::Seen(segments, visual)
            }
            Stage::Seen(segments, visual) => {
                let pair = session.loaded(&self.head.model)?;
                Stage::Ready(visual, extract_audio(pair, &segments)?)
            }
            Stage::Ready(visual, audio) => {
                self.reply(span, (&visual, &audio), session, context)?;
                return Ok(Step::Done);
            }
        };
        Ok(Step::More)
    }

    fn restart(&mut self) -> bool {
        self.stage = Stage::Fresh;
        true
    }
}
