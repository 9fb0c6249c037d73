//! The clip list.

use egui::{
    Align, Button, ComboBox, Layout, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo, vec2,
};

use super::clip_card::{CARD, card_ui};
use super::widgets::{dim, emphasis};
use crate::command::Command;
use crate::intent::{ClipIntent, Commands};
use crate::state::{AppState, Dialog, Focus, Library, Only, Order};
use crate::theme::size;

/// Draw it.
pub fn library_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    search(ui, state, commands);
    ui.horizontal(|ui| {
        ui.label(emphasis("Clips", size::BODY));
        dim(ui, counts(&state.library));
        if state.library.rows().len() > 1 {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let button = Button::new(RichText::new("Grid").size(size::SMALL)).small();
                let response = ui
                    .add(button)
                    .on_hover_text("Show the listed clips as pictures");
                if response.clicked() {
                    commands.push(Command::ClipGrid);
                }
            });
        }
    });
    if state.library.rows().len() > 1 {
        listing(ui, &state.library, commands);
    }
    let listed = state.library.listed();
    if listed.is_empty() {
        dim(
            ui,
            match state.library.listing().0 {
                Only::All if state.library.class().is_none() => "No clip has this in its name",
                _ => "No clip is like this",
            },
        );
        return;
    }
    ui.spacing_mut().item_spacing.y = 4.0;
    // Only the rows in view are drawn, however many there are.
    let rows = ScrollArea::vertical().auto_shrink(false);
    rows.show_rows(ui, CARD, listed.len(), |ui, range| {
        // In front of the list may stand the grid, whose rows are other ones.
        if state.dialog != Dialog::ClipGrid && !state.library.views(&range) {
            commands.push(ClipIntent::InView(range.clone()));
        }
        for id in listed.get(range).unwrap_or_default() {
            if let Some(row) = state.library.row(*id) {
                ui.push_id(id, |ui| card_ui(ui, state, row, commands));
            }
        }
    });
}

/// `318 of 100000` where some are left out.
pub(super) fn counts(library: &Library) -> String {
    let (listed, all) = (library.listed().len(), library.rows().len());
    match listed == all {
        true => all.to_string(),
        false => format!("{listed} of {all}"),
    }
}

/// Which clips of a result are listed, and in which order.
pub(super) fn listing(ui: &mut Ui, library: &Library, commands: &mut Commands) {
    let (mut only, mut order) = library.listing();
    ui.horizontal_wrapped(|ui| {
        let kinds = [
            (Only::All, "All clips"),
            (Only::Events, "With events"),
            (Only::Unreviewed, "Not looked at"),
            (Only::Flagged, "Flagged"),
            (Only::Failed, "Failed"),
        ];
        choice(ui, "Which clips", &mut only, &kinds);
        class_choice(ui, library, commands);
        let orders = [
            (Order::Opened, "As opened"),
            (Order::Events, "Most events"),
            (Order::Score, "Highest score"),
        ];
        choice(ui, "Order of clips", &mut order, &orders);
    });
    if (only, order) != library.listing() {
        commands.push(ClipIntent::List(only, order));
    }
}

/// Only clips with events of a class.
fn class_choice(ui: &mut Ui, library: &Library, commands: &mut Commands) {
    let any = "Any class";
    let chosen = library.class().map_or(any, |label| &**label);
    let shown = ComboBox::from_id_salt("class of clips").selected_text(chosen);
    let response = shown.width(96.0).height(300.0).show_ui(ui, |ui| {
        if ui.selectable_label(chosen == any, any).clicked() {
            commands.push(ClipIntent::OfClass(None));
        }
        for label in library.event_classes() {
            if ui.selectable_label(*label == *chosen, &*label).clicked() {
                commands.push(ClipIntent::OfClass(Some(label)));
            }
        }
    });
    let label = format!("Class of clips: {chosen}");
    let info = || WidgetInfo::labeled(Role::ComboBox, true, &label);
    response.response.widget_info(info);
}

fn choice<T: Copy + PartialEq>(ui: &mut Ui, what: &str, value: &mut T, of: &[(T, &str)]) {
    let text = of.iter().find(|(each, _)| each == value);
    let chosen = text.map_or("", |(_, text)| text);
    let shown = ComboBox::from_id_salt(what)
        .selected_text(chosen)
        .width(96.0);
    let response = shown.show_ui(ui, |ui| {
        for (each, text) in of {
            ui.selectable_value(value, *each, *text);
        }
    });
    let label = format!("{what}: {chosen}");
    let info = || WidgetInfo::labeled(Role::ComboBox, true, &label);
    response.response.widget_info(info);
}

pub(super) fn search(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let mut text = state.library.search().to_owned();
    let field = TextEdit::singleline(&mut text)
        .hint_text("Search clips")
        .margin(vec2(8.0, 6.0))
        .desired_width(f32::INFINITY);
    let response = ui.add(field);
    response.widget_info(|| WidgetInfo::labeled(Role::SearchInput, true, "Search clips"));
    if state.focus == Some(Focus::Search) {
        response.request_focus();
    }
    if response.changed() {
        commands.push(ClipIntent::Search(text));
    }
}
