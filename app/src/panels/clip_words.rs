//! How a clip stands, in words.

use crate::state::{AppState, JobKind, Known, Row, count};

/// How a clip stands.
pub(super) struct Words {
    /// `0:24 · 3 events · 62 % looked at`.
    pub whole: String,
    /// As much as a card has room for: how much was looked at, once anything was, else what was found.
    pub short: String,
}

impl From<String> for Words {
    fn from(whole: String) -> Self {
        let short = whole.clone();
        Self { whole, short }
    }
}

/// Of a row.
pub(super) fn standing(state: &AppState, row: &Row) -> Words {
    if let Some(known) = row.known.as_ref().filter(|_| row.clip.is_none()) {
        return of_result(known).into();
    }
    if row.failure.is_some() && row.clip.is_none() {
        return "Not opened".to_owned().into();
    }
    let Some(clip) = &row.clip else {
        let opening = state.jobs.job(row.id, JobKind::Open).is_some();
        let opening = opening || state.library.selected == Some(row.id);
        let word = if opening { "Opening…" } else { "Waiting" };
        return word.to_owned().into();
    };
    let secs = clip.duration.micros() / 1_000_000;
    let length = if secs >= 3600 {
        format!("{}:{:02}:{:02}", secs / 3600, secs / 60 % 60, secs % 60)
    } else {
        format!("{}:{:02}", secs / 60, secs % 60)
    };
    let task = state.mode().task();
    let stands = row.standing_of(task);
    let analysis = state.jobs.job(row.id, JobKind::Predict(task));
    let how = match (&row.failure, stands.complete, analysis) {
        (Some(_), _, _) => "failed".to_owned(),
        // A threshold has moved since its events were counted, and they are not in memory to be counted again.
        (None, true, _) if stands.events.0 != state.library.revision => "analysed".to_owned(),
        (None, true, _) => count(stands.events.1, "event"),
        (None, false, Some(_)) => format!("{:.0} %", share_scored(state, row) * 100.0),
        (None, false, None) => "not analysed".to_owned(),
    };
    let looked = match (row.reviewed_share(), row.corrected.shown().flags.len()) {
        (0.0, 0) => String::new(),
        (share, 0) => format!(" · {:.0} % looked at", share * 100.0),
        (share, flags) => format!(" · {:.0} % looked at, {flags} flagged", share * 100.0),
    };
    let short = match looked.is_empty() {
        true => format!("{length} · {how}"),
        false => format!("{length}{looked}"),
    };
    let whole = format!("{length} · {how}{looked}");
    Words { whole, short }
}

/// `0:10 · 3 events · Dog 0.93`, from a result that was computed elsewhere; where several tasks were asked, its count is of all.
fn of_result(known: &Known) -> String {
    let clip = &known.clip;
    if let Some(failure) = &clip.failure {
        return format!("failed: {failure}");
    }
    let secs = clip.duration_s.unwrap_or(0.0) as u64;
    let tasks = known.part.manifest.asked.heads.len();
    let of_all = if tasks > 1 { " in all tasks" } else { "" };
    let events = format!("{}{of_all}", count(clip.events as usize, "event"));
    let best = clip.label.as_ref().zip(clip.score);
    let best = best.map(|(label, score)| format!(" · {label} {score:.2}"));
    format!(
        "{}:{:02} · {events}{}",
        secs / 60,
        secs % 60,
        best.unwrap_or_default()
    )
}

/// Which share of its seconds has scores.
pub(super) fn share_scored(state: &AppState, row: &Row) -> f32 {
    let all = row.duration().as_secs_f64().ceil().max(1.0) as f32;
    let scored = row.standing_of(state.mode().task()).scored;
    (scored as f32 / all).min(1.0)
}
