//! What a head's meta-tokens read in one second: its features from the cache, or else from decoder and backbones, and the
//! attention weights. One step.

use std::sync::Arc;

use burn::tensor::Device;

use crate::base::{Task, TimeSpan};
use crate::engine::session::ComputeSession;
use crate::engine::{EngineError, Job, ModelChoice, ReplyBody, Step, StepContext};
use crate::features::{FeatureCache, FeatureStream, Recipe, extract};
use crate::media::{Clip, SegmentReader, Source};
use crate::model::{LayerFeatures, LoadedModel};
use crate::predict::{Attention, one_repeat};

/// Looks at one second.
pub(super) struct AttentionJob {
    pub clip: Arc<Clip>,
    pub task: Task,
    pub model: ModelChoice,
    pub segment: usize,
}

/// Visual and audio features of a segment.
type Both = (LayerFeatures, LayerFeatures);

impl Job<ComputeSession> for AttentionJob {
    fn step(
        &mut self,
        session: &mut ComputeSession,
        context: &mut StepContext<'_>,
    ) -> Result<Step, EngineError> {
        let cache = session.features();
        let source = session.source();
        let (device, ready) = session.model(&self.model)?;
        let model = &ready.model;
        let Some(head) = model.head(self.task) else {
            return Err(EngineError::NoHead {
                model: model.about.name.clone(),
                task: self.task,
            });
        };
        let spans = TimeSpan::seconds_of(self.clip.duration);
        let Some(&span) = spans.get(self.segment) else {
            return Ok(Step::Done);
        };
        let kept = match cache {
            Some(cache) => self.kept(
                Arc::clone(&source),
                (spans, cache),
                (model, device),
                context,
            )?,
            None => None,
        };
        let (visual, audio) = match kept {
            Some(both) => both,
            None => self.computed(&*source, span, model, device)?,
        };
        let [picture, sound] = head.readings(&visual, &audio, 0)?;
        let upright = |reading| one_repeat(&reading, model.sound_tile);
        let sound = sound.iter().map(|r| r.unfolded(model.sound_fold));
        context.reply(ReplyBody::Attention(Arc::new(Attention {
            clip: self.clip.id,
            task: self.task,
            segment: self.segment,
            span,
            picture,
            sound: sound.map(upright).collect(),
        })));
        Ok(Step::Done)
    }
}

impl AttentionJob {
    /// What the analysis left, if it left both backbones' features. Damaged ones are computed.
    fn kept(
        &self,
        source: Arc<dyn Source>,
        (spans, cache): (Vec<TimeSpan>, FeatureCache),
        (model, device): (&LoadedModel, &Device),
        context: &StepContext<'_>,
    ) -> Result<Option<Both>, EngineError> {
        let cancel = context.cancel_token();
        let mut stream =
            FeatureStream::start(source, &self.clip, spans, model, Some(cache), cancel)?;
        if !stream.is_kept() {
            return Ok(None);
        }
        stream.skip_to(self.segment);
        let batch = stream.next(model, device, 1).ok().flatten();
        Ok(batch.map(|batch| (batch.visual, batch.audio)))
    }

    fn computed(
        &self,
        source: &dyn Source,
        span: TimeSpan,
        model: &LoadedModel,
        device: &Device,
    ) -> Result<Both, EngineError> {
        let recipe = Recipe::of(model);
        let mut segments =
            SegmentReader::open(source, &self.clip, vec![span], recipe.sample_rate())?;
        let prepared = segments.next().transpose()?;
        let prepared: Vec<_> = prepared.iter().map(|s| recipe.prepare(s)).collect();
        Ok(extract(model, &prepared, device))
    }
}
