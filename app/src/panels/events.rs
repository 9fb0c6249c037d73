//! Every event as a row, for the keyboard and for screen readers.

use egui::{Button, Grid, RichText, Ui};
use mettle_core::base::Modality;
use mettle_core::project::{Event, Track};

use super::widgets::dim;
use crate::intent::{Commands, ViewIntent};
use crate::state::{AppState, Mode, Shown};
use crate::theme::{figures, size, tokens};

/// Rows drawn at most; the rest is counted.
const ROWS: usize = 400;

/// Draw it.
pub fn events_ui(ui: &mut Ui, state: &AppState, shown: Shown<'_>, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let mut rows: Vec<(String, &Event)> = shown
        .tracks()
        .iter()
        .flat_map(|track| {
            track
                .events
                .iter()
                .map(|event| (named(state, track), event))
        })
        .collect();
    rows.sort_by_key(|(_, event)| event.span.start);
    if rows.is_empty() {
        dim(
            ui,
            format!(
                "No event reaches the threshold of {:.2}",
                state.main_threshold()
            ),
        );
        return;
    }
    let more = rows.len().saturating_sub(ROWS);
    Grid::new("events")
        .num_columns(4)
        .striped(true)
        .spacing([12.0, 6.0])
        .show(ui, |ui| {
            for name in ["From", "To", "Class", "Score"] {
                dim(ui, name);
            }
            ui.end_row();
            for (label, event) in rows.into_iter().take(ROWS) {
                let now = event.span.contains(state.player.time);
                let color = if now { t.both } else { t.text };
                let number =
                    |text: String| RichText::new(text).font(figures(size::SMALL)).color(color);
                let start = Button::new(number(short(event.span.start.as_secs_f64()))).frame(false);
                if ui
                    .add(start)
                    .on_hover_text("Go to the start of this event")
                    .clicked()
                {
                    commands.push(ViewIntent::Seek(event.span.start));
                }
                ui.label(number(short(event.span.end.as_secs_f64())));
                ui.label(RichText::new(label).color(color));
                ui.label(number(format!("{:.2}", event.score)));
                ui.end_row();
            }
        });
    if more > 0 {
        dim(
            ui,
            format!("and {more} more: raise the threshold to see fewer"),
        );
    }
}

/// `Dog`, in parsing `Dog · heard`.
fn named(state: &AppState, track: &Track) -> String {
    let how = match track.modality {
        _ if state.mode() != Mode::Parsing => return track.label.to_string(),
        Modality::Audible => "heard",
        Modality::Visible => "seen",
        Modality::AudioVisual => "both",
    };
    format!("{} · {how}", track.label)
}

/// `0:08.0`.
fn short(secs: f64) -> String {
    let whole = secs.max(0.0) as u64;
    match whole / 3600 {
        0 => format!("{}:{:04.1}", whole / 60, secs.max(0.0) % 60.0),
        hours => format!("{hours}:{:02}:{:04.1}", whole / 60 % 60, secs % 60.0),
    }
}
