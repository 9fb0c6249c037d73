//! Looking at what is kept of clips analysed before, and clearing it.

use crate::engine::session::MediaSession;
use crate::engine::{EngineError, Job, ReplyBody, Step, StepContext};
use crate::features::FeatureCache;

/// Clears the cache where that is asked, and says what is in it; one step.
pub(super) struct KeptJob {
    pub clear: bool,
}

impl Job<MediaSession> for KeptJob {
    fn step(
        &mut self,
        session: &mut MediaSession,
        context: &mut StepContext<'_>,
    ) -> Result<Step, EngineError> {
        let cache = session.features.as_ref();
        if let Some(cache) = cache.filter(|_| self.clear) {
            let folder = cache.folder().display();
            cache
                .clear()
                .map_err(|e| EngineError::Cache(format!("{folder}: {e}")))?;
        }
        let summary = cache.map(FeatureCache::summary).unwrap_or_default();
        context.reply(ReplyBody::Kept(summary));
        Ok(Step::Done)
    }
}
