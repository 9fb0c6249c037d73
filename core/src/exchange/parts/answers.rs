//! What a part says of a clip, as the predictions it was written from: scores to six decimals. Masks are not among them: a part
//! holds where they are, not how probable each place was.

use super::manifest::HeadAsked;
use super::rows::ScoreRow;
use crate::base::{ClipId, ContentHash, Task, Time, TimeSpan};
use crate::predict::{Detail, Prediction, PredictionKey};

/// One prediction for each head that scores classes. `None` where the rows are not whole: they are of other classes than the
/// heads have, or some are missing.
pub fn predictions_of(rows: &[ScoreRow], heads: &[HeadAsked]) -> Option<Vec<Prediction>> {
    let scoring = heads.iter().filter(|head| head.task != Task::Segment);
    scoring.map(|head| prediction(rows, head)).collect()
}

fn prediction(rows: &[ScoreRow], head: &HeadAsked) -> Option<Prediction> {
    let (task, name) = (head.task, head.head.to_string());
    let rows: Vec<&ScoreRow> = rows.iter().filter(|row| *row.head == *name).collect();
    let first = rows.first()?;
    let key = PredictionKey {
        clip: ClipId(ContentHash::try_from(first.clip_id.to_string()).ok()?),
        head: head.head,
        precision: first.precision.parse().ok()?,
    };
    let a_second = head.labels.len() * if task == Task::Parse { 2 } else { 1 };
    let seconds: Vec<&[&ScoreRow]> = rows.chunks(a_second.max(1)).collect();
    let whole = |(index, second): (usize, &&[&ScoreRow])| {
        second.len() == a_second && second.iter().all(|row| row.second as usize == index)
    };
    if !seconds.iter().enumerate().all(whole) {
        return None;
    }
    let of = |modality: &str| -> Option<Vec<Vec<f32>>> {
        let in_second = |second: &&[&ScoreRow]| {
            let said = second.iter().filter(|row| &*row.modality == modality);
            let said: Vec<&&ScoreRow> = said.collect();
            let class = |label: &crate::base::Label| said.iter().find(|row| row.label == *label);
            let scores = head.labels.iter().map(|label| Some(class(label)?.score));
            scores.collect::<Option<Vec<f32>>>()
        };
        seconds.iter().map(in_second).collect()
    };
    let (scores, detail) = match task {
        Task::Parse => {
            let (audible, visible) = (of("audible")?, of("visible")?);
            let both = audible.iter().zip(&visible);
            let both = both.map(|(a, v)| a.iter().zip(v).map(|(a, v)| a.min(*v)).collect());
            (both.collect(), Detail::Parsed { audible, visible })
        }
        Task::Localize | Task::Segment => {
            let scores = of("audio-visual")?;
            let detail = Detail::localized(&scores);
            (scores, detail)
        }
    };
    let starts = seconds.iter().filter_map(|second| second.first());
    let span = |row: &&ScoreRow| {
        TimeSpan::new(
            Time::from_secs_f64(row.start_s),
            Time::from_secs_f64(row.end_s),
        )
    };
    Some(Prediction {
        key,
        labels: head.labels.clone(),
        segments: starts.clone().map(span).collect(),
        scores,
        familiarity: starts.filter_map(|row| row.familiarity).collect(),
        detail,
    })
}
