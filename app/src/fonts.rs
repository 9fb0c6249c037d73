//! The faces of the window: Inter for words, JetBrains Mono for figures; system fonts stand in for other scripts.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily};

use crate::theme::STRONG;

const INTER: &[u8] = include_bytes!("../../assets/fonts/Inter-Regular.otf");
const INTER_STRONG: &[u8] = include_bytes!("../../assets/fonts/Inter-SemiBold.otf");
const FIGURES: &[u8] = include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf");

/// Give egui our faces, in front of its own, which keep serving symbols.
pub fn install(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::default();
    for (name, data) in [
        ("inter", INTER),
        ("inter-strong", INTER_STRONG),
        ("figures", FIGURES),
    ] {
        let data = Arc::new(FontData::from_static(data));
        fonts.font_data.insert(name.to_owned(), data);
    }
    let spare = fonts
        .families
        .get(&FontFamily::Proportional)
        .cloned()
        .unwrap_or_default();
    let mut put = |family: FontFamily, first: &str| {
        let faces = fonts
            .families
            .entry(family)
            .or_insert_with(|| spare.clone());
        faces.insert(0, first.to_owned());
    };
    put(FontFamily::Proportional, "inter");
    put(FontFamily::Monospace, "figures");
    put(FontFamily::Name(STRONG.into()), "inter-strong");
    ctx.set_fonts(fonts);
}
