//! What the engine is asked to do for a clip, and when.

use std::sync::Arc;

use mettle_core::base::{Task, Time};
use mettle_core::engine::{HeadChoice, JobSpec, ModelChoice, WhichHead};
use mettle_core::media::Clip;

use crate::link::EngineLink;
use crate::settings::SoundView;
use crate::state::{AppState, Entry, EntryId, Errand};

/// Clips up to this long are asked everything, longer ones what the mode shows.
const LONGEST_UNASKED: Time = Time::from_micros(600_000_000);

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
    for errand in [Errand::Waveform, Errand::Thumbnails] {
        submit(state, engine, id, errand);
    }
    ask_shown(state, engine, id);
}

/// Analyse a clip anew; what there is stays until the new scores come.
pub fn analyse(state: &mut AppState, engine: &mut dyn EngineLink, id: EntryId) {
    if let Some(entry) = state.entry_by_id(id) {
        entry.failure = None;
        entry.asked.clear();
        let answers = entry.answers.values_mut();
        answers.for_each(|answer| answer.complete = false);
    }
    ask_shown(state, engine, id);
}

/// Ask the model what the mode shows, if it has the head for it.
fn ask_shown(state: &mut AppState, engine: &mut dyn EngineLink, id: EntryId) {
    ask(state, engine, id, state.mode().task());
}

fn ask(state: &mut AppState, engine: &mut dyn EngineLink, id: EntryId, task: Task) {
    if !state.can(task) {
        return;
    }
    submit(state, engine, id, Errand::Predict(task));
    if let Some(entry) = state.entry_by_id(id) {
        entry.asked.insert(task);
    }
}

/// Every clip is asked what the mode shows, the clip on screen whatever else the model can say: both read the features that
/// the first analysis leaves. What was cancelled or has failed is not asked again by itself.
pub fn want_answers(state: &mut AppState, engine: &mut dyn EngineLink) {
    let shown = state.mode().task();
    let known = state.model.is_some();
    let mut wanted = Vec::new();
    for entry in &state.entries {
        if entry.clip.is_none() || entry.failure.is_some() {
            continue;
        }
        let on_screen = Some(entry.id) == state.selected && known;
        // Masks of an hour would take room that nobody asked for.
        let on_screen = on_screen && entry.duration() <= LONGEST_UNASKED;
        let settled = entry.answers.get(&shown).is_some_and(|a| a.complete);
        let tasks = Task::ALL
            .into_iter()
            .filter(|task| *task == shown || (on_screen && settled));
        let open = tasks.filter(|task| !entry.asked.contains(task) && state.can(*task));
        wanted.extend(open.map(|task| (entry.id, task)));
    }
    for (id, task) in wanted {
        ask(state, engine, id, task);
    }
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
        Errand::Predict(task) => JobSpec::Predict {
            clip: clip()?,
            head: HeadChoice {
                model,
                which: WhichHead::For(task),
            },
        },
    })
}
