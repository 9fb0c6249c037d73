//! The timeline's row of sound: loudness, or time and pitch with how strongly that is drawn.

use egui::{Align2, Rect, Role, Ui, WidgetInfo, pos2, vec2};

use crate::intent::{Commands, ViewIntent};
use crate::paint::{paint_spectrogram, paint_waves, pending_pattern};
use crate::state::{AppState, Shown, SoundView, TimeAxis};
use crate::theme::{size, tokens};

/// The row's name; beside a spectrogram with how strongly that is drawn.
pub fn sound_name(ui: &mut Ui, sound: Rect, state: &AppState, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let place = Rect::from_min_max(
        pos2(sound.left() - size::NAMES + 12.0, sound.top()),
        pos2(sound.left() - 4.0, sound.bottom()),
    );
    if state.settings.sound_view != SoundView::Spectrogram {
        let font = egui::FontId::proportional(size::SMALL);
        let at = place.left_center();
        ui.painter()
            .text(at, Align2::LEFT_CENTER, "Sound", font, t.dim);
        return;
    }
    let mut contrast = state.settings.contrast;
    let rows = egui::UiBuilder::new().max_rect(place.shrink2(vec2(0.0, 3.0)));
    ui.scope_builder(rows, |ui| {
        ui.spacing_mut().item_spacing = vec2(4.0, 2.0);
        ui.spacing_mut().interact_size.y = 20.0;
        ui.spacing_mut().button_padding = vec2(3.0, 2.0);
        for (name, value, range, tip) in [
            (
                "Gain",
                &mut contrast.gain,
                -20.0..=60.0,
                "Draws faint sounds stronger",
            ),
            (
                "Range",
                &mut contrast.range,
                20.0..=120.0,
                "From the faintest sound drawn to the strongest",
            ),
        ] {
            let drag = egui::DragValue::new(value).range(range).speed(0.5);
            let drag = drag
                .fixed_decimals(0)
                .prefix(format!("{name} "))
                .suffix(" dB");
            let response = ui
                .add_sized(vec2(place.width(), 20.0), drag)
                .on_hover_text(tip);
            response.widget_info(|| {
                WidgetInfo::labeled(Role::SpinButton, true, format!("Spectrogram {name}"))
            });
        }
    });
    if contrast != state.settings.contrast {
        commands.push(ViewIntent::Contrast(contrast));
    }
}

/// Draw the sound, as far as it is known.
pub fn sound(ui: &Ui, rect: Rect, state: &AppState, shown: Shown<'_>, axis: &TimeAxis) {
    let t = tokens(ui.ctx());
    let painter = ui.painter_at(rect);
    let end = shown.duration().as_secs_f64();
    let known = if state.settings.sound_view == SoundView::Spectrogram {
        let room = rect.shrink2(vec2(0.0, 2.0));
        let of = egui::Id::unique(("sound of", shown.row.id));
        let look = (t.text, state.settings.contrast);
        paint_spectrogram(&painter, room, &shown.open.spectrogram, of, axis, look);
        shown.open.spectrogram.end()
    } else {
        paint_waves(&painter, rect, &shown.open.waves, axis, t.dim);
        shown.open.waves.end().max(0.0)
    };
    if known + 0.1 < end {
        let from = axis.screen_from_secs(known).max(rect.left());
        let to = axis.screen_from_secs(end).min(rect.right());
        let rest = Rect::from_x_y_ranges(from..=to, rect.y_range());
        pending_pattern(&painter, rest.shrink2(vec2(0.0, 6.0)), t.line);
    }
}
