//! Corrections of the chosen class as buttons, for the mouse and for screen readers, and the name of a new class.

use egui::Ui;

use super::dialogs::{entered, field};
use super::widgets::{card, command_button, dim, emphasis};
use crate::command::Command;
use crate::intent::{Commands, DialogIntent, EditIntent};
use crate::state::{AppState, Dialog};
use crate::theme::size;

/// Draw the buttons.
pub fn correct_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let Some(subject) = state.subject() else {
        dim(ui, "Click a lane to correct its class.");
        return;
    };
    card(ui).show(ui, |ui| {
        ui.take_available_width();
        let (from, to) = (
            subject.span.start.as_secs_f64(),
            subject.span.end.as_secs_f64(),
        );
        ui.label(emphasis(format!("Correct {}", subject.label), size::BODY));
        dim(ui, format!("From {from:.1} to {to:.1} s"));
        if let Some(why) = state.editing_off() {
            dim(ui, "Editing is off").on_hover_text(why);
            ui.disable();
        }
        for row in [
            [Command::SayBoth, Command::SayHeard, Command::SaySeen],
            [
                Command::SayNotBoth,
                Command::SayNotHeard,
                Command::SayNotSeen,
            ],
            [Command::TakeBack, Command::Accept, Command::AcceptRest],
        ] {
            ui.horizontal_wrapped(|ui| {
                row.into_iter()
                    .for_each(|command| drop(command_button(ui, command, commands)));
            });
        }
        command_button(ui, Command::NewClass, commands);
    });
}

/// Draw the dialog that names a new class.
pub fn new_class_ui(ui: &mut Ui, text: &str, commands: &mut Commands) {
    ui.label(emphasis("New class", size::HEADING));
    let mut typed = text.to_owned();
    let response = field(ui, &mut typed, "Its name, as “Kettle”");
    if response.changed() {
        commands.push(DialogIntent::Show(Dialog::NewClass(typed.clone())));
    }
    dim(
        ui,
        "The model gives it no score until a head is trained with it. Say where it happens, then train.",
    );
    let add = ui.button("Add").clicked() || entered(ui, &response);
    if add && !typed.trim().is_empty() {
        commands.push(EditIntent::NewClass(typed));
        commands.push(DialogIntent::Show(Dialog::None));
    }
}
