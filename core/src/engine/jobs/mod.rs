//! The jobs, one file each, and which thread each belongs to.

mod attention;
mod export;
mod fine_tune;
mod heads;
mod kept;
mod map;
mod nearest;
mod open;
mod predict;
mod self_test;
mod spectrogram;
mod thumbnails;
mod warm_up;
mod waveform;
mod weights;

use super::session::{ComputeSession, MediaSession, WeightsSession};
use super::worker::Job;
use super::{JobSpec, WeightsTask};

/// A job with the thread it runs on.
pub(super) enum Routed {
    /// On the thread that owns the compute device.
    Compute(Box<dyn Job<ComputeSession>>),
    /// On the thread for reading files.
    Media {
        /// The work itself, step by step.
        job: Box<dyn Job<MediaSession>>,
        /// Whether the user sees nothing until it is done.
        urgent: bool,
    },
    /// On the thread for weights, so that a download never waits for a clip or a clip for it.
    Weights {
        /// The work itself, step by step.
        job: Box<dyn Job<WeightsSession>>,
        /// Whether the user sees nothing until it is done.
        urgent: bool,
    },
}

/// The job that does what is asked.
pub(super) fn for_spec(spec: JobSpec) -> Routed {
    let media = |job: Box<dyn Job<MediaSession>>| Routed::Media { job, urgent: false };
    match spec {
        JobSpec::Open { path } => media(Box::new(open::OpenJob::new(path))),
        JobSpec::Waveform { clip } => media(Box::new(waveform::WaveformJob::new(clip))),
        JobSpec::Spectrogram { clip } => media(Box::new(spectrogram::SpectrogramJob::new(clip))),
        JobSpec::Thumbnails { clip } => media(Box::new(thumbnails::ThumbnailsJob::new(clip))),
        JobSpec::Predict { clip, head } => {
            Routed::Compute(Box::new(predict::PredictJob::new(clip, head)))
        }
        JobSpec::Attention {
            clip,
            head,
            segment,
        } => Routed::Compute(Box::new(attention::AttentionJob::new(clip, head, segment))),
        JobSpec::Nearest {
            clip,
            segment,
            head,
            by,
        } => Routed::Compute(Box::new(nearest::NearestJob {
            clip,
            segment,
            head,
            by,
        })),
        JobSpec::Map { head } => Routed::Compute(Box::new(map::MapJob::new(head))),
        JobSpec::Kept { clear } => Routed::Media {
            job: Box::new(kept::KeptJob { clear }),
            urgent: true,
        },
        JobSpec::Weights(task) => Routed::Weights {
            urgent: task == WeightsTask::List,
            job: weights::for_task(task),
        },
        JobSpec::Export(spec) => Routed::Compute(Box::new(export::ExportJob::new(*spec))),
        JobSpec::FineTune(spec) => Routed::Compute(Box::new(fine_tune::FineTuneJob::new(*spec))),
        JobSpec::Heads { model, remove } => {
            Routed::Compute(Box::new(heads::HeadsJob { model, remove }))
        }
        JobSpec::SelfTest => Routed::Compute(Box::new(self_test::SelfTestJob)),
        JobSpec::WarmUp { model } => Routed::Compute(Box::new(warm_up::WarmUpJob::new(model))),
    }
}
