//! The picture.

use egui::{Align2, Rect, Role, Sense, Ui, WidgetInfo, vec2};

use mettle_core::base::Modality;
use mettle_core::media::{VideoFrame, VideoInfo};
use mettle_core::project::Track;

use super::problems::error_card;
use super::widgets::on_picture;
use super::{attention, mask_hand, masks};
use crate::command::Command;
use crate::intent::Commands;
use crate::paint::{Placement, paint_ground, paint_mask, paint_video, paint_waves};
use crate::state::{AppState, Mode, Shown, TimeAxis, segment_at};
use crate::theme::{size, tokens};

/// Draw it.
pub fn viewer_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let Some(shown) = state.shown() else { return };
    let room = ui.max_rect();
    let t = tokens(ui.ctx());
    if let Some(problem) = shown
        .row
        .failure
        .as_ref()
        .filter(|_| shown.row.clip.is_none())
    {
        ui.painter().rect_filled(room, 0.0, t.bg0);
        return error_card(ui, room, state, shown, problem, commands);
    }
    let draws = mask_hand::in_hand(state).is_some();
    let sense = match draws {
        true => Sense::click_and_drag(),
        false => Sense::click(),
    };
    let response = ui.interact(room, ui.scope_id().with("picture"), sense);
    response.widget_info(|| {
        WidgetInfo::labeled(
            Role::Video,
            true,
            format!("Picture of {}", shown.row.name()),
        )
    });
    if response.clicked() && !draws && shown.row.clip.is_some() {
        commands.push(Command::PlayPause);
    }
    let sound_only = shown
        .row
        .clip
        .as_ref()
        .is_some_and(|clip| clip.video.is_none());
    if sound_only {
        ui.painter().rect_filled(room, 0.0, t.stage);
        return sound_ui(ui, room, state, shown);
    }
    let frame = state
        .player
        .frame
        .as_ref()
        .or(shown.open.first_frame.as_ref());
    match frame {
        Some(frame) => {
            let (width, height) = frame.picture.shown_size();
            let place = Placement::letterboxed(room, width as f32, height as f32);
            bars(ui, room, place.0);
            if let Some(format) = state.target_format {
                paint_video(ui.painter(), place, frame.clone(), format);
                mask(ui, place, state, shown, format);
            }
            attention::tint_picture(ui, place, state);
            masks::threshold_wheel(ui, place.0, state, commands);
            mask_hand::mask_hand_ui(ui, &response, place.0, state, commands);
        }
        None => {
            ui.painter().rect_filled(room, 0.0, t.stage);
            words(ui, room, "Opening…");
        }
    }
    let facts = facts(ui, room, state, shown);
    if let Some(label) = now_happening(state, shown) {
        let (at, wide) = beside(room, facts);
        on_picture(ui, at, Align2::LEFT_TOP, wide, (&label, false));
    }
}

/// Words on the picture that get less room than this beside its facts stand below them.
const BESIDE: f32 = 240.0;

/// Where words begin that may not lie under the facts, and how wide they may be.
fn beside(room: Rect, facts: Option<Rect>) -> (egui::Pos2, f32) {
    let corner = room.min + vec2(12.0, 10.0);
    let whole = room.right() - 12.0 - corner.x;
    match facts {
        None => (corner, whole),
        Some(facts) if facts.left() - 8.0 - corner.x >= BESIDE => {
            (corner, facts.left() - 8.0 - corner.x)
        }
        Some(facts) => (egui::pos2(corner.x, facts.bottom() + 4.0), whole),
    }
}

/// What the picture leaves of its room.
fn bars(ui: &Ui, room: Rect, picture: Rect) {
    let t = tokens(ui.ctx());
    let around = [
        Rect::from_min_max(room.min, egui::pos2(picture.left(), room.bottom())),
        Rect::from_min_max(egui::pos2(picture.right(), room.top()), room.max),
        Rect::from_min_max(egui::pos2(picture.left(), room.top()), picture.right_top()),
        Rect::from_min_max(
            picture.left_bottom(),
            egui::pos2(picture.right(), room.bottom()),
        ),
    ];
    for bar in around {
        paint_ground(ui.painter(), bar, t.stage);
    }
}

/// `00:00:08.320 · f 200 · 24 fps`; gives its place.
fn facts(ui: &Ui, room: Rect, state: &AppState, shown: Shown<'_>) -> Option<Rect> {
    let video = shown.row.clip.as_ref()?.video.as_ref()?;
    let frame = state.player.frame.as_ref();
    let frame = frame.and_then(|frame| number(frame, video));
    let frame = frame.unwrap_or_default();
    let rate = match video.variable_fps {
        Some((slow, fast)) => format!(
            "VFR {slow:.4}–{fast:.4} fps",
            slow = round(slow),
            fast = round(fast)
        ),
        None => format!("{} fps", round(video.fps)),
    };
    let text = format!("{}{frame} · {rate}", state.player.time);
    let corner = room.right_top() + vec2(-12.0, 10.0);
    let most = room.width() - 24.0;
    Some(on_picture(
        ui,
        corner,
        Align2::RIGHT_TOP,
        most,
        (&text, true),
    ))
}

/// A frame's place among all: counted, or after a leap what its time comes to where frames are evenly spaced as far as was looked.
fn number(frame: &VideoFrame, video: &VideoInfo) -> Option<String> {
    if let Some(index) = frame.index {
        return Some(format!(" · f {index}"));
    }
    let since = (frame.span.start - video.start).as_secs_f64();
    let even = video.variable_fps.is_none() && video.fps > 0.0 && since >= 0.0;
    even.then(|| format!(" · f ≈{}", (since * video.fps).round()))
}

fn round(fps: f64) -> f64 {
    (fps * 100.0).round() / 100.0
}

/// The mask of the moment over the picture, in masks mode.
fn mask(
    ui: &Ui,
    place: Placement,
    state: &AppState,
    shown: Shown<'_>,
    format: wgpu::TextureFormat,
) {
    if state.mode() != Mode::Masks || state.overlays_hidden {
        return;
    }
    if let Some(mask) = masks::mask_at(ui.ctx(), state, shown, state.player.time) {
        paint_mask(ui.painter(), place, mask, format);
    }
}

/// What happens under the playhead.
fn now_happening(state: &AppState, shown: Shown<'_>) -> Option<String> {
    let now = state.player.time;
    let happens = |track: &&Track| track.events.iter().any(|event| event.span.contains(now));
    let mut tracks = shown.tracks().iter().filter(happens);
    if state.mode() == Mode::Masks {
        let prediction = shown.prediction()?;
        tracks.next()?;
        let sounding = prediction.labels.get(0)?;
        let class = masks::class_of(state, shown, segment_at(prediction, now)?);
        return Some(match class {
            Some(class) => format!("{sounding} · {class}"),
            None => sounding.to_string(),
        });
    }
    // A class that is both is not named again for each by itself.
    let all: Vec<&Track> = tracks.collect();
    let both = |label: &str| {
        let mut all = all.iter();
        all.any(|t| t.modality == Modality::AudioVisual && &*t.label == label)
    };
    let said = |track: &&&Track| match track.modality {
        Modality::AudioVisual => Some(format!("{} · heard and seen", track.label)),
        _ if both(&track.label) => None,
        Modality::Audible => Some(format!("{} · heard", track.label)),
        Modality::Visible => Some(format!("{} · seen", track.label)),
    };
    let words: Vec<String> = all
        .iter()
        .filter_map(|track| said(&track))
        .take(3)
        .collect();
    (!words.is_empty()).then(|| words.join("   "))
}

fn sound_ui(ui: &Ui, room: Rect, state: &AppState, shown: Shown<'_>) {
    let t = tokens(ui.ctx());
    let wave = Rect::from_center_size(
        room.center(),
        vec2(room.width() - 64.0, room.height() * 0.5),
    );
    let axis = TimeAxis {
        left: wave.left(),
        right: wave.right(),
        start: 0.0,
        span: shown.duration().as_secs_f64().max(0.1),
    };
    paint_waves(ui.painter(), wave, &shown.open.waves, &axis, t.audible);
    let x = axis.screen_from_time(state.player.time);
    ui.painter()
        .vline(x, wave.y_range(), egui::Stroke::new(1.0, t.accent));
    let at = room.center_top() + vec2(0.0, 24.0);
    let font = egui::FontId::proportional(size::BODY);
    ui.painter().text(
        at,
        Align2::CENTER_CENTER,
        "This clip has sound and no pictures",
        font,
        t.on_stage,
    );
}

fn words(ui: &Ui, room: Rect, text: &str) {
    let t = tokens(ui.ctx());
    let font = egui::FontId::proportional(size::BODY);
    ui.painter()
        .text(room.center(), Align2::CENTER_CENTER, text, font, t.on_stage);
}
