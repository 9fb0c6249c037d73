//! Small things the panels share.

use std::sync::Arc;

use egui::{
    Align2, Button, Color32, CornerRadius, Frame, Galley, InnerResponse, Margin, Response,
    RichText, Role, Sense, Stroke, Ui, WidgetInfo, vec2,
};

use crate::command::Command;
use crate::intent::Commands;
use crate::keymap::key_text;
use crate::paint::icons::{self, Icon};
use crate::state::Gesture;
use crate::theme::{figures, size, strong, tokens};

/// What a command's button says when the pointer rests on it.
pub fn tip(ui: &Ui, command: Command) -> String {
    match key_text(ui.ctx(), command) {
        key if key.is_empty() => command.tooltip().to_owned(),
        key => format!("{}  ({key})", command.tooltip()),
    }
}

/// A button for a command.
pub fn command_button(ui: &mut Ui, command: Command, commands: &mut Commands) -> Response {
    let tip = tip(ui, command);
    let response = ui.button(command.text()).on_hover_text(tip);
    if response.clicked() {
        commands.push(command);
    }
    response
}

/// The one button of a view that stands out.
pub fn primary_button(ui: &mut Ui, command: Command, commands: &mut Commands) -> Response {
    let tip = tip(ui, command);
    let response = standing_out(ui, command.text()).on_hover_text(tip);
    if response.clicked() {
        commands.push(command);
    }
    response
}

/// A button in the accent colour.
pub fn standing_out(ui: &mut Ui, text: &str) -> Response {
    let t = tokens(ui.ctx());
    let text = RichText::new(text).color(t.on_accent);
    ui.add(Button::new(text).fill(t.accent).stroke(Stroke::NONE))
}

/// A button with a sign; `primary` for the one that stands out, `on` for one that is switched on.
pub fn icon_button(
    ui: &mut Ui,
    icon: Icon,
    command: Command,
    primary: bool,
    on: bool,
    commands: &mut Commands,
) {
    let t = tokens(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(28.0, 28.0), Sense::click());
    let tip = tip(ui, command);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, command.text()));
    let visuals = ui.style().interact(&response);
    let (fill, color) = match (primary, on) {
        (true, _) => (t.accent, t.on_accent),
        (false, true) => (t.bg2, t.accent),
        (false, false) if response.hovered() || response.has_focus() => (visuals.bg_fill, t.text),
        (false, false) => (Color32::TRANSPARENT, t.text),
    };
    ui.painter().rect_filled(rect, size::CORNER, fill);
    if response.has_focus() {
        let stroke = Stroke::new(1.0, t.accent);
        ui.painter()
            .rect_stroke(rect, size::CORNER, stroke, egui::StrokeKind::Outside);
    }
    icons::paint(ui.painter(), rect, icon, color);
    if response.on_hover_text(tip).clicked() {
        commands.push(command);
    }
}

/// A rounded tag: a dot and a few words.
pub fn chip(ui: &mut Ui, dot: Color32, text: &str) -> Response {
    let t = tokens(ui.ctx());
    let galley =
        ui.painter()
            .layout_no_wrap(text.to_owned(), egui::FontId::proportional(12.0), t.dim);
    let room = vec2(galley.size().x + 32.0, 25.0);
    let (rect, response) = ui.allocate_exact_size(room, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, text));
    let border = if response.hovered() { t.dim } else { t.line };
    let corner = CornerRadius::same(size::CHIP_CORNER);
    ui.painter().rect(
        rect,
        corner,
        t.bg2,
        Stroke::new(1.0, border),
        egui::StrokeKind::Inside,
    );
    ui.painter()
        .circle_filled(rect.left_center() + vec2(14.0, 0.0), 4.0, dot);
    let at = rect.left_center() + vec2(24.0, -galley.size().y / 2.0);
    ui.painter().galley(at, galley, t.dim);
    response
}

/// Tabs nearer to each other than this are written smaller.
const TAB_GAP: f32 = 9.0;

/// Smaller ones that would be nearer than this take two rows.
const LEAST_TAB_GAP: f32 = 3.0;

/// Tabs with a line under the chosen one; gives the one clicked.
pub fn tabs<T: Copy + PartialEq>(ui: &mut Ui, chosen: T, all: &[(T, &str)]) -> Option<T> {
    let fits = tab_gap(ui, &tab_words(ui, chosen, all, size::SMALL)) >= LEAST_TAB_GAP;
    let a_row = if fits {
        all.len()
    } else {
        all.len().div_ceil(2)
    };
    let rows = all.chunks(a_row.max(1));
    let rows: Vec<_> = rows.map(|row| tab_row(ui, chosen, row)).collect();
    if let Some(last) = rows.last() {
        let (across, line) = (ui.max_rect().x_range(), last.response.rect.bottom() + 2.0);
        let stroke = Stroke::new(1.0, tokens(ui.ctx()).line);
        ui.painter().hline(across, line, stroke);
    }
    ui.add_space(6.0);
    rows.into_iter().find_map(|row| row.inner)
}

/// The names of tabs, as they are written at a size.
fn tab_words<T: Copy + PartialEq>(
    ui: &Ui,
    chosen: T,
    tabs: &[(T, &str)],
    points: f32,
) -> Vec<Arc<Galley>> {
    let t = tokens(ui.ctx());
    let font = egui::FontId::proportional(points);
    let each = tabs.iter().map(|(tab, name)| {
        let color = if *tab == chosen { t.text } else { t.dim };
        let painter = ui.painter();
        painter.layout_no_wrap((*name).to_owned(), font.clone(), color)
    });
    each.collect()
}

/// How far apart there is room for them in one row; less than nothing where there is none.
fn tab_gap(ui: &Ui, words: &[Arc<Galley>]) -> f32 {
    let wide: f32 = words.iter().map(|word| word.size().x).sum();
    (ui.available_width() - wide) / (words.len() as f32 - 1.0).max(1.0)
}

/// As far apart as there is room for; smaller where there is little.
fn tab_row<T: Copy + PartialEq>(
    ui: &mut Ui,
    chosen: T,
    tabs: &[(T, &str)],
) -> InnerResponse<Option<T>> {
    let t = tokens(ui.ctx());
    ui.horizontal(|ui| {
        let mut clicked = None;
        let usual = tab_words(ui, chosen, tabs, size::BODY);
        let galleys = match tab_gap(ui, &usual) >= TAB_GAP {
            true => usual,
            false => tab_words(ui, chosen, tabs, size::SMALL),
        };
        ui.spacing_mut().item_spacing.x = tab_gap(ui, &galleys).clamp(LEAST_TAB_GAP, 16.0);
        for (&(tab, name), galley) in tabs.iter().zip(galleys) {
            let on = tab == chosen;
            let color = if on { t.text } else { t.dim };
            let room = galley.size() + vec2(0.0, 8.0);
            let (rect, response) = ui.allocate_exact_size(room, Sense::click());
            response.widget_info(|| WidgetInfo::selected(Role::Tab, true, on, name));
            if response.hovered() || response.has_focus() {
                ui.painter()
                    .rect_filled(rect.expand2(vec2(5.0, 0.0)), size::CORNER, t.bg2);
            }
            ui.painter()
                .galley(rect.min + vec2(0.0, 4.0), galley, color);
            if on {
                let (x, y) = (response.rect.x_range(), response.rect.bottom() + 1.0);
                ui.painter().hline(x, y, Stroke::new(2.0, t.accent));
            }
            if response.clicked() {
                clicked = Some(tab);
            }
        }
        clicked
    })
}

/// A raised box.
pub fn card(ui: &Ui) -> Frame {
    let t = tokens(ui.ctx());
    Frame::new()
        .fill(t.bg2)
        .stroke(Stroke::new(1.0, t.line))
        .corner_radius(size::BOX_CORNER)
        .inner_margin(Margin::same(10))
}

/// Secondary text.
pub fn dim(ui: &mut Ui, text: impl Into<String>) -> Response {
    let color = tokens(ui.ctx()).dim;
    ui.label(RichText::new(text).color(color).size(size::SMALL))
}

/// Text that stands out.
pub fn emphasis(text: impl Into<String>, points: f32) -> RichText {
    RichText::new(text).font(strong(points))
}

/// A thin bar filled from the left.
pub fn thin_bar(ui: &mut Ui, share: f32, color: Color32, label: &str) {
    let t = tokens(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 3.0), Sense::hover());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ProgressIndicator, true, label);
        info.value = Some(f64::from(share));
        info
    });
    ui.painter().rect_filled(rect, 1.5, t.line);
    let mut done = rect;
    done.set_width(rect.width() * share.clamp(0.0, 1.0));
    ui.painter().rect_filled(done, 1.5, color);
}

/// Figures on the picture, readable on anything, no wider than `most`: what has no room ends in "…". Gives their place.
pub fn on_picture(
    ui: &Ui,
    at: egui::Pos2,
    align: Align2,
    most: f32,
    (text, mono): (&str, bool),
) -> egui::Rect {
    let t = tokens(ui.ctx());
    let font = if mono {
        figures(12.0)
    } else {
        egui::FontId::proportional(12.5)
    };
    let edge = vec2(8.0, 4.0);
    let galley = line(ui, most - 2.0 * edge.x, text, font, t.on_stage);
    let rect = align.anchor_size(at, galley.size() + 2.0 * edge);
    ui.painter().rect(
        rect,
        5.0,
        t.plate,
        Stroke::new(1.0, t.plate_line),
        egui::StrokeKind::Inside,
    );
    ui.painter().galley(rect.min + edge, galley, t.on_stage);
    rect
}

/// One line of text, ending in "…" where it would be wider than `width`.
fn line(
    ui: &Ui,
    width: f32,
    text: &str,
    font: egui::FontId,
    color: Color32,
) -> std::sync::Arc<egui::Galley> {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

/// One line of text from `at` (its left end, half-way up), ending in "…" where it would be wider than `width`.
pub fn elided(ui: &Ui, at: egui::Pos2, width: f32, text: &str, font: egui::FontId, color: Color32) {
    let line = line(ui, width, text, font, color);
    let corner = Align2::LEFT_CENTER.anchor_size(at, line.size()).min;
    ui.painter().galley(corner, line, color);
}

/// How a slider is being moved.
pub fn gesture_of(response: &Response) -> Gesture {
    match (response.drag_stopped(), response.dragged()) {
        (true, _) => Gesture::Dropped,
        (false, true) => Gesture::Dragged,
        (false, false) => Gesture::Single,
    }
}

/// A name at the left of a row of controls, as wide in every row.
pub fn row_name(ui: &mut Ui, name: &str, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(ROW_NAME, 18.0), Sense::hover());
    let font = egui::FontId::proportional(size::SMALL);
    elided(ui, rect.left_center(), rect.width(), name, font, color);
}

/// Width of such a name.
const ROW_NAME: f32 = 86.0;
