//! Decoding on a thread of its own, a bounded number of segments ahead of the device.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::error::FeatureError;
use super::extract::{PreparedSegment, Recipe};
use crate::base::{CancelToken, TimeSpan};
use crate::media::{Clip, MediaError, SegmentReader, Source};

/// Segments decoded ahead of the backbones.
const AHEAD: usize = 16;
/// How long to wait for the decoder before saying that it is not that far.
const WAIT: Duration = Duration::from_millis(100);

/// Segments as they come from the decoder.
pub(super) struct Decoded(Receiver<Result<PreparedSegment, MediaError>>);

impl Decoded {
    /// Starts decoding. The thread ends when the clip is read, the job is cancelled or this is dropped.
    pub fn start(
        source: Arc<dyn Source>,
        clip: Arc<Clip>,
        spans: Vec<TimeSpan>,
        recipe: Recipe,
        cancel: CancelToken,
    ) -> Result<Self, FeatureError> {
        let (to, from) = bounded(AHEAD);
        let work = move || {
            if let Err(error) = decode_all(&*source, &clip, spans, &recipe, &cancel, &to) {
                // Nobody listens any more when the job has ended meanwhile.
                let _ = to.send(Err(error));
            }
        };
        std::thread::Builder::new()
            .name("decode".to_owned())
            .spawn(work)
            .map_err(|error| FeatureError::Decoding(error.to_string()))?;
        Ok(Self(from))
    }

    /// What is decoded, up to `most` segments; none when the decoder is not that far.
    pub fn take(&self, most: usize) -> Result<Vec<PreparedSegment>, FeatureError> {
        let first = match self.0.recv_timeout(WAIT) {
            Ok(first) => first?,
            Err(RecvTimeoutError::Timeout) => return Ok(Vec::new()),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(FeatureError::Decoding("it stopped early".to_owned()));
            }
        };
        let mut batch = vec![first];
        while batch.len() < most
            && let Ok(next) = self.0.try_recv()
        {
            batch.push(next?);
        }
        Ok(batch)
    }
}

fn decode_all(
    source: &dyn Source,
    clip: &Clip,
    spans: Vec<TimeSpan>,
    recipe: &Recipe,
    cancel: &CancelToken,
    to: &Sender<Result<PreparedSegment, MediaError>>,
) -> Result<(), MediaError> {
    let clip = recipe.needed_of(clip);
    for segment in SegmentReader::open(source, &clip, spans, recipe.sample_rate())? {
        let prepared = recipe.prepare(&segment?);
        if cancel.is_cancelled() || to.send(Ok(prepared)).is_err() {
            break;
        }
    }
    Ok(())
}
