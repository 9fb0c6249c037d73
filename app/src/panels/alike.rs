//! Search by example: the seconds most like one, as a list to go through.

use egui::{Align, ComboBox, Layout, Role, ScrollArea, Ui, WidgetInfo};
use mettle_core::base::{Label, Modality, Said, Time};
use mettle_core::predict::Likeness;

use super::widgets::{dim, emphasis};
use crate::intent::{Commands, EditIntent, ViewIntent};
use crate::state::{AlikeWish, AppState, Found, Row, count};
use crate::theme::size;

/// Rows of the list.
const ROW: f32 = 26.0;

/// Draw the dialog.
pub fn alike_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let Some(wish) = state.alike.wish else { return };
    let row = state.library.of_clip(wish.clip);
    let row = row.and_then(|row| state.library.row(row));
    let name = row.map_or_else(|| "a clip".to_owned(), Row::name);
    let title = format!("Seconds like {} of {name}", clock(wish.segment));
    ui.label(emphasis(title, size::HEADING));
    ui.horizontal(|ui| by_ui(ui, wish, commands));
    let found = state.alike.found();
    if state.alike.is_unknown() {
        dim(ui, "This second is not analysed yet.");
    } else if found.is_empty() {
        dim(
            ui,
            match state.alike.is_waiting() {
                true => "Looking…",
                false => "No other second is analysed yet.",
            },
        );
    }
    let area = ScrollArea::vertical()
        .max_height(360.0)
        .min_scrolled_height(360.0)
        .auto_shrink([false, true]);
    area.show_rows(ui, ROW, found.len(), |ui, shown| {
        // Beside the bar, not under it.
        ui.set_width(ui.available_width() - 12.0);
        for place in shown {
            found_ui(ui, state, (place, &found[place]), commands);
        }
    });
    if !found.is_empty() {
        say_ui(ui, state, commands);
    }
}

/// Say something of those that are picked.
fn say_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let picked = state.alike.picked().count();
    ui.separator();
    ui.horizontal(|ui| {
        let all = picked == state.alike.found().len();
        let text = if all { "Pick none" } else { "Pick all" };
        if ui.button(text).clicked() {
            for place in 0..state.alike.found().len() {
                commands.push(ViewIntent::PickAlike(place, !all));
            }
        }
        dim(ui, format!("{} picked", count(picked, "second")));
    });
    let class = state.alike_class();
    let off = state.editing_off().is_some() || class.is_none() || picked == 0;
    ui.horizontal_wrapped(|ui| {
        class_ui(ui, state, class, commands);
        ui.add_enabled_ui(!off, |ui| {
            let words = [
                ("Say heard and seen", Modality::AudioVisual, Said::Yes),
                ("Say heard", Modality::Audible, Said::Yes),
                ("Say seen", Modality::Visible, Said::Yes),
                ("Say not both", Modality::AudioVisual, Said::No),
            ];
            for (text, modality, said) in words {
                let tip = "Say it of every picked second; one undo takes it back";
                if ui.button(text).on_hover_text(tip).clicked() {
                    commands.push(EditIntent::SayAlike(modality, said));
                }
            }
        });
    });
}

fn class_ui(ui: &mut Ui, state: &AppState, class: Option<Label>, commands: &mut Commands) {
    let chosen = class.as_deref().unwrap_or("No class").to_owned();
    let shown = ComboBox::from_id_salt("class of alike").selected_text(&chosen);
    let response = shown.height(300.0).show_ui(ui, |ui| {
        for label in state.sayable() {
            let on = class.as_ref() == Some(&label);
            if ui.selectable_label(on, &*label).clicked() {
                commands.push(ViewIntent::AlikeClass(label));
            }
        }
    });
    let label = format!("Class: {chosen}");
    let info = || WidgetInfo::labeled(Role::ComboBox, true, &label);
    response.response.widget_info(info);
}

fn by_ui(ui: &mut Ui, wish: AlikeWish, commands: &mut Commands) {
    let ways = [
        (Likeness::Both, "Sight and sound"),
        (Likeness::Sight, "Sight"),
        (Likeness::Sound, "Sound"),
    ];
    for (by, text) in ways {
        if ui.selectable_label(wish.by == by, text).clicked() {
            commands.push(ViewIntent::FindAlike(AlikeWish { by, ..wish }));
        }
    }
}

fn found_ui(
    ui: &mut Ui,
    state: &AppState,
    (place, found): (usize, &Found),
    commands: &mut Commands,
) {
    let Some(row) = state.library.row(found.row) else {
        return;
    };
    let text = format!("{} of {}", clock(found.segment), row.name());
    ui.horizontal(|ui| {
        ui.set_min_height(ROW - 4.0);
        let mut picked = state.alike.is_picked(place);
        let pick = ui.checkbox(&mut picked, "");
        let label = format!("Pick {text}");
        pick.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, picked, &label));
        if pick.changed() {
            commands.push(ViewIntent::PickAlike(place, picked));
        }
        let response = ui.selectable_label(false, text);
        if response.on_hover_text("Go to this second").clicked() {
            let at = Time::from_micros(found.segment as i64 * 1_000_000);
            commands.push(ViewIntent::GoToSecond(found.row, at));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            dim(ui, format!("{:.2}", found.likeness));
        });
    });
}

/// `1:05`.
fn clock(segment: usize) -> String {
    format!("{}:{:02}", segment / 60, segment % 60)
}
