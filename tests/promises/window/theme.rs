//! Words can be read: every text colour stands out at least 4.5 to 1 from the grounds it is drawn on.

use egui::Theme;
use mettle_app::theme::{contrast, tokens_of};

#[test]
fn text_stands_out_from_its_ground() {
    for theme in [Theme::Dark, Theme::Light] {
        let t = tokens_of(theme);
        let pairs = [
            ("text on panels", t.text, t.bg1),
            ("text on raised", t.text, t.bg2),
            ("text on the timeline", t.text, t.bg0),
            ("dim on panels", t.dim, t.bg1),
            ("dim on raised", t.dim, t.bg2),
            ("dim on the timeline", t.dim, t.bg0),
            ("ruler figures", t.faint, t.bg0),
            ("errors", t.warn, t.bg2),
            ("the primary button", t.on_accent, t.accent),
            ("words on the picture", t.on_stage, t.stage),
        ];
        for (what, text, ground) in pairs {
            let ratio = contrast(text, ground);
            assert!(ratio >= 4.5, "{theme:?}: {what} has {ratio:.2}");
        }
    }
}

#[test]
fn contrast_is_that_of_wcag() {
    let (black, white) = (egui::Color32::BLACK, egui::Color32::WHITE);
    assert!((contrast(black, white) - 21.0).abs() < 1e-3);
    // #767676 on white is the well-known border case of 4.54.
    let grey = egui::Color32::from_rgb(0x76, 0x76, 0x76);
    assert!((contrast(grey, white) - 4.54).abs() < 0.01);
}
