//! What the engine is asked to do for a clip, and when.

use std::sync::Arc;

use mettle_core::engine::{JobSpec, ModelChoice};
use mettle_core::media::Clip;
use mettle_core::project::Task;

use crate::link::EngineLink;
use crate::settings::SoundView;
use crate::state::{AppState, Entry, EntryId, Errand};

/// Hand in a job for a clip, unless it runs already or has nothing to work on.
pub fn submit(state: &mut AppState, engine: &mut dyn EngineLink, id: EntryId, errand: Errand) {
    let model = state.model_choice.clone();
    let Some(entry) = state.entry_by_id(id) else {
        return;
    };
    if entry.job(errand).is_some() {
        return;
    }
    if let Some(job) = job_for(entry, errand, model) {
        entry.jobs.push((engine.submit(job), errand));
    }
}

/// Hand in the jobs that follow an open file.
pub fn submit_all(state: &mut AppState, engine: &mut dyn EngineLink, id: EntryId) {
    for errand in [Errand::Waveform, Errand::Thumbnails, Errand::Predict] {
        submit(state, engine, id, errand);
    }
}

/// Analyse a clip anew; what there is stays until the new scores come.
pub fn analyse(state: &mut AppState, engine: &mut dyn EngineLink, id: EntryId) {
    if let Some(entry) = state.entry_by_id(id) {
        entry.failure = None;
        entry.analysed = false;
    }
    submit(state, engine, id, Errand::Predict);
}

/// The clip on screen wants a spectrogram once that is what is shown.
pub fn want_spectrogram(state: &mut AppState, engine: &mut dyn EngineLink) {
    if state.settings.sound_view != SoundView::Spectrogram {
        return;
    }
    let wanting = state
        .entry()
        .filter(|e| e.clip.is_some() && !e.spectrogram_asked);
    if let Some(id) = wanting.map(|entry| entry.id) {
        submit(state, engine, id, Errand::Spectrogram);
        if let Some(entry) = state.entry_by_id(id) {
            entry.spectrogram_asked = true;
        }
    }
}

fn job_for(entry: &Entry, errand: Errand, model: ModelChoice) -> Option<JobSpec> {
    let clip = || entry.clip.clone();
    let heard = || clip().filter(|clip: &Arc<Clip>| clip.audio.is_some());
    Some(match errand {
        Errand::Open => JobSpec::Open {
            path: entry.path.clone(),
        },
        Errand::Waveform => JobSpec::Waveform { clip: heard()? },
        Errand::Spectrogram => JobSpec::Spectrogram { clip: heard()? },
        Errand::Thumbnails => JobSpec::Thumbnails {
            clip: clip().filter(|clip| clip.video.is_some())?,
        },
        Errand::Predict => JobSpec::Predict {
            clip: clip()?,
            task: Task::Localize,
            model,
        },
    })
}
