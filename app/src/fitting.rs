//! How large the window may be when it opens: a desktop keeps room for a panel and for the window's title.

use egui::{Vec2, ViewportCommand, vec2};

/// As large as it opens where there is room.
pub const USUAL: Vec2 = vec2(1280.0, 800.0);
/// Nor smaller than this, whatever the screen.
pub const SMALLEST: Vec2 = vec2(900.0, 560.0);
/// What a desktop's panel and a window's title take of a screen's height, and its edges of the width. No system says it before
/// the window is there: one panel of 48 points and a title of 40 is more than the usual desktops have.
const TAKEN: Vec2 = vec2(8.0, 88.0);

/// A window of this size on a monitor of that one, both in points.
pub fn fitted(window: Vec2, monitor: Vec2) -> Vec2 {
    window.min(monitor - TAKEN).max(SMALLEST)
}

/// Makes a window smaller that has opened larger than its screen leaves room for; once.
#[derive(Debug, Default)]
pub struct Fitting {
    done: bool,
}

impl Fitting {
    /// Look at the screen, as soon as it is known.
    pub fn fit(&mut self, ctx: &egui::Context) {
        if self.done {
            return;
        }
        let (monitor, inner, whole) = ctx.input(|input| {
            let view = input.viewport();
            let whole = view.maximized == Some(true) || view.fullscreen == Some(true);
            (view.monitor_size, view.inner_rect, whole)
        });
        let (Some(monitor), Some(inner)) = (monitor, inner) else {
            return;
        };
        self.done = true;
        let fits = fitted(inner.size(), monitor);
        if !whole && fits != inner.size() {
            ctx.send_viewport_cmd(ViewportCommand::InnerSize(fits));
        }
    }
}
