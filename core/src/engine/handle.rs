//! The engine as its users see it: submit, cancel, read replies, look at the board.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::Receiver;

use super::session::{ComputeSession, MediaSession, WeightsSession, shared_report};
use super::worker::{NewJob, Worker};
use super::{Board, EngineError, JobId, JobSpec, JobStatus, Outbox, Reply, WeightsTask};
use super::{jobs, priority};
use crate::base::ClipId;
use crate::features::FeatureCache;
use crate::gpu::{DeviceChoice, DeviceReport, Prober};
use crate::media::{LocalFiles, Source};
use crate::model::{HeadCatalogue, Precision};

/// Replies the window may leave unread before the workers wait for it.
const UNREAD_REPLIES: usize = 256;

/// How to start an engine.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// The device to compute on.
    pub device: DeviceChoice,
    /// In which numbers backbones are kept and multiplied.
    pub precision: Precision,
    /// How to try a GPU before using it.
    pub prober: Prober,
    /// How many threads compute on the CPU; all there are, or as many as `RAYON_NUM_THREADS` says, if not given.
    pub threads: Option<usize>,
    /// Whether a window of this program is open, which the workers must give way to.
    pub beside_window: bool,
    /// Whether predictions also tell what the head distilled of each second.
    pub meta_tokens: bool,
    /// Whether what heads distil is kept in memory, so that seconds like one can be found.
    pub finds_alike: bool,
    /// Where to keep features of clips; without a place, nothing is kept.
    pub features: Option<FeatureCache>,
    /// Where trained heads lie.
    pub heads: HeadCatalogue,
    /// Where clips are read from.
    pub source: Arc<dyn Source>,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            device: DeviceChoice::default(),
            precision: Precision::default(),
            prober: Prober::default(),
            threads: None,
            beside_window: false,
            meta_tokens: false,
            finds_alike: false,
            features: None,
            heads: HeadCatalogue::default(),
            source: Arc::new(LocalFiles),
        }
    }
}

/// Works on jobs, on its own threads. Dropping it stops them after the step in hand, without waiting.
pub struct Engine {
    /// The only thread that touches the compute device.
    compute: Worker<ComputeSession>,
    media: Worker<MediaSession>,
    weights: Worker<WeightsSession>,
    board: Board,
    replies: Receiver<Reply>,
    report: Arc<Mutex<DeviceReport>>,
}

impl Engine {
    /// Start the workers; `wake` is called, on one of their threads, when there is a reply to read. Opening the device
    /// and loading models happens on the worker: this returns at once.
    ///
    /// # Errors
    /// When the system refuses to start a thread.
    pub fn start(
        options: EngineOptions,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<Self, EngineError> {
        if options.beside_window {
            priority::give_way_to_window();
        }
        priority::lower_compute_pool(options.threads);
        let board = Board::default();
        let (outbox, replies) = Outbox::new(UNREAD_REPLIES, wake);
        let report = shared_report();
        let theirs = Arc::clone(&report);
        let features = options.features.clone();
        let source = Arc::clone(&options.source);
        let compute = Worker::start("engine", board.clone(), outbox.clone(), move || {
            ComputeSession::open(options, theirs)
        })?;
        let media = Worker::start("media", board.clone(), outbox.clone(), move || {
            MediaSession { features, source }
        })?;
        let weights = Worker::start("weights", board.clone(), outbox, || WeightsSession)?;
        Ok(Self {
            compute,
            media,
            weights,
            board,
            replies,
            report,
        })
    }

    /// Queue a job.
    pub fn submit(&self, spec: JobSpec) -> JobId {
        let id = JobId::fresh();
        let (title, path, clip) = (title(&spec), path(&spec), spec.clip());
        let model = spec.model().cloned();
        match jobs::for_spec(spec) {
            jobs::Routed::Compute(job) => self.compute.submit(NewJob {
                id,
                title,
                path,
                clip,
                urgent: false,
                model,
                job,
            }),
            jobs::Routed::Media { job, urgent } => self.media.submit(NewJob {
                id,
                title,
                path,
                clip,
                urgent,
                model: None,
                job,
            }),
            jobs::Routed::Weights { job, urgent } => self.weights.submit(NewJob {
                id,
                title,
                path,
                clip,
                urgent,
                model: None,
                job,
            }),
        }
        id
    }

    /// Ask a job to stop. Its end comes as a reply: `Cancelled`, or whatever it reached before.
    pub fn cancel(&self, job: JobId) {
        self.compute.cancel(job);
        self.media.cancel(job);
        self.weights.cancel(job);
    }

    /// Keep a job from going on until it is resumed; what it has of memory and files it keeps.
    pub fn pause(&self, job: JobId) {
        self.compute.pause(job);
        self.media.pause(job);
        self.weights.pause(job);
    }

    /// Let a paused job go on.
    pub fn resume(&self, job: JobId) {
        self.compute.resume(job);
        self.media.resume(job);
        self.weights.resume(job);
    }

    /// The replies that have come in, without waiting.
    pub fn replies(&self) -> impl Iterator<Item = Reply> + '_ {
        self.replies.try_iter()
    }

    /// Wait for the next reply; `None` when none comes within `limit`. Not for the window's thread.
    pub fn wait_for_reply(&self, limit: std::time::Duration) -> Option<Reply> {
        self.replies.recv_timeout(limit).ok()
    }

    /// The unfinished jobs, oldest first.
    pub fn jobs(&self) -> Vec<JobStatus> {
        self.board.snapshot()
    }

    /// Which clip is on screen: its jobs overtake the others.
    pub fn set_foreground(&self, clip: Option<ClipId>) {
        self.compute.set_foreground(clip);
        self.media.set_foreground(clip);
    }

    /// The user waits for this job: the opening of the clip on screen. It goes before everything else.
    pub fn set_awaited(&self, job: Option<JobId>) {
        self.media.set_awaited(job);
    }

    /// The device in use; its name says so while it is still being started.
    pub fn device(&self) -> DeviceReport {
        self.report
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn path(spec: &JobSpec) -> Option<std::path::PathBuf> {
    match spec {
        JobSpec::Open { path } => Some(path.clone()),
        JobSpec::Waveform { clip }
        | JobSpec::Spectrogram { clip }
        | JobSpec::Thumbnails { clip }
        | JobSpec::Predict { clip, .. }
        | JobSpec::Attention { clip, .. } => Some(clip.path.clone()),
        JobSpec::Nearest { .. }
        | JobSpec::Map { .. }
        | JobSpec::WarmUp { .. }
        | JobSpec::SelfTest
        | JobSpec::Kept { .. }
        | JobSpec::FineTune(_)
        | JobSpec::Heads { .. }
        | JobSpec::Export(_)
        | JobSpec::Weights(_) => None,
    }
}

fn title(spec: &JobSpec) -> String {
    let name = |path: &Path| {
        path.file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned()
    };
    match spec {
        JobSpec::Open { path } => format!("Open {}", name(path)),
        JobSpec::Waveform { clip } => format!("Draw the waveform of {}", name(&clip.path)),
        JobSpec::Spectrogram { clip } => format!("Draw the spectrogram of {}", name(&clip.path)),
        JobSpec::Thumbnails { clip } => format!("Draw the film strip of {}", name(&clip.path)),
        JobSpec::Predict { clip, .. } => format!("Analyse {}", name(&clip.path)),
        JobSpec::Attention { clip, segment, .. } => {
            format!("Look at second {segment} of {}", name(&clip.path))
        }
        JobSpec::Nearest { .. } => "Find seconds like this".to_owned(),
        JobSpec::Map { .. } => "Lay out the map of seconds".to_owned(),
        JobSpec::WarmUp { .. } => "Warm up the model".to_owned(),
        JobSpec::SelfTest => "Test the device".to_owned(),
        JobSpec::Kept { clear: false } => "Look at the kept features".to_owned(),
        JobSpec::Kept { clear: true } => "Clear the kept features".to_owned(),
        JobSpec::FineTune(_) => "Train on corrections".to_owned(),
        JobSpec::Heads { remove: None, .. } => "Look for heads".to_owned(),
        JobSpec::Heads { .. } => "Delete a head".to_owned(),
        JobSpec::Export(spec) => spec.title(),
        JobSpec::Weights(WeightsTask::List) => "Look for weights".to_owned(),
        JobSpec::Weights(WeightsTask::Pull { model, .. }) => format!("Fetch {model}"),
        JobSpec::Weights(WeightsTask::Verify) => "Check the weights".to_owned(),
    }
}
