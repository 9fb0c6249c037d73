//! What is kept of clips analysed before: how much, and clearing it.

use egui::Ui;
use indicatif::DecimalBytes;

use super::widgets::{dim, emphasis};
use crate::intent::{Commands, EngineIntent};
use crate::state::AppState;
use crate::theme::size;

/// Draw the dialog.
pub fn kept_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    ui.label(emphasis("Kept features", size::HEADING));
    let Some(kept) = &state.kept else {
        dim(ui, "Looking…");
        return;
    };
    let (bytes, budget) = (DecimalBytes(kept.bytes), DecimalBytes(kept.budget));
    ui.label(format!(
        "{bytes} in {} files, of at most {budget}",
        kept.entries
    ));
    ui.add(
        egui::Label::new(
            "What the backbones computed for a clip is kept on this computer, so that analysing it again takes no time. \
             What was used longest ago goes first; `mettle cache --budget 20GB` changes how much is kept.",
        )
        .wrap(),
    );
    ui.add_enabled_ui(kept.bytes > 0, |ui| {
        if ui.button("Clear").clicked() {
            commands.push(EngineIntent::ClearKept);
        }
    });
}
