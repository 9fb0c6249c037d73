//! What the model says: filed under its clip and head, with the events at the thresholds in use.

use std::sync::Arc;

use mettle_core::base::{Modality, Task};
use mettle_core::engine::JobId;
use mettle_core::predict::{Prediction, PredictionPart};
use mettle_core::project::{Track, stretches};

use crate::state::{
    Answer, AppState, ByModel, JobKind, Library, Row, RowId, Settings, Standing, Tracks,
};

/// Rows of the list brought up to date in one frame after a threshold moved.
const A_FRAME: usize = 4;

/// Scores of a job that is no longer wanted (another model was chosen since) are dropped.
pub(super) fn scored(state: &mut AppState, job: JobId, part: PredictionPart) {
    let (clip, head, task) = (part.key.clip, part.key.head, part.detail.task());
    let known = state.jobs.get(job);
    let beside = JobKind::Proposed(task, head);
    let known = known.filter(|k| k.kind == JobKind::Predict(task) || k.kind == beside);
    let Some((id, kind)) = known.map(|k| (k.row, k.kind)) else {
        return;
    };
    let row = state.library.row(id);
    if !row.is_some_and(|row| row.is_of(clip)) {
        return;
    }
    let by = state.calibrates(task, head);
    state.library.change(id, |open| {
        let known = open.answers.take(task, head);
        if let Some(answer) = Answer::joined(known, part, by.as_deref()) {
            match kind == beside {
                true => open.answers.file_beside(task, head, answer),
                false => open.answers.file(task, head, answer),
            }
        }
    });
    if kind == beside {
        return;
    }
    track(&mut state.library, &state.settings, id, task);
}

/// What results computed elsewhere say of a clip is filed as what the model said here.
pub fn answered_elsewhere(state: &mut AppState, id: RowId, predictions: Vec<Prediction>) {
    for prediction in predictions {
        let (task, head) = (prediction.task(), prediction.key.head);
        let row = state.library.row(id);
        let wanted = |row: &Row| {
            row.is_of(prediction.key.clip)
                && state
                    .model
                    .as_ref()
                    .is_some_and(|model| row.is_answered(task, model))
        };
        if !row.is_some_and(wanted) {
            continue;
        }
        if let Some(row) = state.library.row_mut(id) {
            row.asked.insert(task);
        }
        let by = state.calibrates(task, head);
        state.library.change(id, |open| {
            open.asked.insert(JobKind::Predict(task));
            let answer = Answer::whole(prediction, by.as_deref());
            state.review.heard(&answer.prediction);
            open.answers.file(task, head, answer);
        });
        track(&mut state.library, &state.settings, id, task);
    }
}

/// The last of them have come.
pub(super) fn finished(state: &mut AppState, job: JobId, now: f64) {
    let Some(known) = state.jobs.remove(job) else {
        return;
    };
    let AppState {
        library, review, ..
    } = state;
    let id = known.row;
    if let JobKind::Proposed(task, head) = known.kind {
        return library.change(id, |open| open.answers.complete(task, head));
    }
    let (JobKind::Predict(task), Some(row)) = (known.kind, library.row_mut(id)) else {
        return;
    };
    let first = row.standing.values().all(|standing| !standing.complete);
    row.standing.entry(task).or_default().complete = true;
    let secs = row.duration().as_secs_f64();
    // The first analysis runs the backbones; what follows reads their features.
    if let Some(began) = known.began.filter(|_| first && secs > 0.0) {
        state.speed_ms = Some(((now - began) * 1e3 / secs) as f32);
    }
    if library.open.get(id).is_some() {
        library.change(id, |open| {
            if let Some(answer) = open.answers.to_mut(task) {
                answer.complete = true;
                review.heard(&answer.prediction);
            }
        });
    }
    library.refresh_list();
}

/// A threshold for all clips moved: pure, and needs no inference. The clip on screen follows at once, others when they are seen.
pub fn thresholds_moved(state: &mut AppState) {
    state.library.revision += 1;
    refresh(state);
}

/// Whether scores go through temperatures changed, or temperatures became known: pure, and needs no inference.
pub fn recalibrated(state: &mut AppState) {
    let ids: Vec<RowId> = state.library.open.ids().collect();
    for id in ids {
        let Some(open) = state.library.open.get(id) else {
            continue;
        };
        let answers = open.answers.heads();
        let known: Vec<_> = answers
            .map(|(task, head)| ((task, head), state.calibrates(task, head)))
            .collect();
        state.library.change(id, |open| {
            for ((task, head), by) in &known {
                open.answers.recalibrate(*task, *head, by.as_deref());
            }
        });
    }
    thresholds_moved(state);
}

/// What classes are called changed, or a new one has come: every clip's events follow when they are seen.
pub fn classes_changed(state: &mut AppState) {
    let shared = state.project.shared.as_ref();
    let classes = shared.map(|draft| draft.shown().classes.clone());
    let classes = classes.unwrap_or_default();
    if state.library.classes != classes {
        state.library.classes = classes;
        thresholds_moved(state);
    }
}

/// Bring up to date what is seen: the answer on screen, and a few rows of the list. Says whether some are left.
pub fn refresh(state: &mut AppState) -> bool {
    let task = state.mode().task();
    let AppState {
        library, settings, ..
    } = state;
    let seen = library.in_view().to_vec();
    let mut left = A_FRAME;
    for id in library.selected.into_iter().chain(seen) {
        let answer = library.open.get(id).and_then(|open| open.answers.to(task));
        if answer.is_some_and(|answer| answer.revision != library.revision) {
            if left == 0 {
                return true;
            }
            left -= 1;
            track(library, settings, id, task);
        }
    }
    false
}

/// What was decided about a clip changed: its events follow.
pub fn retrack(state: &mut AppState, id: RowId) {
    for task in Task::ALL {
        track(&mut state.library, &state.settings, id, task);
    }
    state.library.refresh_list();
}

/// The events of one answer at the thresholds in use.
fn track(library: &mut Library, settings: &Settings, id: RowId, task: Task) {
    let revision = library.revision;
    let Some(row) = library.row(id) else { return };
    let thresholds = settings.thresholds(&row.corrected.shown().mask_thresholds);
    let answer = library.open.get(id).and_then(|open| open.answers.to(task));
    let Some(answer) = answer else { return };
    let (prediction, complete) = (answer.prediction.clone(), answer.complete);
    // A correction leaves what the model says as it is: hours of it are not gone through anew.
    let same = answer.tracks.by_model_at(&thresholds);
    let same = same.filter(|_| answer.revision == revision).cloned();
    let by_model = same.unwrap_or_else(|| Arc::new(ByModel::of(&prediction, thresholds)));
    let tracks = match task {
        // Masks tell no classes apart: what is said of classes is not about them.
        Task::Segment => by_model.tracks.clone(),
        Task::Localize | Task::Parse => {
            let labels = prediction.labels.iter().chain(library.known.values());
            row.said_over(&by_model.tracks, labels, &library.classes)
        }
    };
    let standing = Standing {
        scored: prediction.scores.len().min(prediction.segments.len()),
        complete,
        events: (revision, events(&tracks)),
    };
    if let Some(row) = library.row_mut(id) {
        row.standing.insert(task, standing);
        let happening = tracks.iter().filter(|track| !track.events.is_empty());
        let happening = happening.map(|track| track.label.clone()).collect();
        row.happening.insert(task, happening);
    }
    library.change(id, |open| {
        if let Some(answer) = open.answers.to_mut(task) {
            (answer.tracks, answer.revision) = (Arc::new(Tracks::new(tracks, by_model)), revision);
        }
    });
}

/// What the list counts, as the lanes do.
fn events(tracks: &[Track]) -> usize {
    let both = |track: &&Track| track.modality == Modality::AudioVisual;
    tracks
        .iter()
        .filter(both)
        .map(|track| stretches(&track.events))
        .sum()
}
