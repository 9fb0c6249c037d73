//! The film strip: one small picture a second, coarse to fine for long clips.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::base::TimeSpan;
use crate::engine::session::MediaSession;
use crate::engine::{EngineError, Job, ReplyBody, Step, StepContext, Thumbnail};
use crate::media::{Clip, Pictures};

/// The largest thumbnail, in pixels.
const SIZE: (usize, usize) = (160, 90);
/// A longer clip gets its pictures from coarse to fine, by seeking.
const IN_ORDER: u32 = 120;
/// Pictures of the first, coarse pass over a long clip.
const COARSE: u32 = 60;
/// No clip gets more: a strip of hours is looked at from afar.
const MOST: usize = 600;
/// How long a step may take.
const STEP: Duration = Duration::from_millis(150);

/// Decodes the frame in the middle of each second.
pub(super) struct ThumbnailsJob {
    clip: Arc<Clip>,
    reader: Option<Box<dyn Pictures>>,
    seconds: std::vec::IntoIter<u32>,
}

impl ThumbnailsJob {
    pub(super) fn new(clip: Arc<Clip>) -> Self {
        let count = TimeSpan::seconds_of(clip.duration).len() as u32;
        Self {
            clip,
            reader: None,
            seconds: order(count).into_iter(),
        }
    }
}

impl Job<MediaSession> for ThumbnailsJob {
    fn step(
        &mut self,
        session: &mut MediaSession,
        context: &mut StepContext<'_>,
    ) -> Result<Step, EngineError> {
        if self.clip.video.is_none() {
            return Ok(Step::Done);
        }
        let begin = Instant::now();
        let total = self.seconds.len() as u64;
        let reader = match &mut self.reader {
            Some(reader) => reader,
            none => none.insert(session.source.pictures(&self.clip.path)?),
        };
        let spans = TimeSpan::seconds_of(self.clip.duration);
        let mut pictures = Vec::new();
        for second in self.seconds.by_ref() {
            let Some(span) = spans.get(second as usize) else {
                continue;
            };
            let frame = reader.frame_at(span.middle())?;
            pictures.push(Thumbnail {
                second,
                picture: Arc::new(frame.picture.to_rgb_within(SIZE.0, SIZE.1)),
            });
            if begin.elapsed() > STEP || context.is_cancelled() {
                break;
            }
        }
        let left = self.seconds.len() as u64;
        context.reply(ReplyBody::Thumbnails(self.clip.id, pictures));
        context.progress(total - left, total);
        Ok(if left == 0 { Step::Done } else { Step::More })
    }
}

/// Which seconds get a picture, in which order: all of a short clip from its start; of a long one a coarse pass first,
/// then the gaps, halved and halved again.
fn order(count: u32) -> Vec<u32> {
    if count <= IN_ORDER {
        return (0..count).collect();
    }
    let (mut seconds, mut seen) = (Vec::new(), HashSet::new());
    let mut stride = count.div_ceil(COARSE);
    loop {
        let fresh = (0..count).step_by(stride as usize);
        seconds.extend(
            fresh
                .filter(|second| seen.insert(*second))
                .take(MOST - seconds.len()),
        );
        if stride == 1 || seconds.len() >= MOST {
            return seconds;
        }
        stride = stride.div_ceil(2).min(stride - 1);
    }
}
