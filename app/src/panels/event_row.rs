//! A row of the table of events: each cell is a control of its own, with a name that a screen reader says.

use egui::{
    Align, Button, Color32, ComboBox, Key, Layout, RichText, Role, Stroke, TextEdit, Ui,
    WidgetInfo, vec2,
};
use mettle_core::base::{Label, Modality, Time, TimeSpan};
use mettle_core::project::Source;

use super::dialogs::time_of;
use crate::intent::{Commands, EditIntent, ViewIntent};
use crate::state::{AppState, Chosen, Happening, LaneEvent};
use crate::theme::{figures, size, tokens};

/// Height of a row.
pub const HEIGHT: f32 = 26.0;
/// Width of a time.
const TIME: f32 = 44.0;
/// Width of what says whether it is heard, seen or both.
const HOW: f32 = 50.0;
/// Width of whose word it is.
const WHO: f32 = 26.0;
/// Width of the button that takes it away.
const REMOVE: f32 = 12.0;
/// Between two cells.
const GAP: f32 = 2.0;

/// Draw it.
pub fn row_ui(
    ui: &mut Ui,
    event: &LaneEvent,
    state: &AppState,
    (classes, editable): (&[Label], bool),
    commands: &mut Commands,
) {
    let t = tokens(ui.ctx());
    let what = &event.what;
    let now = what.span.contains(state.player.time);
    let color = if now { t.both } else { t.text };
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        ui.spacing_mut().icon_width = 10.0;
        ui.spacing_mut().icon_spacing = 2.0;
        ui.spacing_mut().button_padding = vec2(2.0, 2.0);
        ui.spacing_mut().interact_size.y = 20.0;
        bare(ui);
        go_ui(ui, what, color, commands);
        let mut to = what.clone();
        ui.add_enabled_ui(editable, |ui| {
            let TimeSpan { start, end } = what.span;
            if let Some(start) = time_ui(ui, start, &format!("Start of {}", what.label)) {
                to.span = TimeSpan::new(start, end);
            }
            if let Some(end) = time_ui(ui, end, &format!("End of {}", what.label)) {
                to.span = TimeSpan::new(start, end);
            }
            class_ui(ui, &mut to, classes, color);
            modality_ui(ui, &mut to);
        });
        who_ui(ui, event);
        if editable && remove_ui(ui, what) {
            commands.push(EditIntent::Reshape(event.clone(), None));
        } else if to != *what && to.span.start < to.span.end {
            commands.push(EditIntent::Reshape(event.clone(), Some(to)));
        }
    });
}

/// A table has no boxes: a control shows that it is one under the pointer, and when the keyboard is in it.
fn bare(ui: &mut Ui) {
    let resting = &mut ui.visuals_mut().widgets.inactive;
    resting.weak_bg_fill = Color32::TRANSPARENT;
    resting.bg_fill = Color32::TRANSPARENT;
    resting.bg_stroke = Stroke::NONE;
}

/// To the event's start; it is chosen from then on.
fn go_ui(ui: &mut Ui, what: &Happening, color: egui::Color32, commands: &mut Commands) {
    let button = Button::new(RichText::new("Go").size(size::SMALL).color(color)).frame(false);
    let response = ui
        .add(button)
        .on_hover_text("Go to the start of this event");
    let said = format!("Go to {}, {}", what.label, words_of(what));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &said));
    if response.clicked() {
        commands.push(ViewIntent::Seek(what.span.start));
        commands.push(ViewIntent::Choose(Some(Chosen {
            label: what.label.clone(),
            span: what.span,
        })));
    }
}

/// A time to be typed; gives the new one once Enter or Tab leaves it.
fn time_ui(ui: &mut Ui, time: Time, name: &str) -> Option<Time> {
    let id = ui.make_persistent_id(name);
    let before = time_text(time);
    let typed: Option<String> = ui.data(|data| data.get_temp(id));
    let mut text = typed.clone().unwrap_or_else(|| before.clone());
    let field = TextEdit::singleline(&mut text)
        .id(id.with("field"))
        .font(figures(size::SMALL))
        .margin(vec2(3.0, 2.0));
    let field = match ui.memory(|memory| memory.has_focus(id.with("field"))) {
        true => field,
        false => field.background_color(Color32::TRANSPARENT),
    };
    let response = ui.add_sized(vec2(TIME, 20.0), field);
    let enabled = ui.is_enabled();
    response.widget_info(|| {
        let mut info = WidgetInfo::new(Role::TextInput);
        info.enabled = enabled;
        info.label = Some(name.to_owned());
        info.current_text_value = Some(text.clone());
        info
    });
    if response.changed() {
        ui.data_mut(|data| data.insert_temp(id, text.clone()));
    }
    if !response.lost_focus() {
        return None;
    }
    ui.data_mut(|data| data.remove::<String>(id));
    let given_up = ui.input(|input| input.key_pressed(Key::Escape));
    time_of(&text).filter(|_| !given_up && text != before)
}

fn class_ui(ui: &mut Ui, to: &mut Happening, classes: &[Label], color: egui::Color32) {
    // What the cells behind it leave: a name that is longer is cut, and never pushes those out of sight.
    let behind = HOW + WHO + REMOVE + 3.0 * GAP;
    let room = (ui.available_width() - behind).max(36.0);
    let said = format!("Class of {}", words_of(to));
    let shown = RichText::new(&*to.label).color(color).size(size::SMALL);
    let combo = ComboBox::from_id_salt("class").width(room).truncate();
    let cell = vec2(room, 20.0);
    ui.allocate_ui_with_layout(cell, Layout::left_to_right(Align::Center), |ui| {
        ui.set_width(room);
        let response = combo.selected_text(shown).show_ui(ui, |ui| {
            for class in classes {
                ui.selectable_value(&mut to.label, class.clone(), &**class);
            }
        });
        let value = to.label.to_string();
        let response = response.response.on_hover_text(&value);
        named(&response, said, value);
    });
}

fn modality_ui(ui: &mut Ui, to: &mut Happening) {
    let said = format!("How {} is perceived, {}", to.label, span_text(to.span));
    let combo = ComboBox::from_id_salt("how").width(HOW);
    let shown = RichText::new(how(to.modality)).size(size::SMALL);
    let response = combo.selected_text(shown).show_ui(ui, |ui| {
        for modality in [Modality::AudioVisual, Modality::Audible, Modality::Visible] {
            ui.selectable_value(&mut to.modality, modality, how(modality));
        }
    });
    let value = how(to.modality).to_owned();
    named(&response.response, said, value);
}

fn named(response: &egui::Response, label: String, value: String) {
    response.widget_info(|| {
        let mut info = WidgetInfo::new(Role::ComboBox);
        info.label = Some(label.clone());
        info.current_text_value = Some(value.clone());
        info
    });
}

/// Whose word it is: the user's, or the model's with its score.
fn who_ui(ui: &mut Ui, event: &LaneEvent) {
    let t = tokens(ui.ctx());
    let (text, color) = match event.source {
        Source::User(_) => ("you".to_owned(), t.text),
        Source::Model => (format!("{:.2}", event.score), t.dim),
    };
    let words = RichText::new(&text).font(figures(size::SMALL)).color(color);
    let response = ui.add_sized(vec2(WHO, 20.0), egui::Label::new(words));
    let said = match event.source {
        Source::User(_) => "Said by you".to_owned(),
        Source::Model => format!("Said by the model, score {text}"),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
    response.on_hover_text(said);
}

/// Says of how much an event is taken away before it is.
fn remove_ui(ui: &mut Ui, what: &Happening) -> bool {
    let said = format!("Remove {}, {}", what.label, words_of(what));
    let response = ui
        .add_sized(vec2(REMOVE, 20.0), Button::new("×").frame(false))
        .on_hover_text(&said);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &said));
    response.clicked()
}

fn how(modality: Modality) -> &'static str {
    match modality {
        Modality::Audible => "heard",
        Modality::Visible => "seen",
        Modality::AudioVisual => "both",
    }
}

/// `heard, from 2.0 to 5.0`.
fn words_of(what: &Happening) -> String {
    format!("{}, {}", how(what.modality), span_text(what.span))
}

fn span_text(span: TimeSpan) -> String {
    format!("from {} to {}", time_text(span.start), time_text(span.end))
}

/// `8.0`, `1:23.45`: to a thousandth of a second, without zeros that say nothing.
fn time_text(time: Time) -> String {
    let millis = (time.micros().max(0) + 500) / 1000;
    let (minutes, rest) = (millis / 60_000, millis % 60_000);
    let (secs, part) = (rest / 1000, rest % 1000);
    let part = format!("{part:03}");
    let part = match part.trim_end_matches('0') {
        "" => "0",
        some => some,
    };
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{secs}.{part}"),
        (0, minutes) => format!("{minutes}:{secs:02}.{part}"),
        (hours, minutes) => format!("{hours}:{minutes:02}:{secs:02}.{part}"),
    }
}
