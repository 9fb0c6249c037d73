//! Thresholds of modalities and of the chosen class, beside the one for everything.

use egui::{RichText, Slider, Ui, WidgetInfo};

use super::widgets::{card, dim, emphasis, gesture_of, row_name};
use crate::intent::{Commands, EditIntent};
use crate::state::{AppState, Gesture, Mode, Shown, ThresholdOf};
use crate::theme::{figures, size, tokens};

/// Draw them.
pub fn thresholds_ui(ui: &mut Ui, state: &AppState, shown: Shown<'_>, commands: &mut Commands) {
    card(ui).show(ui, |ui| {
        ui.take_available_width();
        ui.label(emphasis("Thresholds", size::BODY));
        row(ui, state, "Everything", ThresholdOf::Global, commands);
        if state.mode() == Mode::Parsing {
            row(ui, state, "Heard", ThresholdOf::Audible, commands);
            row(ui, state, "Seen", ThresholdOf::Visible, commands);
        }
        let mut classes: Vec<String> = state
            .settings
            .own_thresholds
            .classes
            .keys()
            .cloned()
            .collect();
        if let Some(lane) = shown.row.view.lane.as_ref().map(ToString::to_string)
            && !classes.contains(&lane)
        {
            classes.push(lane);
        }
        for class in &classes {
            row(
                ui,
                state,
                class,
                ThresholdOf::Class(class.clone()),
                commands,
            );
        }
        if classes.is_empty() {
            dim(ui, "Click a lane to give its class a threshold of its own.");
        }
    });
}

/// A threshold with its name.
pub struct Row<'a> {
    /// Its name on screen.
    pub name: &'a str,
    /// Its name for a screen reader, after "Threshold of" or alike.
    pub said: &'a str,
    /// 0 to 1.
    pub value: f32,
    /// Whether it is one of its own, and not another's that it follows; none for one that follows nothing.
    pub own: Option<bool>,
    /// What taking it back means.
    pub back: &'a str,
}

/// What a row was asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RowAsked {
    /// This value.
    Set(f32, Gesture),
    /// The handle was let go.
    LetGo,
    /// To follow again.
    Reset,
}

/// Draw a threshold: name, slider, figure, and where it is one of its own a way back.
pub fn threshold_row(ui: &mut Ui, row: &Row<'_>) -> Option<RowAsked> {
    let t = tokens(ui.ctx());
    let mut value = row.value;
    let mut asked = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 18.0;
        let follows = row.own == Some(false);
        let color = if follows { t.dim } else { t.text };
        row_name(ui, row.name, color);
        ui.spacing_mut().slider_width = (ui.available_width() - 84.0).max(40.0);
        let slider = Slider::new(&mut value, 0.0..=1.0)
            .show_value(false)
            .step_by(0.01);
        let response = ui.add(slider);
        let mut said = row.said.to_owned();
        said[..1].make_ascii_uppercase();
        response.widget_info(|| WidgetInfo::slider(true, f64::from(value), &said));
        if response.changed() {
            asked = Some(RowAsked::Set(value, gesture_of(&response)));
        } else if response.drag_stopped() {
            asked = Some(RowAsked::LetGo);
        }
        ui.label(
            RichText::new(format!("{value:.2}"))
                .font(figures(size::SMALL))
                .color(color),
        );
        if row.own == Some(true) {
            let reset = ui.small_button("×").on_hover_text(row.back);
            let said = format!("Reset {}", row.said);
            reset.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &said));
            if reset.clicked() {
                asked = Some(RowAsked::Reset);
            }
        }
    });
    asked
}

fn row(ui: &mut Ui, state: &AppState, name: &str, of: ThresholdOf, commands: &mut Commands) {
    let settings = &state.settings;
    let own = settings.own_thresholds.get(&of);
    let global = of == ThresholdOf::Global;
    let row = Row {
        name,
        said: &format!("threshold of {}", name.to_lowercase()),
        value: own.unwrap_or(settings.threshold),
        own: (!global).then_some(own.is_some()),
        back: "Follow the one for everything again",
    };
    match threshold_row(ui, &row) {
        Some(RowAsked::Set(value, gesture)) if global => {
            commands.push(EditIntent::Threshold(value, gesture));
        }
        Some(RowAsked::Set(value, _)) => commands.push(EditIntent::OwnThreshold(of, Some(value))),
        Some(RowAsked::Reset) => commands.push(EditIntent::OwnThreshold(of, None)),
        Some(RowAsked::LetGo) | None => {}
    }
}
