//! Opening a file: its first frame at once, then what it is.

use std::path::PathBuf;
use std::sync::Arc;

use crate::base::Problem;
use crate::engine::session::MediaSession;
use crate::engine::{EngineError, Job, ReplyBody, Step, StepContext};
use crate::media::{Clip, ClipNaming, MediaWarning};

/// The largest cover, in pixels: lists hold one for each of thousands of clips.
const COVER: (usize, usize) = (80, 45);

/// First the first frame, so that the user sees something; then streams and times; then, in steps, the content hash.
pub(super) struct OpenJob {
    path: PathBuf,
    shown: bool,
    begun: Option<(Clip, ClipNaming)>,
}

impl OpenJob {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            shown: false,
            begun: None,
        }
    }

    fn begin(&self, context: &StepContext<'_>) -> Result<(Clip, ClipNaming), EngineError> {
        let (clip, warnings) = Clip::open_unnamed(&self.path)?;
        for warning in warnings {
            context.reply(ReplyBody::Notice(notice_of(&warning, &clip)));
        }
        Ok((clip, ClipNaming::start(&self.path)?))
    }
}

impl Job<MediaSession> for OpenJob {
    fn step(
        &mut self,
        session: &mut MediaSession,
        context: &mut StepContext<'_>,
    ) -> Result<Step, EngineError> {
        if !self.shown {
            self.shown = true;
            // A failure here is told better by the second step, which knows of both streams.
            let pictures = session.source.pictures(&self.path);
            let first = pictures.and_then(|mut pictures| pictures.first_frame());
            if let Ok(frame) = first {
                let small = frame.picture.to_rgb_within(COVER.0, COVER.1);
                context.reply(ReplyBody::Cover(Arc::new(small)));
                context.reply(ReplyBody::FirstFrame(frame));
            }
            return Ok(Step::More);
        }
        let (clip, naming) = match &mut self.begun {
            Some(begun) => begun,
            None => self.begun.insert(self.begin(context)?),
        };
        let Some(id) = naming.step()? else {
            let progress = naming.progress();
            context.progress(progress.done, progress.total);
            return Ok(Step::More);
        };
        let clip = Clip { id, ..clip.clone() };
        context.reply(ReplyBody::Opened(Arc::new(clip)));
        Ok(Step::Done)
    }
}

fn notice_of(warning: &MediaWarning, clip: &Clip) -> Problem {
    Problem::warning(warning.to_string(), warning.advice())
        .with_detail(format!("{warning:?}"))
        .with_command(warning.conversion())
        .about(&clip.path)
}
