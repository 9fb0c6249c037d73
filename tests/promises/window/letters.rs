//! A letter that our faces lack comes from whoever has a font for it, in every family; where nobody has one, its writing is named
//! once, with what to install.

use std::sync::Arc;

use egui::epaint::text::{FallbackRequest, FontInsert, FontPriority, InsertFontFamily};
use egui::{Context, FontDefinitions, FontFamily, FontId, RawInput};
use egui_kittest::Harness;
use mettle_app::fonts::{self, Unshown};
use mettle_app::state::AppState;
use mettle_app::theme::STRONG;

use super::scripted::{run_until, window_in};

fn told(state: &AppState) -> Vec<(&str, &str)> {
    let problems = state.problems.iter();
    let fonts = problems.filter(|problem| problem.title.starts_with("No font here"));
    fonts
        .map(|problem| (&*problem.title, &*problem.advice))
        .collect()
}

#[test]
fn a_writing_that_no_font_has_is_named_once_with_what_to_install() {
    let paths = ["/clips/測試.mp4", "/clips/犬.mp4", "/clips/Тест é.mp4"];
    let builder = Harness::builder().allow_missing_glyphs();
    let (mut window, _) = window_in(builder, egui::vec2(1280.0, 800.0), &paths, None);
    run_until(&mut window, "it is told", |state| !told(state).is_empty());
    window.run_steps(10);
    let told = told(window.state().state());
    assert_eq!(told.len(), 1, "{told:?}");
    let (title, advice) = told[0];
    assert_eq!(title, "No font here has Han letters");
    let package = if cfg!(target_os = "linux") {
        "fonts-noto-cjk"
    } else {
        "settings"
    };
    assert!(advice.contains(package), "{advice}");
}

/// The font that has Armenian letters is egui's for figures, given here as a system would.
#[test]
fn a_font_found_for_a_writing_serves_every_family_and_nothing_is_told() {
    let ctx = Context::default();
    let spare = FontDefinitions::default().font_data["Hack"].clone();
    let give = move |request: &FallbackRequest<'_>| -> Option<FontInsert> {
        Some(FontInsert {
            name: "found".to_owned(),
            data: (*spare).clone(),
            families: vec![InsertFontFamily {
                family: request.family.clone(),
                priority: FontPriority::Lowest,
            }],
        })
    };
    ctx.add_font_provider(Arc::new(give));
    fonts::install(&ctx);
    let unshown = Unshown::default();
    unshown.listen(&ctx);
    let families = [
        FontFamily::Proportional,
        FontFamily::Monospace,
        FontFamily::Name(STRONG.into()),
    ];
    let mut output = ctx.run_ui(RawInput::default(), |ui| {
        for family in &families {
            let font = FontId::new(14.0, family.clone());
            let has = |letter: char| ui.fonts_mut(|fonts| fonts.has_glyph(&font, letter));
            assert!(has('Ա'), "{family:?}");
            assert!(!has('測'), "{family:?}");
        }
    });
    output.textures_delta.clear();
    assert!(unshown.is_news());
    let title = unshown.news().map(|problem| problem.title);
    assert_eq!(title.as_deref(), Some("No font here has Han letters"));
    assert!(!unshown.is_news() && unshown.news().is_none());
}
