//! Whether scores mean what they say: the head's temperatures as a switch, how often a class's scores were right on clips the head
//! did not learn from, and the threshold from which on a wished share is right.

use egui::{Color32, DragValue, RichText, Role, Ui, WidgetInfo};
use egui_plot::{Line, Plot, PlotPoints, Points};
use mettle_core::base::Task;
use mettle_core::model::{Calibration, Offer, Reliable, ScoreCounts};
use mettle_core::project::Change;

use super::widgets::{card, dim, emphasis};
use crate::intent::{Commands, EditIntent};
use crate::state::{AppState, Gesture, Shown, ThresholdOf};
use crate::theme::{size, tokens};

const HEIGHT: f32 = 120.0;

/// Draw it; nothing where the head has no temperatures.
pub fn calibration_ui(ui: &mut Ui, state: &AppState, shown: Shown<'_>, commands: &mut Commands) {
    let head = shown.prediction().map(|prediction| prediction.key.head);
    let Some(fitted) = head.and_then(|head| state.temperatures(shown.task, head)) else {
        return;
    };
    card(ui).show(ui, |ui| {
        ui.take_available_width();
        ui.label(emphasis("Reliability", size::BODY));
        if !fitted.changes() {
            // What was fitted did not prove itself; what was counted stands.
            dim(ui, fitted.warning().unwrap_or_default());
            return class_ui(ui, state, shown, &fitted, commands);
        }
        let mut on = state.settings.calibrated;
        let tip = "Scores go through temperatures that were fitted on clips the head did not learn from, before they are held against thresholds";
        if ui.checkbox(&mut on, "Calibrated scores").on_hover_text(tip).changed() {
            commands.push(EditIntent::Calibrated(on));
        }
        let [before, after] = fitted.errors().map(|error| error * 100.0);
        dim(ui, format!("Scores are off by {before:.1} %, calibrated by {after:.1} %."));
        if let Some(warning) = fitted.warning() {
            dim(ui, warning);
        }
        class_ui(ui, state, shown, &fitted, commands);
    });
}

/// The class of the chosen lane; of masks, there is one.
fn class_ui(
    ui: &mut Ui,
    state: &AppState,
    shown: Shown<'_>,
    fitted: &Calibration,
    commands: &mut Commands,
) {
    let Some(prediction) = shown.prediction() else {
        return;
    };
    let lane = shown.row.view.lane.as_ref();
    let class = match shown.task {
        Task::Segment => Some(0),
        Task::Localize | Task::Parse => lane.and_then(|lane| prediction.labels.position(lane)),
    };
    let counted = fitted.counted(state.settings.calibrated);
    let Some((class, counts)) = class.and_then(|class| Some((class, counted.held(class)?))) else {
        dim(ui, "Click a lane to see how often its class is right.");
        return;
    };
    let Some(name) = prediction.labels.get(class) else {
        return;
    };
    let (count, yes) = counts.count();
    let words = match shown.task {
        Task::Segment => format!("{name}: {yes} of {count} places sound"),
        Task::Localize => {
            format!("{name}: {yes} of {count} seconds in which it is the likeliest are right")
        }
        Task::Parse => format!(
            "{name} is there in {yes} of {count} seconds that were counted, heard and seen apart"
        ),
    };
    ui.add(egui::Label::new(words).wrap());
    curve_ui(ui, name, &counts.curve());
    offer_ui(ui, state, shown, name, &counts, commands);
}

/// Scores to the right, how often they were true upwards, beside the line on which both are the same.
fn curve_ui(ui: &mut Ui, name: &str, curve: &[Reliable]) {
    let t = tokens(ui.ctx());
    let points: Vec<[f64; 2]> = curve
        .iter()
        .map(|point| [f64::from(point.score), f64::from(point.truth)])
        .collect();
    let line = |name: &str, points: Vec<[f64; 2]>, color: Color32| {
        Line::new(name.to_owned(), PlotPoints::from(points)).color(color)
    };
    let plot = Plot::new("reliability")
        .height(HEIGHT)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .show_x(false)
        .show_y(false)
        .default_x_bounds(0.0, 1.0)
        .default_y_bounds(0.0, 1.0)
        .x_axis_label("score")
        .y_axis_label("right")
        .show_background(false);
    let shown = plot.show(ui, |plot| {
        plot.line(line("as it says", vec![[0.0, 0.0], [1.0, 1.0]], t.dim));
        plot.line(line("right", points.clone(), t.accent));
        plot.points(
            Points::new("right", PlotPoints::from(points))
                .radius(3.0)
                .color(t.accent),
        );
    });
    shown.response.widget_info(|| {
        let said = curve.iter().map(|point| {
            let (score, truth) = (point.score * 100.0, point.truth * 100.0);
            format!("{score:.0} % is right {truth:.0} % of {}", point.count)
        });
        let said: Vec<String> = said.collect();
        let said = format!("Reliability of {name}: {}", said.join(", "));
        WidgetInfo::labeled(Role::Image, true, said)
    });
}

/// The threshold for a wished share, to be used with one click.
fn offer_ui(
    ui: &mut Ui,
    state: &AppState,
    shown: Shown<'_>,
    name: &str,
    counts: &ScoreCounts,
    commands: &mut Commands,
) {
    let t = tokens(ui.ctx());
    let mut wished = (state.settings.wished_precision * 100.0).round();
    ui.horizontal_wrapped(|ui| {
        ui.label("Wished right");
        let drag = DragValue::new(&mut wished).range(1.0..=100.0).suffix(" %");
        let response = ui.add(drag);
        response.widget_info(|| {
            let mut info =
                WidgetInfo::labeled(Role::SpinButton, true, "Wished share that is right");
            info.value = Some(f64::from(wished));
            info
        });
        if response.changed() {
            commands.push(EditIntent::WishedPrecision(wished / 100.0));
        }
    });
    match counts.threshold_for(state.settings.wished_precision) {
        Offer::At {
            threshold,
            precision,
            recall,
            count,
        } => {
            let (right, found) = (precision * 100.0, recall * 100.0);
            let words = format!(
                "From {threshold:.2} on {right:.0} % of {count} are right, {found:.0} % of what is there is found."
            );
            ui.add(egui::Label::new(RichText::new(words).size(size::SMALL).color(t.dim)).wrap());
            if ui
                .button(format!("Use {threshold:.2} for {name}"))
                .clicked()
            {
                commands.push(match shown.task {
                    Task::Segment => {
                        EditIntent::Change(Change::MaskThreshold(threshold), Gesture::Single)
                    }
                    Task::Localize | Task::Parse => EditIntent::OwnThreshold(
                        ThresholdOf::Class(name.to_owned()),
                        Some(threshold),
                    ),
                });
            }
        }
        Offer::TooFew(count) => {
            dim(ui, format!("Too few to say: {count} scores were counted."));
        }
        Offer::Never(most) => {
            let most = most * 100.0;
            dim(
                ui,
                format!("No threshold does that; at most {most:.0} % are right."),
            );
        }
    }
}
