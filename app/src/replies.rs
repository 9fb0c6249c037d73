//! Filing the engine's answers under what they were asked for.

use std::sync::Arc;

use mettle_core::base::{ClipId, Problem, Severity, Task};
use mettle_core::engine::Thumbnail;
use mettle_core::engine::{JobId, JobState, JobStatus, Reply, ReplyBody, TagsPart};
use mettle_core::media::Clip;
use mettle_core::predict::{PredictionPart, SecondTags};
use mettle_core::project::ClipFacts;

use crate::errands;
use crate::link::EngineLink;
use crate::mode::Answer;
use crate::project_desk::ProjectDesk;
use crate::state::{AppState, Corrected, EntryId, Errand, Toast};
use crate::weights;

/// How long a note stays, in seconds.
const NOTE_SECONDS: f64 = 6.0;

/// File one answer. Says whether the clip on screen changed to another one.
pub fn file(
    state: &mut AppState,
    engine: &mut dyn EngineLink,
    project: &ProjectDesk,
    reply: Reply,
    now: f64,
) -> bool {
    if weights::file(state, engine, &reply) {
        return false;
    }
    let job = reply.job;
    if matches!(
        reply.body,
        ReplyBody::Done | ReplyBody::Cancelled | ReplyBody::Failed(_)
    ) {
        state.attention.ended(job);
    }
    match reply.body {
        ReplyBody::FirstFrame(frame) => {
            if let Some(entry) = state.entry_of_job(job) {
                entry.first_frame = Some(frame);
            }
        }
        ReplyBody::Opened(clip) => {
            if let Some(entry) = state.entry_of_job(job) {
                entry.corrected = Corrected::Unread;
            }
            project.read(ClipFacts {
                id: clip.id,
                path: clip.path.clone(),
                duration: clip.duration,
            });
            return opened(state, engine, job, clip);
        }
        ReplyBody::Waveform(clip, part) => state
            .entries_of(clip)
            .for_each(|entry| entry.waves.add(&part)),
        ReplyBody::Spectrogram(clip, part) => state
            .entries_of(clip)
            .for_each(|entry| entry.spectrogram.add(&part)),
        ReplyBody::Thumbnails(clip, pictures) => pictured(state, clip, &pictures),
        ReplyBody::Prediction(part) => scored(state, job, part),
        ReplyBody::Tags(clip, tags) => state
            .entries_of(clip)
            .for_each(|entry| tagged(&mut entry.tags, &tags)),
        ReplyBody::Attention(attention) => state.attention.file(job, attention),
        ReplyBody::Kept(summary) => state.kept = Some(summary),
        ReplyBody::Models(_) | ReplyBody::Verified(_) => {}
        ReplyBody::Notice(problem) => tell(state, problem, now),
        ReplyBody::Done => finished(state, job, now),
        ReplyBody::Cancelled => forget_job(state, job),
        ReplyBody::Failed(problem) => failed(state, job, problem),
    }
    false
}

/// Show a message and count it.
pub fn tell(state: &mut AppState, problem: Problem, now: f64) {
    let id = state.fresh_id();
    let until = (problem.severity < Severity::Error).then_some(now + NOTE_SECONDS);
    if problem.severity > Severity::Note {
        // Each task says the same of a clip without sound: once is enough.
        if state.problems.contains(&problem) {
            return;
        }
        state.problems.push(problem.clone());
    }
    state.toasts.push(Toast { id, problem, until });
}

/// Events at a threshold: pure, and needs no inference.
pub fn redraw_tracks(state: &mut AppState) {
    let AppState {
        entries, settings, ..
    } = state;
    for entry in entries {
        let thresholds = entry.thresholds(settings);
        let mut answers = std::mem::take(&mut entry.answers);
        for answer in answers.values_mut() {
            answer.tracks = Arc::new(entry.tracks_at(&answer.prediction, &thresholds));
        }
        entry.answers = answers;
    }
}

fn opened(state: &mut AppState, engine: &mut dyn EngineLink, job: JobId, clip: Arc<Clip>) -> bool {
    let Some(id) = state.entry_of_job(job).map(|entry| entry.id) else {
        return false;
    };
    let twin = state.entries_of(clip.id).map(|entry| entry.id).next();
    if let Some(twin) = twin.filter(|twin| *twin != id) {
        return show_twin(state, id, twin);
    }
    state.settings.remember(&clip.path);
    let selected = state.selected == Some(id);
    if selected {
        engine.set_foreground(Some(clip.id));
    }
    if let Some(entry) = state.entry_by_id(id) {
        entry.view_start = 0.0;
        entry.view_span = clip.duration.as_secs_f64().max(1.0);
        entry.clip = Some(clip);
    }
    errands::submit_all(state, engine, id);
    selected
}

/// The same content is on the list already: show that row.
fn show_twin(state: &mut AppState, id: EntryId, twin: EntryId) -> bool {
    let was_shown = state.selected == Some(id);
    state.entries.retain(|entry| entry.id != id);
    if was_shown {
        state.selected = Some(twin);
    }
    was_shown
}

/// The first picture of a clip also stands for it on the list of recent ones.
fn pictured(state: &mut AppState, clip: ClipId, pictures: &[Thumbnail]) {
    let mut first = None;
    for entry in state.entries_of(clip) {
        let had_none = entry.strip.is_empty();
        entry.strip.add(pictures);
        let cover = entry.strip.cover().filter(|_| had_none);
        first = cover.map(|cover| (entry.path.clone(), cover.clone()));
    }
    if let Some((path, cover)) = first {
        state.covers.keep(path, cover);
    }
}

/// Scores of a job that is no longer wanted (another model was chosen since) are dropped.
fn scored(state: &mut AppState, job: JobId, part: PredictionPart) {
    let (clip, task) = (part.key.clip, part.detail.task());
    let AppState {
        entries, settings, ..
    } = state;
    for entry in entries {
        if !entry.is_of(clip) || entry.job(Errand::Predict(task)) != Some(job) {
            continue;
        }
        let known = entry.answers.remove(&task).map(|answer| answer.prediction);
        let Some(prediction) = part.clone().join(known) else {
            continue;
        };
        let thresholds = entry.thresholds(settings);
        let answer = Answer {
            tracks: Arc::new(entry.tracks_at(&prediction, &thresholds)),
            complete: false,
            prediction,
        };
        entry.answers.insert(task, answer);
    }
}

/// What was known from the first second of the part on is replaced.
fn tagged(known: &mut Arc<Vec<SecondTags>>, part: &TagsPart) {
    let known = Arc::make_mut(known);
    known.truncate(part.from);
    known.extend_from_slice(&part.seconds);
}

/// Remember when an analysis began to run, to say how fast it was.
pub fn watch_analyses(state: &mut AppState, now: f64) {
    let AppState { entries, jobs, .. } = state;
    for entry in entries.iter_mut() {
        let job = entry.analysis();
        let running =
            |status: &JobStatus| Some(status.id) == job && status.state == JobState::Running;
        if entry.analysis_began.is_none() && jobs.iter().any(running) {
            entry.analysis_began = Some(now);
        }
    }
}

fn finished(state: &mut AppState, job: JobId, now: f64) {
    let Some(entry) = state.entry_of_job(job) else {
        return;
    };
    let task = Task::ALL
        .into_iter()
        .find(|task| entry.job(Errand::Predict(*task)) == Some(job));
    if let Some(task) = task {
        let first = entry.answers.values().all(|answer| !answer.complete);
        if let Some(answer) = entry.answers.get_mut(&task) {
            answer.complete = true;
        }
        let secs = entry.duration().as_secs_f64();
        // The first analysis runs the backbones; what follows reads their features.
        let took = entry.analysis_began.take().filter(|_| first);
        if let Some(began) = took.filter(|_| secs > 0.0) {
            state.speed_ms = Some(((now - began) * 1e3 / secs) as f32);
        }
    }
    forget_job(state, job);
}

fn forget_job(state: &mut AppState, job: JobId) {
    if let Some(entry) = state.entry_of_job(job) {
        entry.jobs.retain(|(id, _)| *id != job);
        let id = entry.id;
        let never_opened = entry.clip.is_none() && entry.failure.is_none();
        if never_opened && entry.jobs.is_empty() {
            state.entries.retain(|entry| entry.id != id);
        }
    }
}

fn failed(state: &mut AppState, job: JobId, problem: Problem) {
    state.problems.push(problem.clone());
    if let Some(entry) = state.entry_of_job(job) {
        entry.jobs.retain(|(id, _)| *id != job);
        entry.file_gone = entry.clip.is_none() && !entry.path.exists();
        entry.failure = Some(problem);
        return;
    }
    let id = state.fresh_id();
    state.toasts.push(Toast {
        id,
        problem,
        until: None,
    });
}
