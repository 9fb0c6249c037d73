//! Decoding on a thread of its own, a bounded number of segments ahead of the device.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::error::FeatureError;
use super::extract::{PreparedSegment, Recipe};
use crate::base::{CancelToken, TimeSpan};
use crate::media::{Clip, MediaError, SegmentData, SegmentReader, Source};

/// Segments decoded ahead of the backbones.
const AHEAD: usize = 16;

/// Segments as they come from the decoder.
pub struct Decoded {
    segments: Receiver<Result<PreparedSegment, MediaError>>,
    bell: Bell,
}

/// What wakes whoever waits for segments, once there is somebody.
#[derive(Clone, Default)]
struct Bell(Arc<Mutex<Option<Wake>>>);

type Wake = Box<dyn Fn() + Send>;

impl Bell {
    fn ring(&self) {
        if let Some(wake) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            wake();
        }
    }
}

/// Rings when the decoder ends, however it ends.
struct LastRing(Bell);

impl Drop for LastRing {
    fn drop(&mut self) {
        self.0.ring();
    }
}

impl Decoded {
    /// Starts decoding. The thread ends when the clip is read, the job is cancelled or this is dropped.
    ///
    /// # Errors
    /// When the system refuses to start a thread.
    pub fn start(
        source: Arc<dyn Source>,
        clip: Arc<Clip>,
        spans: Vec<TimeSpan>,
        recipe: Recipe,
        cancel: CancelToken,
    ) -> Result<Self, FeatureError> {
        let (to, segments) = bounded(AHEAD);
        let bell = Bell::default();
        let last = LastRing(bell.clone());
        let work = move || {
            // Dropped after the sender, so that who is woken finds the end.
            let last = last;
            let to = to;
            if let Err(error) = decode_all(&*source, &clip, spans, &recipe, &cancel, (&to, &last.0))
            {
                // Nobody listens any more when the job has ended meanwhile.
                let _ = to.send(Err(error));
            }
        };
        std::thread::Builder::new()
            .name("decode".to_owned())
            .spawn(work)
            .map_err(|error| FeatureError::Decoding(error.to_string()))?;
        Ok(Self { segments, bell })
    }

    /// Have `wake` called whenever there are more segments, or there will be no more.
    pub fn wake_by(&self, wake: impl Fn() + Send + 'static) {
        *self.bell.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(wake));
    }

    /// What is decoded, up to `most` segments; none when the decoder is not that far after waiting so long.
    ///
    /// # Errors
    /// The clip cannot be read, or decoding has stopped.
    pub fn take(
        &self,
        most: usize,
        patience: Duration,
    ) -> Result<Vec<PreparedSegment>, FeatureError> {
        let first = match self.segments.recv_timeout(patience) {
            Ok(first) => first?,
            Err(RecvTimeoutError::Timeout) => return Ok(Vec::new()),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(FeatureError::Decoding("it stopped early".to_owned()));
            }
        };
        let mut batch = vec![first];
        while batch.len() < most
            && let Ok(next) = self.segments.try_recv()
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
    (to, bell): (&Sender<Result<PreparedSegment, MediaError>>, &Bell),
) -> Result<(), MediaError> {
    let clip = recipe.needed_of(clip);
    let mut last: Option<(SegmentData, PreparedSegment)> = None;
    for segment in SegmentReader::open(source, &clip, spans, recipe.sample_rate())? {
        let segment = segment?;
        let prepared = match &last {
            Some((before, prepared)) => recipe.prepare_after(&segment, (before, prepared)),
            None => recipe.prepare(&segment),
        };
        last = Some((segment, prepared.clone()));
        if cancel.is_cancelled() || to.send(Ok(prepared)).is_err() {
            break;
        }
        bell.ring();
    }
    Ok(())
}
