//! The switch between events, parsing and masks, and what is said where the model cannot do what is shown.

use egui::epaint::RectShape;
use egui::{Button, Color32, Rect, Role, Shape, Stroke, StrokeKind, Ui, WidgetInfo, vec2};
use mettle_core::base::Task;
use mettle_core::engine::ModelChoice;

use super::widgets::{dim, emphasis, tip};
use crate::command::Command;
use crate::intent::{Commands, EngineIntent, ViewIntent};
use crate::state::{AppState, Mode};
use crate::theme::{size, tokens};

/// Draw the switch.
pub fn mode_switch_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    // The ground is as high as the buttons, whatever the bar's height: it is drawn once they are placed.
    let ground = ui.painter().add(Shape::Noop);
    let mut whole = Rect::NOTHING;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        for mode in Mode::ALL {
            whole |= segment(ui, mode, mode == state.mode(), commands);
        }
    });
    let border = Stroke::new(1.0, t.line);
    let ground_shape = RectShape::new(
        whole.expand(1.0),
        size::CORNER,
        t.bg0,
        border,
        StrokeKind::Inside,
    );
    ui.painter().set(ground, ground_shape);
}

/// One of the switch's buttons; gives its place.
fn segment(ui: &mut Ui, mode: Mode, on: bool, commands: &mut Commands) -> Rect {
    let t = tokens(ui.ctx());
    let fill = if on { t.bg2 } else { Color32::TRANSPARENT };
    let words = egui::RichText::new(mode.text()).color(if on { t.text } else { t.dim });
    let button = Button::new(words)
        .fill(fill)
        .stroke(Stroke::NONE)
        .min_size(vec2(64.0, 26.0));
    let response = ui.add(button).on_hover_text(tip(ui, command_of(mode)));
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, on, mode.text()));
    if on {
        let x = response.rect.x_range().shrink(2.0);
        let y = response.rect.bottom() - 1.0;
        ui.painter().hline(x, y, Stroke::new(2.0, t.accent));
    }
    if response.clicked() {
        commands.push(ViewIntent::Mode(mode));
    }
    response.rect
}

fn command_of(mode: Mode) -> Command {
    match mode {
        Mode::Events => Command::ModeEvents,
        Mode::Parsing => Command::ModeParsing,
        Mode::Masks => Command::ModeMasks,
    }
}

/// The model cannot do what is on screen: say so, and what helps.
pub fn missing_head(ui: &mut Ui, state: &AppState, task: Task, commands: &mut Commands) {
    let name = state
        .model
        .as_ref()
        .map_or("This model", |model| &model.name);
    ui.add_space(14.0);
    ui.vertical_centered(|ui| {
        let words = format!("This model has no {} head", task.name());
        ui.label(emphasis(words, size::BODY));
        dim(
            ui,
            format!("{name} cannot answer what this mode shows. Another model may."),
        );
        if ui.button(Command::ChooseModel.text()).clicked() {
            commands.push(Command::ChooseModel);
        }
        tags_ui(ui, state, commands);
    });
}

/// Offers heads from tags to a model of the user's that lacks a head.
pub fn tags_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let lacks = Task::ALL.iter().any(|task| !state.can(*task));
    if !lacks || state.model_choice == ModelChoice::Demo {
        return;
    }
    let words = "Heads without training, of what the backbones' own classifiers know: AudioSet's sounds, ImageNet's pictures";
    if ui
        .button("No head? Use tags")
        .on_hover_text(words)
        .clicked()
    {
        commands.push(EngineIntent::UseTags);
    }
}
