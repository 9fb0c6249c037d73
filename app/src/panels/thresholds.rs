//! Thresholds of modalities and of the chosen class, beside the one for everything.

use egui::{RichText, Slider, Ui, WidgetInfo};

use super::widgets::{card, dim, emphasis};
use crate::command::{Commands, Intent};
use crate::mode::{Mode, ThresholdOf};
use crate::state::{AppState, Entry};
use crate::theme::{figures, size, tokens};

/// Draw them.
pub fn thresholds_ui(ui: &mut Ui, state: &AppState, entry: &Entry, commands: &mut Commands) {
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
        if let Some(lane) = entry.lane.as_ref().map(ToString::to_string)
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

fn row(ui: &mut Ui, state: &AppState, name: &str, of: ThresholdOf, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let settings = &state.settings;
    let own = settings.own_thresholds.get(&of);
    let global = of == ThresholdOf::Global;
    let mut value = own.unwrap_or(settings.threshold);
    let follows = own.is_none() && !global;
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 18.0;
        let color = if follows { t.dim } else { t.text };
        let label = egui::Label::new(RichText::new(name).size(size::SMALL).color(color));
        ui.add_sized([86.0, 18.0], label.truncate().halign(egui::Align::LEFT));
        ui.spacing_mut().slider_width = (ui.available_width() - 84.0).max(40.0);
        let slider = Slider::new(&mut value, 0.0..=1.0)
            .show_value(false)
            .step_by(0.01);
        let response = ui.add(slider);
        let said = format!("Threshold of {}", name.to_lowercase());
        response.widget_info(|| WidgetInfo::slider(true, f64::from(value), &said));
        if response.changed() {
            commands.push(match global {
                true => Intent::Threshold(value),
                false => Intent::OwnThreshold(of.clone(), Some(value)),
            });
        }
        ui.label(
            RichText::new(format!("{value:.2}"))
                .font(figures(size::SMALL))
                .color(color),
        );
        if !global && !follows {
            let reset = ui
                .small_button("×")
                .on_hover_text("Follow the one for everything again");
            let said = format!("Reset threshold of {}", name.to_lowercase());
            reset.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &said));
            if reset.clicked() {
                commands.push(Intent::OwnThreshold(of, None));
            }
        }
    });
}
