//! Every event as a row that the keyboard can change: when it begins and ends, its class, heard or seen. What the lanes show to the eye,
//! for screen readers and for exact numbers.

use egui::{Rect, Ui, UiBuilder, vec2};
use mettle_core::base::{EventId, Label, LabelId, Modality, Said, Time};
use mettle_core::project::Source;

use super::event_row::{HEIGHT, row_ui};
use super::widgets::dim;
use crate::intent::{Commands, EditIntent};
use crate::state::{
    AppState, Gesture, LaneEvent, Mode, Shown, count, count_of, shown_classes, word,
};

/// Rows are made this far beyond what is in sight, in points, so that Tab goes on past the edge.
const BEYOND: f32 = 2.0 * HEIGHT;

/// Draw it.
pub fn events_ui(ui: &mut Ui, state: &AppState, shown: Shown<'_>, commands: &mut Commands) {
    let events = shown.lane_events();
    let classes = shown_classes(shown, state);
    let off = state.editing_off();
    let editable = off.is_none() && state.mode() != Mode::Masks;
    if let Some(why) = off {
        dim(ui, "Editing is off").on_hover_text(why);
    }
    ui.horizontal(|ui| {
        let counted = match state.mode() {
            Mode::Masks => {
                let stretches = count_of(events.len(), "stretch", "stretches");
                format!("{stretches} in which the picture sounds")
            }
            Mode::Events | Mode::Parsing => count(events.len(), "event"),
        };
        dim(ui, counted);
        if editable {
            add_ui(ui, state, shown, &classes, commands);
        }
    });
    if events.is_empty() {
        let threshold = state.main_threshold();
        dim(
            ui,
            format!("No event reaches the threshold of {threshold:.2}"),
        );
    }
    rows(ui, events, (state, &classes, editable), commands);
}

/// The rows in sight, and a few around them: thousands cost no more than those.
fn rows(
    ui: &mut Ui,
    events: &[LaneEvent],
    (state, classes, editable): (&AppState, &[Label], bool),
    commands: &mut Commands,
) {
    let all = vec2(ui.available_width(), events.len() as f32 * HEIGHT);
    let (place, _) = ui.allocate_exact_size(all, egui::Sense::hover());
    let sight = ui.clip_rect().expand(BEYOND);
    let number = |y: f32| ((y - place.top()) / HEIGHT).max(0.0) as usize;
    let first = number(sight.top()).min(events.len());
    let last = (number(sight.bottom()) + 1).clamp(first, events.len());
    for (at, event) in events.iter().enumerate().take(last).skip(first) {
        let top = place.top() + at as f32 * HEIGHT;
        let row = Rect::from_min_size(egui::pos2(place.left(), top), vec2(all.x, HEIGHT));
        let builder = UiBuilder::new().max_rect(row).id_salt(name_of(event));
        // Not a part of what the page asks room for: a row that is a point too wide would widen the page with every frame.
        let mut line = ui.new_child(builder);
        let enabled = editable || state.editing_off().is_none();
        line.add_enabled_ui(enabled, |ui| {
            row_ui(ui, event, state, (classes, editable), commands);
        });
    }
}

type RowName<'a> = (Option<EventId>, Option<Time>, &'a str, Modality);

/// What a row is known by: the user's word keeps its name when it moves, so that the keyboard stays in its row.
fn name_of(event: &LaneEvent) -> RowName<'_> {
    let what = &event.what;
    let (name, start) = match event.source {
        Source::User(name) => (Some(name), None),
        Source::Model => (None, Some(what.span.start)),
    };
    (name, start, &*what.label, what.modality)
}

/// A new event of the chosen class in the second under the playhead, to be changed in its row.
fn add_ui(
    ui: &mut Ui,
    state: &AppState,
    shown: Shown<'_>,
    classes: &[Label],
    commands: &mut Commands,
) {
    let chosen = shown.row.view.lane.as_ref().or(classes.first());
    let (Some(label), Some(span)) = (chosen, state.subject_span()) else {
        return;
    };
    let tip =
        format!("Say that {label} is heard and seen in this second, and change that in its row");
    if ui.button("Add an event").on_hover_text(tip).clicked() {
        let of = LabelId::named(label);
        let both = Modality::AudioVisual;
        let change = word(of, both, span, Said::Yes);
        commands.push(EditIntent::Change(change, Gesture::Single));
    }
}
