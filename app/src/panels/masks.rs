//! The inspector's page of masks: threshold, style, strength, colour; and the masks over the picture.

use egui::{Rect, RichText, Role, Sense, Slider, Stroke, Ui, WidgetInfo, vec2};
use mettle_core::base::{Label, Task, Time};
use mettle_core::predict::{
    ClassColor, MaskLook, MaskStyle, PALETTE, Prediction, SecondMask, winner,
};
use mettle_core::project::Change;

use super::calibration::calibration_ui;
use super::mask_thresholds::mask_thresholds_ui;
use super::mode_switch::missing_head;
use super::widgets::{card, dim, emphasis, row_name};
use crate::command::Command;
use crate::intent::{Commands, EditIntent, ViewIntent};
use crate::keymap::key_text;
use crate::paint::{MaskPaint, map_of, swatch};
use crate::state::{AppState, Gesture, MaskSettings, Shown, segment_at};
use crate::theme::{figures, size, tokens};

/// Width of the edge, in points.
const EDGE: f32 = 1.5;
/// The same of what the user drew.
const DRAWN_EDGE: f32 = 3.5;

/// Draw the page.
pub fn masks_ui(ui: &mut Ui, state: &AppState, shown: Shown<'_>, commands: &mut Commands) {
    if !state.can(Task::Segment) {
        return missing_head(ui, state, Task::Segment, commands);
    }
    if shown
        .row
        .clip
        .as_ref()
        .is_some_and(|clip| clip.video.is_none())
    {
        dim(ui, "This clip has no pictures, so it has no masks.");
        return;
    }
    if let Some(prediction) = shown.answer_to(Task::Segment) {
        standing(ui, state, shown, prediction);
    } else {
        dim(ui, "The masks come as the seconds are analysed.");
    }
    mask_thresholds_ui(ui, state, shown, commands);
    if shown.task == Task::Segment {
        calibration_ui(ui, state, shown, commands);
    }
    let mut masks = state.settings.masks;
    card(ui).show(ui, |ui| {
        ui.take_available_width();
        style(ui, &mut masks);
        slider(ui, "Mask opacity", &mut masks.opacity);
        color(ui, &mut masks);
        ui.checkbox(&mut masks.cross_fade, "Cross-fade between seconds")
            .on_hover_text(
                "A mask is of one moment a second: show the nearest, or fade into the next",
            );
    });
    if masks != state.settings.masks {
        commands.push(ViewIntent::Masks(masks));
    }
    let key = key_text(ui.ctx(), Command::BarePicture);
    if !key.is_empty() {
        dim(ui, format!("Hold {key} to see the picture without masks."));
    }
}

/// What the mask of the second covers.
fn standing(ui: &mut Ui, state: &AppState, shown: Shown<'_>, prediction: &Prediction) {
    let t = tokens(ui.ctx());
    let Some(segment) = segment_at(prediction, state.player.time) else {
        return;
    };
    ui.label(emphasis(format!("Second {segment}"), size::HEADING));
    let Some(mask) = shown.mask(segment) else {
        dim(ui, "Not yet analysed");
        return;
    };
    let (inside, of) = match &mask {
        SecondMask::Drawn(drawn) => {
            let pixels = u64::from(drawn.width) * u64::from(drawn.height);
            (drawn.area(), pixels)
        }
        SecondMask::Model(map) => {
            let threshold = shown.mask_threshold(segment);
            let inside = map.values().filter(|p| *p > threshold).count();
            (inside as u64, map.values().len() as u64)
        }
    };
    let share = 100.0 * inside as f64 / of.max(1) as f64;
    let words = match inside {
        0 => "Nothing in the picture sounds".to_owned(),
        _ => format!("{share:.0} % of the picture sounds"),
    };
    ui.label(RichText::new(words).color(if inside > 0 { t.both } else { t.dim }));
    match &mask {
        SecondMask::Drawn(_) => dim(ui, "As you drew it; no threshold changes it"),
        SecondMask::Model(map) => {
            let highest = map.highest();
            dim(ui, format!("Highest probability {highest:.2}"))
        }
    };
}

fn style(ui: &mut Ui, masks: &mut MaskSettings) {
    ui.horizontal(|ui| {
        for (style, name) in [
            (MaskStyle::Fill, "Fill"),
            (MaskStyle::Outline, "Outline"),
            (MaskStyle::Heat, "Heat map"),
        ] {
            ui.selectable_value(&mut masks.style, style, name);
        }
    });
}

fn slider(ui: &mut Ui, name: &str, value: &mut f32) {
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 18.0;
        row_name(ui, name, tokens(ui.ctx()).text);
        ui.spacing_mut().slider_width = (ui.available_width() - 48.0).max(40.0);
        let slider = Slider::new(value, 0.0..=1.0)
            .show_value(false)
            .step_by(0.01);
        let response = ui.add(slider);
        let now = f64::from(*value);
        response.widget_info(|| WidgetInfo::slider(true, now, name));
        ui.label(RichText::new(format!("{value:.2}")).font(figures(size::SMALL)));
    });
}

fn color(ui: &mut Ui, masks: &mut MaskSettings) {
    let t = tokens(ui.ctx());
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        ui.label(RichText::new("Colour").size(size::SMALL));
        if ui
            .selectable_label(masks.color.is_none(), "By class")
            .clicked()
        {
            masks.color = None;
        }
        for place in 0..PALETTE.len() {
            let on = masks.color == Some(place);
            let (rect, response) = ui.allocate_exact_size(vec2(16.0, 16.0), Sense::click());
            let said = format!("Mask colour {}", place + 1);
            response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, on, &said));
            swatch(ui.painter(), rect.shrink(1.0), ClassColor::at(place));
            if on || response.hovered() || response.has_focus() {
                let stroke = Stroke::new(1.5, t.text);
                ui.painter()
                    .rect_stroke(rect, 2.0, stroke, egui::StrokeKind::Inside);
            }
            if response.clicked() {
                masks.color = Some(place);
            }
        }
    });
}

/// How the mask of a second is drawn: the user's colour, or that of the class that is heard and seen then.
pub fn look(state: &AppState, shown: Shown<'_>, segment: usize, pixels_per_point: f32) -> MaskLook {
    let masks = &state.settings.masks;
    let color = match masks.color {
        Some(place) => ClassColor::at(place),
        None => class_color(state, shown, segment),
    };
    let drawn = matches!(shown.mask(segment), Some(SecondMask::Drawn(_)));
    MaskLook {
        style: masks.style,
        threshold: shown.mask_threshold(segment),
        opacity: masks.opacity,
        color,
        edge: if drawn { DRAWN_EDGE } else { EDGE } * pixels_per_point,
    }
}

/// The class that is heard and seen in a second, where the model knows one.
pub fn class_of(state: &AppState, shown: Shown<'_>, segment: usize) -> Option<Label> {
    let prediction = shown.answer_to(Task::Localize)?;
    let thresholds = shown.thresholds(&state.settings);
    let (class, _) = winner(prediction, &thresholds, segment)?;
    prediction.labels.get(class).cloned()
}

fn class_color(state: &AppState, shown: Shown<'_>, segment: usize) -> ClassColor {
    let named = class_of(state, shown, segment);
    let sounding = || shown.answer_to(Task::Segment)?.labels.get(0).cloned();
    let label = named.or_else(sounding);
    label.map_or(ClassColor::at(0), |label| state.colors.get(&label))
}

/// The mask to be laid over the picture at a time: that of the nearest second, or between two.
pub fn mask_at(
    ctx: &egui::Context,
    state: &AppState,
    shown: Shown<'_>,
    time: Time,
) -> Option<MaskPaint> {
    let prediction = shown.answer_to(Task::Segment)?;
    let segment = segment_at(prediction, time)?;
    let paint = |first: usize, second: Option<(usize, f32)>| {
        let map = |segment| Some(map_of(ctx, &shown.mask(segment)?));
        let fade = |(next, share)| Some((map(next)?, share));
        let from = shown.mask_threshold(first);
        // Where seconds fade into each other, so do their thresholds.
        let threshold = second.map_or(from, |(next, share)| {
            from + (shown.mask_threshold(next) - from) * share
        });
        Some(MaskPaint {
            first: map(first)?,
            second: second.and_then(fade),
            look: MaskLook {
                threshold,
                ..look(state, shown, segment, ctx.pixels_per_point())
            },
        })
    };
    if !state.settings.masks.cross_fade {
        return paint(segment, None);
    }
    // A mask is of the moment in the middle of its second.
    let middle = |place: usize| prediction.segments.get(place).map(|span| span.middle());
    let before = match middle(segment) {
        Some(here) if time < here => segment.checked_sub(1),
        _ => Some(segment),
    };
    let Some((before, from)) = before.and_then(|place| Some((place, middle(place)?))) else {
        return paint(segment, None);
    };
    let Some(to) = middle(before + 1) else {
        return paint(before, None);
    };
    let share = (time - from).as_secs_f64() / (to - from).as_secs_f64().max(1e-6);
    paint(before, Some((before + 1, share.clamp(0.0, 1.0) as f32)))
}

/// Alt and the wheel over the picture move the threshold of masks: the second's own where it has one, else the clip's.
pub fn threshold_wheel(ui: &Ui, picture: Rect, state: &AppState, commands: &mut Commands) {
    let (held, moved, at) = ui.input(|input| {
        let scroll = input.smooth_scroll_delta();
        (
            input.modifiers.alt,
            scroll.x + scroll.y,
            input.pointer.hover_pos(),
        )
    });
    if held && moved != 0.0 && at.is_some_and(|at| picture.contains(at)) {
        let Some((masks, span)) = state.mask_thresholds_here() else {
            return;
        };
        let moved = moved * 0.001;
        let change = match masks.own(span) {
            Some((_, value)) => Change::MaskThresholdOf {
                span,
                value: Some(value + moved),
            },
            None => Change::MaskThreshold(masks.clip + moved),
        };
        commands.push(EditIntent::Change(change, Gesture::Wheel));
    }
}
