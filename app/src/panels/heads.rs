//! The heads of a task: the model's own and the trained ones, of which one is in use. Choosing an older one undoes a training.

use egui::{RichText, Ui};
use mettle_core::base::Task;

use super::widgets::{card, dim, emphasis};
use crate::intent::{Commands, TrainIntent};
use crate::state::AppState;
use crate::theme::{size, tokens};

/// Draw them, the model's own first.
pub fn heads_ui(ui: &mut Ui, state: &AppState, task: Task, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let heads = state.training.heads_of(task);
    if heads.len() < 2 {
        return;
    }
    let in_use = state.head_in_use(task);
    card(ui).show(ui, |ui| {
        ui.take_available_width();
        ui.label(emphasis("Heads", size::BODY));
        dim(
            ui,
            "Nothing is written over: an older head undoes a training.",
        );
        for head in &heads {
            let on = in_use == Some(head.id);
            let name = match head.own {
                true => "The model's own".to_owned(),
                false => head.name.clone(),
            };
            ui.horizontal(|ui| {
                let response = ui.radio(on, &name);
                if response.clicked() && !on {
                    commands.push(TrainIntent::Use(head.id));
                }
                if !head.own && !on {
                    let remove = ui.small_button("×").on_hover_text("Delete this head");
                    let said = format!("Delete the head {name}");
                    remove
                        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &said));
                    if remove.clicked() {
                        commands.push(TrainIntent::Remove(head.id));
                    }
                }
            });
            if let Some(right) = head.metrics.get("learned_right") {
                let held = head.metrics.get("held_out_right");
                let held = held.map_or(String::new(), |r| format!(", held out {:.0} %", r * 100.0));
                let parent = heads.iter().find(|other| Some(other.id) == head.parent);
                let after = match parent.map(|parent| (parent.own, &parent.name)) {
                    Some((true, _)) => ", from the model's own".to_owned(),
                    Some((false, name)) => format!(", from {name}"),
                    None => String::new(),
                };
                let words = format!("{:.0} % of what was said{held}{after}", right * 100.0);
                ui.label(RichText::new(words).size(size::SMALL).color(t.dim));
            }
        }
    });
}
