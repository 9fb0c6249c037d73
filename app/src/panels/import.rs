//! Taking in what another program says: what is new, what is said already and what contradicts the user, before anything changes.

use egui::{RichText, ScrollArea, Ui};
use mettle_core::exchange::marks::ImportPlan;

use super::widgets::{card, dim, emphasis, standing_out};
use crate::intent::{Commands, ExchangeIntent};
use crate::state::{AppState, Row, file_name};
use crate::theme::{size, tokens};

/// How many of a kind are listed.
const LISTED: usize = 50;

/// Draw the dialog.
pub fn import_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let import = &state.import;
    let row = import.row.and_then(|id| state.library.row(id));
    let clip = row.map(Row::name).unwrap_or_default();
    let title = format!("Take {} into {clip}", file_name(&import.file));
    ui.label(emphasis(title, size::HEADING));
    let plan = match &import.plan {
        None => {
            dim(ui, "Reading it…");
            return;
        }
        Some(Err(why)) => {
            ui.add(egui::Label::new(RichText::new(why).color(tokens(ui.ctx()).warn)).wrap());
            return;
        }
        Some(Ok(plan)) => plan,
    };
    let mut form = import.form;
    card(ui).show(ui, |ui| {
        ui.take_available_width();
        ui.add(egui::Label::new(plan.summary(form.replace)).wrap());
        if !plan.classes.is_empty() {
            dim(
                ui,
                "Classes that no model knows become classes of this project.",
            );
        }
        listed_ui(ui, plan);
    });
    if !plan.conflicts.is_empty() || form.replace {
        let words = "Replace what I said where the file says otherwise";
        ui.checkbox(&mut form.replace, words);
    }
    if plan.of_model > 0 || form.with_model {
        let words = "Also take in what the file calls a model's word, as mine";
        ui.checkbox(&mut form.with_model, words);
    }
    if form != import.form {
        commands.push(ExchangeIntent::ImportForm(form));
    }
    let off = state.editing_off();
    ui.add_enabled_ui(off.is_none() && !plan.is_nothing(), |ui| {
        let button = standing_out(ui, "Take in");
        if button.on_hover_text("One undo takes it back").clicked() {
            commands.push(ExchangeIntent::TakeIn);
        }
    });
    if let Some(why) = off {
        dim(ui, why);
    } else if plan.is_nothing() {
        dim(ui, "Nothing would change.");
    }
}

fn listed_ui(ui: &mut Ui, plan: &ImportPlan) {
    let warn = tokens(ui.ctx()).warn;
    let list = ScrollArea::vertical()
        .max_height(220.0)
        .min_scrolled_height(220.0);
    list.auto_shrink([false, true]).show(ui, |ui| {
        for conflict in plan.conflicts.iter().take(LISTED) {
            ui.label(RichText::new(format!("In conflict: {conflict}")).color(warn));
        }
        more(ui, plan.conflicts.len());
        for mark in plan.new.iter().take(LISTED) {
            ui.label(format!("New: {mark}"));
        }
        more(ui, plan.new.len());
        for mask in plan.new_masks.iter().take(LISTED) {
            let (label, at) = (&mask.label, mask.span.start);
            ui.label(format!("New: mask of {label} at {at}"));
        }
        more(ui, plan.new_masks.len());
    });
}

fn more(ui: &mut Ui, count: usize) {
    if count > LISTED {
        dim(ui, format!("and {} more", count - LISTED));
    }
}
