//! Every colour and size of the window, as data, for dark and light. No other file names a colour.

use egui::{Color32, CornerRadius, FontFamily, FontId, Stroke, TextStyle, Theme, Visuals, vec2};

/// The colours of one theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tokens {
    /// The timeline's ground.
    pub bg0: Color32,
    /// The panels' ground.
    pub bg1: Color32,
    /// Raised things: cards, fields, buttons.
    pub bg2: Color32,
    /// Borders, one point wide.
    pub line: Color32,
    /// Text.
    pub text: Color32,
    /// Secondary text.
    pub dim: Color32,
    /// Ruler numbers and other marks that only help.
    pub faint: Color32,
    /// Selection, the primary button, the playhead.
    pub accent: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// What is heard.
    pub audible: Color32,
    /// What is seen.
    pub visible: Color32,
    /// What is heard and seen.
    pub both: Color32,
    /// Errors.
    pub warn: Color32,
    /// Around the picture, and behind the words drawn on it.
    pub stage: Color32,
    /// Words drawn on the stage.
    pub on_stage: Color32,
    /// The ground of words on the picture: seen on black and on white alike.
    pub plate: Color32,
    /// Its border.
    pub plate_line: Color32,
    /// Under dialogs.
    pub shade: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// The dark theme.
pub const DARK: Tokens = Tokens {
    bg0: rgb(0x0F1115),
    bg1: rgb(0x161920),
    bg2: rgb(0x1D212A),
    line: rgb(0x2A303C),
    text: rgb(0xE7EAF0),
    dim: rgb(0x98A2B3),
    faint: rgb(0x7D889B),
    accent: rgb(0x6AA5FF),
    on_accent: rgb(0x0F1115),
    audible: rgb(0xE69F00),
    visible: rgb(0x56B4E9),
    both: rgb(0x009E73),
    warn: rgb(0xE5694B),
    stage: rgb(0x000000),
    on_stage: rgb(0xE7EAF0),
    plate: Color32::from_rgba_premultiplied(26, 29, 36, 224),
    plate_line: Color32::from_rgba_premultiplied(62, 68, 80, 224),
    shade: Color32::from_rgba_premultiplied(0, 0, 0, 150),
};

/// The light theme.
pub const LIGHT: Tokens = Tokens {
    bg0: rgb(0xE9ECF1),
    bg1: rgb(0xF6F7F9),
    bg2: rgb(0xFFFFFF),
    line: rgb(0xD5DAE2),
    text: rgb(0x1A1E26),
    dim: rgb(0x556070),
    faint: rgb(0x5F6B7C),
    accent: rgb(0x1F6FE5),
    on_accent: rgb(0xFFFFFF),
    audible: rgb(0x8E6615),
    visible: rgb(0x0670C9),
    both: rgb(0x076B4F),
    warn: rgb(0xC2452B),
    stage: rgb(0x000000),
    on_stage: rgb(0xE7EAF0),
    plate: Color32::from_rgba_premultiplied(26, 29, 36, 224),
    plate_line: Color32::from_rgba_premultiplied(62, 68, 80, 224),
    shade: Color32::from_rgba_premultiplied(0, 0, 0, 90),
};

/// Text sizes, in points.
pub mod size {
    /// Body text.
    pub const BODY: f32 = 13.0;
    /// Secondary text.
    pub const SMALL: f32 = 11.5;
    /// Headings.
    pub const HEADING: f32 = 15.0;
    /// Height of the top bar.
    pub const TOP_BAR: f32 = 44.0;
    /// Height of the status bar.
    pub const STATUS_BAR: f32 = 26.0;
    /// Height of a lane.
    pub const LANE: f32 = 30.0;
    /// Width of the names at the left of the timeline.
    pub const NAMES: f32 = 104.0;
    /// Corners of buttons and cards.
    pub const CORNER: u8 = 6;
    /// Corners of boxes.
    pub const BOX_CORNER: u8 = 8;
    /// Corners of chips.
    pub const CHIP_CORNER: u8 = 14;
}

/// The font family of headings and emphasis.
pub const STRONG: &str = "strong";

/// A heading font.
pub fn strong(points: f32) -> FontId {
    FontId::new(points, FontFamily::Name(STRONG.into()))
}

/// The face with figures of one width, for times and scores.
pub fn figures(points: f32) -> FontId {
    FontId::monospace(points)
}

/// The tokens of a theme.
pub fn tokens_of(theme: Theme) -> &'static Tokens {
    match theme {
        Theme::Dark => &DARK,
        Theme::Light => &LIGHT,
    }
}

/// The tokens in use.
pub fn tokens(ctx: &egui::Context) -> &'static Tokens {
    tokens_of(ctx.theme())
}

/// WCAG contrast ratio of two opaque colours, 1 to 21.
pub fn contrast(a: Color32, b: Color32) -> f32 {
    fn luminance(c: Color32) -> f32 {
        let [r, g, b, _] = egui::Rgba::from(c).to_array();
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Give egui both styles.
pub fn install(ctx: &egui::Context) {
    for theme in [Theme::Dark, Theme::Light] {
        let tokens = tokens_of(theme);
        ctx.style_mut_of(theme, |style| {
            style.visuals = visuals(theme, tokens);
            style.text_styles = [
                (TextStyle::Small, FontId::proportional(size::SMALL)),
                (TextStyle::Body, FontId::proportional(size::BODY)),
                (TextStyle::Button, FontId::proportional(size::BODY)),
                (TextStyle::Heading, strong(size::HEADING)),
                (TextStyle::Monospace, figures(size::BODY)),
            ]
            .into();
            style.spacing.item_spacing = vec2(8.0, 8.0);
            style.spacing.button_padding = vec2(10.0, 5.0);
            style.spacing.interact_size.y = 26.0;
            style.spacing.slider_rail_height = 4.0;
            style.spacing.menu_margin = egui::Margin::same(6);
            style.animation_time = 0.08;
            style.interaction.selectable_labels = false;
            style.interaction.tooltip_delay = 0.35;
        });
    }
}

fn visuals(theme: Theme, t: &Tokens) -> Visuals {
    let mut v = theme.default_visuals();
    let corner = CornerRadius::same(size::CORNER);
    let border = Stroke::new(1.0, t.line);
    v.panel_fill = t.bg1;
    v.window_fill = t.bg1;
    v.window_stroke = border;
    v.window_corner_radius = CornerRadius::same(size::BOX_CORNER);
    v.menu_corner_radius = CornerRadius::same(size::BOX_CORNER);
    v.extreme_bg_color = t.bg0;
    v.faint_bg_color = t.bg2;
    v.text_edit_bg_color = Some(t.bg0);
    v.code_bg_color = t.bg0;
    v.weak_text_color = Some(t.dim);
    v.hyperlink_color = t.accent;
    v.warn_fg_color = t.warn;
    v.error_fg_color = t.warn;
    v.slider_trailing_fill = true;
    v.handle_shape = egui::style::HandleShape::Circle;
    v.selection.bg_fill = t.accent;
    v.selection.stroke = Stroke::new(1.0, t.on_accent);
    let w = &mut v.widgets;
    for (widget, fill, border, text) in [
        (&mut w.noninteractive, t.bg1, t.line, t.text),
        (&mut w.inactive, t.bg2, t.line, t.text),
        (&mut w.hovered, mix(t.bg2, t.text, 0.08), t.dim, t.text),
        (&mut w.active, mix(t.bg2, t.accent, 0.2), t.accent, t.text),
        (&mut w.open, t.bg2, t.accent, t.text),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::new(1.0, border);
        widget.fg_stroke = Stroke::new(1.0, text);
        widget.corner_radius = corner;
        widget.expansion = 0.0;
    }
    // The rail of a slider is drawn with this one.
    w.inactive.bg_fill = t.line;
    v
}

/// `a` with a share of `b`, 0 to 1.
pub fn mix(a: Color32, b: Color32, share: f32) -> Color32 {
    a.lerp_to_gamma(b, share.clamp(0.0, 1.0))
}
