//! Filing the engine's answers under what they were asked for.

mod export;
mod scores;
mod training;
mod weights;

use std::sync::Arc;

use mettle_core::base::{ClipId, Problem, Severity};
use mettle_core::engine::{JobId, Reply, ReplyBody, TagsPart, Thumbnail};
use mettle_core::media::{Clip, RgbFrame};
use mettle_core::project::ClipFacts;

use crate::covers::CoverDesk;
use crate::files::Disk;
use crate::link::EngineLink;
use crate::project_desk::ProjectDesk;
use crate::state::{AppState, Corrected, JobKind, OpenClip, RowId, Tested, Toast};

pub use scores::answered_elsewhere;
pub use scores::{classes_changed, recalibrated, refresh, retrack, thresholds_moved};
pub use training::check_proposal;

/// How long a note stays, in seconds.
const NOTE_SECONDS: f64 = 6.0;

/// What filing an answer may lead to.
pub struct Desks<'a> {
    /// More to be asked.
    pub engine: &'a mut dyn EngineLink,
    /// Earlier corrections to be read.
    pub project: &'a ProjectDesk,
    /// A picture to be kept.
    pub covers: &'a CoverDesk,
    /// A file to be looked for.
    pub disk: &'a Disk,
}

/// File one answer. Says whether the clip on screen changed to another one.
pub fn file(state: &mut AppState, desks: &mut Desks<'_>, reply: Reply, now: f64) -> bool {
    if export::file(state, &reply, now)
        || weights::file(state, desks.engine, &reply)
        || training::file(state, desks.engine, &reply, now)
    {
        return false;
    }
    let job = reply.job;
    let ends = matches!(
        reply.body,
        ReplyBody::Done | ReplyBody::Cancelled | ReplyBody::Failed(_)
    );
    if ends {
        state.attention.ended(job);
        state.alike.ended(job);
        state.map.ended(job);
    }
    // Of a job that is no longer wanted, nothing is taken.
    let of = state.jobs.get(job).map(|known| known.row);
    match reply.body {
        ReplyBody::FirstFrame(frame) => {
            let of = of.filter(|id| state.library.selected == Some(*id));
            drawn(state, of, |open| open.first_frame = Some(frame));
        }
        ReplyBody::Cover(picture) => {
            if let Some(row) = of.and_then(|id| state.library.row_mut(id)) {
                row.cover.get_or_insert(picture);
            }
        }
        ReplyBody::Opened(clip) => {
            return of.is_some_and(|id| opened(state, desks, id, clip));
        }
        ReplyBody::Waveform(_, part) => drawn(state, of, |open| open.waves.add(&part)),
        ReplyBody::Spectrogram(_, part) => drawn(state, of, |open| open.spectrogram.add(&part)),
        ReplyBody::Thumbnails(_, pictures) => pictured(state, desks.covers, of, &pictures),
        ReplyBody::Prediction(part) => scores::scored(state, job, part),
        ReplyBody::Tags(clip, part) => tagged(state, clip, &part),
        ReplyBody::Attention(attention) => state.attention.file(job, attention),
        ReplyBody::Nearest(found) => state.alike.file(job, found, &state.library),
        ReplyBody::Map(map) => state.map.file(job, map),
        ReplyBody::Kept(summary) => state.kept = Some(summary),
        ReplyBody::Tested(found) => state.self_test = Tested::Found(found),
        ReplyBody::Models(_)
        | ReplyBody::Verified(_)
        | ReplyBody::MetaTokens(..)
        | ReplyBody::Epoch(_)
        | ReplyBody::TrainingCost(_)
        | ReplyBody::Trained(_)
        | ReplyBody::Missing(_)
        | ReplyBody::Exported(_)
        | ReplyBody::Heads(_) => {}
        ReplyBody::Notice(problem) => tell(state, problem, now),
        ReplyBody::Done => scores::finished(state, job, now),
        ReplyBody::Cancelled => {
            state.self_test.gave_up(job);
            return cancelled(state, job);
        }
        ReplyBody::Failed(problem) => {
            state.self_test.gave_up(job);
            failed(state, desks.disk, job, problem);
        }
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
    state.toasts.push(Toast {
        id,
        problem,
        until,
        offer: None,
    });
}

/// More to draw of a clip that is open.
fn drawn(state: &mut AppState, of: Option<RowId>, how: impl FnOnce(&mut OpenClip)) {
    if let Some(id) = of.filter(|id| state.library.open.get(*id).is_some()) {
        state.library.change(id, how);
    }
}

fn opened(state: &mut AppState, desks: &mut Desks<'_>, id: RowId, clip: Arc<Clip>) -> bool {
    let twin = state.library.of_clip(clip.id).filter(|twin| *twin != id);
    if let Some(twin) = twin {
        return show_twin(state, id, twin);
    }
    let selected = state.library.selected == Some(id);
    if selected {
        state.settings.remember(&clip.path);
        desks.engine.set_foreground(Some(clip.id));
    }
    state.library.name_clip(id, clip.id);
    if let Some(row) = state.library.row_mut(id) {
        row.corrected = Corrected::Unread;
        desks.project.read(ClipFacts {
            id: clip.id,
            path: clip.path.clone(),
            duration: clip.duration,
        });
        row.view.start = 0.0;
        row.view.span = clip.duration.as_secs_f64().max(1.0);
        row.clip = Some(clip);
    }
    state.library.to_analyse.push_back(id);
    selected
}

/// The same content is on the list already: show that row.
fn show_twin(state: &mut AppState, id: RowId, twin: RowId) -> bool {
    let was_shown = state.library.selected == Some(id);
    state.library.remove(id);
    if was_shown {
        state.library.select(Some(twin));
    }
    was_shown
}

/// The first picture of a clip also stands for it on the list, and among the recent ones.
fn pictured(state: &mut AppState, desk: &CoverDesk, of: Option<RowId>, pictures: &[Thumbnail]) {
    let Some(id) = of.filter(|id| state.library.open.get(*id).is_some()) else {
        return;
    };
    let cover = state.library.change(id, |open| {
        let had_none = open.strip.is_empty();
        open.strip.add(pictures);
        open.strip.cover().filter(|_| had_none).cloned()
    });
    if let Some((cover, row)) = cover.zip(state.library.row_mut(id)) {
        row.cover = Some(Arc::new(smaller(&cover)));
        let path = row.path.clone();
        state.covers.add(path.clone(), cover.clone());
        desk.keep(path, cover);
    }
}

/// Every second pixel and line: the list's pictures are half as large as the film strip's.
fn smaller(picture: &RgbFrame) -> RgbFrame {
    let (width, height) = (picture.width.div_ceil(2), picture.height.div_ceil(2));
    let pixel = |x: usize, y: usize| {
        let at = (y * 2 * picture.width + x * 2) * 3;
        picture.data.get(at..at + 3).unwrap_or(&[0; 3])
    };
    let rows = (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y)));
    RgbFrame {
        width,
        height,
        data: rows.copied().collect(),
    }
}

/// What was known from the first second of the part on is replaced.
fn tagged(state: &mut AppState, clip: ClipId, part: &TagsPart) {
    let of = state.library.of_clip(clip);
    drawn(state, of, |open| {
        let known = Arc::make_mut(&mut open.tags);
        known.truncate(part.from);
        known.extend_from_slice(&part.seconds);
    });
}

/// A file whose opening was cancelled leaves the list. Says whether another clip is on screen then.
fn cancelled(state: &mut AppState, job: JobId) -> bool {
    let Some(known) = state.jobs.remove(job) else {
        return false;
    };
    let row = state.library.row(known.row);
    let unopened = row.is_some_and(|row| row.clip.is_none() && row.failure.is_none());
    if known.kind != JobKind::Open || !unopened {
        return false;
    }
    let was_shown = state.library.selected == Some(known.row);
    let beside = state.library.remove(known.row);
    if was_shown {
        state.library.select(beside);
    }
    was_shown
}

fn failed(state: &mut AppState, disk: &Disk, job: JobId, problem: Problem) {
    state.problems.push(problem.clone());
    let known = state.jobs.remove(job);
    if let Some(row) = known.and_then(|known| state.library.row_mut(known.row)) {
        if row.clip.is_none() {
            disk.look_for(row.id, row.path.clone());
        }
        row.failure = Some(Box::new(problem));
        return;
    }
    let id = state.fresh_id();
    state.toasts.push(Toast {
        id,
        problem,
        until: None,
        offer: None,
    });
}
