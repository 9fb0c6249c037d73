//! What the backbones' own classifiers hear and see in a second: names from AudioSet and ImageNet, whatever the head says.

use egui::{RichText, Role, Ui, WidgetInfo};
use mettle_core::predict::{SecondTags, Tag};

use super::widgets::{card, dim, emphasis};
use crate::theme::{size, tokens};

/// Draw the tags of a second; nothing where there are none.
pub fn tags_ui(ui: &mut Ui, tags: &[SecondTags], segment: usize) {
    let Some(second) = tags.get(segment) else {
        return;
    };
    if second.heard.is_empty() && second.seen.is_empty() {
        return;
    }
    let t = tokens(ui.ctx());
    ui.add_space(6.0);
    card(ui).show(ui, |ui| {
        ui.take_available_width();
        ui.label(emphasis("By the backbones' own classifiers", size::BODY));
        for (how, tags, color) in [
            ("Heard", &second.heard, t.audible),
            ("Seen", &second.seen, t.visible),
        ] {
            if !tags.is_empty() {
                ui.label(RichText::new(how).size(size::SMALL).color(color));
                let text = RichText::new(listed(tags)).size(12.5);
                let response = ui.add(egui::Label::new(text).wrap());
                response.widget_info(|| {
                    WidgetInfo::labeled(Role::Label, true, format!("{how}: {}", listed(tags)))
                });
            }
        }
        dim(
            ui,
            "Names from AudioSet and ImageNet, for orientation: no head takes part.",
        );
    });
}

fn listed(tags: &[Tag]) -> String {
    let said = tags
        .iter()
        .map(|tag| format!("{} {:.2}", tag.short(), tag.score));
    said.collect::<Vec<_>>().join(" · ")
}
