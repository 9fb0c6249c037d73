//! What a correction is about, and what is shown of it: the class of the chosen lane, in the selection or in the second under the
//! playhead. Pure: gives changes, carries none out.

use mettle_core::base::{EventId, Label, LabelId, Modality, Said, Task, Time, TimeSpan};
use mettle_core::project::{Change, Event, Track};

use super::{AppState, Shown, Subject};

/// Both at once before each alone: taken back in this order, nothing of the first is left in the others.
const LAYERS: [Modality; 3] = [Modality::AudioVisual, Modality::Audible, Modality::Visible];

impl AppState {
    /// When corrections are about: the selection, else the second under the playhead; never in masks mode, which tells no classes
    /// apart.
    pub fn subject_span(&self) -> Option<TimeSpan> {
        let shown = self.shown().filter(|shown| shown.task != Task::Segment)?;
        let second = || {
            shown
                .prediction()?
                .segments
                .get(self.current_segment()?)
                .copied()
        };
        shown.selection().or_else(second)
    }

    /// What corrections are about; none as long as no lane is chosen.
    pub fn subject(&self) -> Option<Subject> {
        Some(Subject {
            label: self.shown()?.row.view.lane.clone()?,
            span: self.subject_span()?,
        })
    }

    /// So many seconds from the one under the playhead on, as far as they are scored; none in masks mode.
    pub fn accepted_spans(&self, seconds: usize) -> Vec<TimeSpan> {
        let shown = self.shown().filter(|shown| shown.task != Task::Segment);
        let (Some(shown), Some(from)) = (shown, self.current_segment()) else {
            return Vec::new();
        };
        let to = shown.scored().min(from.saturating_add(seconds));
        let segments = shown.prediction().map(|prediction| &prediction.segments);
        let spans = segments.and_then(|segments| segments.get(from..to));
        spans.unwrap_or_default().to_vec()
    }

    /// What the model says of these seconds, as words of the user: of a class, or of all. Where the user has said something, that
    /// stays.
    pub fn accepted(&self, seconds: usize, lane: Option<&Label>) -> Vec<Change> {
        let spans = self.accepted_spans(seconds);
        let Some((shown, prediction)) = self.shown().and_then(|s| Some((s, s.prediction()?)))
        else {
            return Vec::new();
        };
        let labels = prediction.labels.iter();
        let labels = labels.filter(|label| lane.is_none_or(|lane| lane == *label));
        let each = labels.flat_map(|label| {
            let layers = layers_of(shown.task).iter();
            let spans = &spans;
            layers.flat_map(move |layer| accepted_lane(shown, label, *layer, spans))
        });
        each.collect()
    }
}

/// In which ways a mode tells what is perceived.
fn layers_of(task: Task) -> &'static [Modality] {
    match task {
        Task::Parse => &LAYERS[1..],
        Task::Localize | Task::Segment => &LAYERS[..1],
    }
}

/// What is shown of a class, said of each second of which nothing is said; seconds of which the same is shown as one.
fn accepted_lane(
    shown: Shown<'_>,
    label: &Label,
    modality: Modality,
    spans: &[TimeSpan],
) -> Vec<Change> {
    let of = LabelId::named(label);
    let statements = &shown.row.corrected.shown().statements;
    let mut runs: Vec<(TimeSpan, Said)> = Vec::new();
    for span in spans {
        if statements.said(of, modality, span.middle()) != Said::Unknown {
            continue;
        }
        let said = Said::from(shown.happens(label, modality, span.middle()));
        match runs.last_mut() {
            Some((run, same)) if run.end == span.start && *same == said => run.end = span.end,
            _ => runs.push((*span, said)),
        }
    }
    let runs = runs.into_iter();
    runs.map(|(span, said)| word(of, modality, span, said))
        .collect()
}

/// The events of a class in one modality, by some tracks.
pub(super) fn lane_of<'a>(tracks: &'a [Track], label: &Label, modality: Modality) -> &'a [Event] {
    let mut tracks = tracks.iter();
    let track = tracks.find(|track| track.label == *label && track.modality == modality);
    track.map_or(&[], |track| &track.events)
}

/// Whether one of a lane's events lasts at a moment.
pub fn happens_in(events: &[Event], at: Time) -> bool {
    let place = events.partition_point(|event| event.span.end <= at);
    let event = events.get(place);
    event.is_some_and(|event| event.span.contains(at))
}

/// Something said of a class, under a fresh name.
pub fn word(label: LabelId, modality: Modality, span: TimeSpan, said: Said) -> Change {
    Change::Say {
        event: EventId::fresh(),
        label,
        modality,
        span,
        said,
    }
}

/// Nothing said of a class any more.
pub fn taken_back(label: LabelId, span: TimeSpan) -> impl Iterator<Item = Change> {
    let layers = LAYERS.into_iter();
    layers.map(move |modality| word(label, modality, span, Said::Unknown))
}

impl Shown<'_> {
    /// Whether a class happens at a moment, as is shown: the user's word over the model's.
    pub fn happens(&self, label: &Label, modality: Modality, at: Time) -> bool {
        happens_in(lane_of(self.tracks(), label, modality), at)
    }

    /// For how many seconds it is said that a class happens, and that it does not.
    pub fn said_seconds(&self, label: &Label, modality: Modality) -> [f64; 2] {
        let statements = &self.row.corrected.shown().statements;
        let mut seconds = [0.0; 2];
        for verdict in statements.verdicts(LabelId::named(label), modality) {
            seconds[usize::from(!verdict.yes)] += verdict.span.duration().as_secs_f64();
        }
        seconds
    }
}
