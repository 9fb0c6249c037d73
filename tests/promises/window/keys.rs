//! Each key does what the sheet says: lanes, events, marks, views; and a key can be given to another command.

use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use mettle_app::app::MettleApp;
use mettle_app::command::Command;
use mettle_app::keymap::{Changes, Keymap, bind};
use mettle_app::state::{AppState, Dialog, Row, SoundView};
use mettle_core::base::{Time, TimeSpan};
use mettle_core::engine::JobSpec;

use super::scripted::{ScriptedEngine, clip, fill, settled, window};

type Window = Harness<'static, MettleApp>;

fn opened() -> (Window, ScriptedEngine) {
    let (mut window, engine) = window(&["/clips/dog.mp4"]);
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    (window, engine)
}

fn press(window: &mut Window, key: Key) {
    press_with(window, Modifiers::NONE, key);
}

fn press_with(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(3);
}

fn state(window: &Window) -> &AppState {
    window.state().state()
}

fn row(window: &Window) -> &Row {
    state(window).library.selected_row().expect("a clip")
}

fn at(window: &Window) -> f64 {
    state(window).player.time.as_secs_f64()
}

fn secs(from: i64, to: i64) -> TimeSpan {
    TimeSpan::new(
        Time::from_micros(from * 1_000_000),
        Time::from_micros(to * 1_000_000),
    )
}

/// In a slow frame several keys come at once: each counts, and each is about where the one before went.
#[test]
fn keys_that_come_in_one_frame_act_in_their_order() {
    let (mut window, _) = opened();
    press(&mut window, Key::ArrowDown);
    let pressed = |key| Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    let keys = [Key::ArrowRight, Key::ArrowRight, Key::B, Key::ArrowRight];
    window.input_mut().events.extend(keys.map(pressed));
    window.run_steps(1);
    settled(&mut window);
    assert_eq!(at(&window), 3.0);
    let said = &row(&window).corrected.shown().statements;
    let spans: Vec<TimeSpan> = said.iter().map(|(_, said)| said.span).collect();
    assert_eq!(
        spans,
        [secs(2, 3)],
        "said of the second the keys had gone to"
    );
    // What is typed after a dialog's key is for the dialog, which is not there yet.
    let name = Event::Key {
        key: Key::N,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::COMMAND,
    };
    let before = row(&window).corrected.shown().clone();
    let events = &mut window.input_mut().events;
    events.extend([name, pressed(Key::B), pressed(Key::A)]);
    window.run_steps(1);
    settled(&mut window);
    assert_eq!(state(&window).dialog, Dialog::NewClass(String::new()));
    assert_eq!(row(&window).corrected.shown(), &before);
}

#[test]
fn keys_do_not_act_behind_a_dialog_and_what_they_close_is_the_dialog() {
    let (mut window, _) = opened();
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::B);
    settled(&mut window);
    let before = row(&window).corrected.shown().clone();
    assert_eq!(before.statements.len(), 1);
    for dialog in [Command::ShowReport, Command::NewClass] {
        window.state_mut().ask(dialog);
        window.run_steps(3);
        window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        settled(&mut window);
        assert_eq!(row(&window).corrected.shown(), &before);
        window.key_press_modifiers(Modifiers::COMMAND, Key::W);
        window.run_steps(3);
        assert_eq!(state(&window).dialog, Dialog::None);
        assert_eq!(state(&window).library.rows().len(), 1, "no clip was closed");
    }
}

#[test]
fn tab_goes_through_the_events_and_keeps_to_a_chosen_lane() {
    let (mut window, _) = opened();
    press(&mut window, Key::Tab);
    assert_eq!(
        (at(&window), row(&window).selection()),
        (2.0, Some(secs(2, 5)))
    );
    press(&mut window, Key::Tab);
    assert_eq!(
        (at(&window), row(&window).selection()),
        (6.0, Some(secs(6, 8)))
    );
    press_with(&mut window, Modifiers::SHIFT, Key::Tab);
    assert_eq!(at(&window), 2.0);
    press(&mut window, Key::Escape);
    assert_eq!(row(&window).selection(), None);
    // The lanes stand by their highest score: Bark, Church bell, Truck.
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::ArrowDown);
    assert_eq!(row(&window).view.lane.as_deref(), Some("Church bell"));
    press(&mut window, Key::Home);
    press(&mut window, Key::Tab);
    assert_eq!(at(&window), 6.0, "the bark is of another lane");
    press(&mut window, Key::ArrowUp);
    assert_eq!(row(&window).view.lane.as_deref(), Some("Bark"));
}

#[test]
fn marks_select_play_once_and_fit() {
    let (mut window, _) = opened();
    press(&mut window, Key::ArrowRight);
    press(&mut window, Key::I);
    assert_eq!(row(&window).selection(), Some(secs(1, 10)));
    press(&mut window, Key::ArrowRight);
    press(&mut window, Key::ArrowRight);
    press(&mut window, Key::O);
    assert_eq!(row(&window).selection(), Some(secs(1, 3)));
    press(&mut window, Key::Z);
    let shown = (row(&window).view.start, row(&window).view.span);
    assert!(
        (shown.0 - 0.8).abs() < 1e-9 && (shown.1 - 2.4).abs() < 1e-9,
        "{shown:?}"
    );
    press(&mut window, Key::Z);
    assert_eq!(
        (row(&window).view.start, row(&window).view.span),
        (0.0, 10.0)
    );
    press_with(&mut window, Modifiers::SHIFT, Key::Space);
    assert!(
        state(&window).player.playing && at(&window) < 1.9,
        "it plays from the in mark"
    );
    press(&mut window, Key::K);
    press(&mut window, Key::Backslash);
    assert!(state(&window).settings.looping);
    // An in mark after the out mark starts a new selection.
    press(&mut window, Key::End);
    press(&mut window, Key::ArrowLeft);
    press(&mut window, Key::I);
    assert_eq!(row(&window).selection(), Some(secs(9, 10)));
}

#[test]
fn a_selection_is_repeated_and_a_single_play_ends_at_its_end() {
    let (mut window, _) = opened();
    for (key, times) in [(Key::I, 1), (Key::Period, 3), (Key::O, 1)] {
        for _ in 0..times {
            press(&mut window, key);
            std::thread::sleep(std::time::Duration::from_millis(60));
            window.run_steps(2);
        }
    }
    let span = row(&window).selection().expect("a selection");
    assert_eq!(
        span.end,
        Time::from_micros(120_000),
        "three frames of 40 ms"
    );
    press_with(&mut window, Modifiers::SHIFT, Key::Space);
    let started = std::time::Instant::now();
    while state(&window).player.playing {
        assert!(
            started.elapsed().as_secs() < 10,
            "it does not stop at the out mark"
        );
        window.run_steps(1);
    }
    assert_eq!(state(&window).player.time, span.end);
    press(&mut window, Key::Backslash);
    press(&mut window, Key::Space);
    let mut turned = 0;
    let mut last = Time::ZERO;
    while turned < 2 {
        assert!(started.elapsed().as_secs() < 20, "it does not start again");
        window.run_steps(1);
        let now = state(&window).player.time;
        turned += usize::from(now < last);
        last = now;
    }
    assert!(state(&window).player.playing);
}

#[test]
fn w_turns_the_sound_view_and_asks_for_a_spectrogram_once() {
    let (mut window, engine) = opened();
    let asked = |engine: &ScriptedEngine| {
        let asked = engine.asked();
        let spectrograms = asked
            .iter()
            .filter(|(_, job)| matches!(job, JobSpec::Spectrogram { .. }));
        spectrograms.count()
    };
    assert_eq!(asked(&engine), 0, "nobody wants to see it yet");
    for view in [
        SoundView::Spectrogram,
        SoundView::Off,
        SoundView::Waveform,
        SoundView::Spectrogram,
    ] {
        press(&mut window, Key::W);
        assert_eq!(state(&window).settings.sound_view, view);
    }
    assert_eq!(asked(&engine), 1);
}

#[test]
fn views_change_and_are_reset() {
    let (mut window, _) = opened();
    press(&mut window, Key::F);
    assert!(
        window.query_by_label("Search clips").is_none(),
        "only the picture"
    );
    window.get_by_label("Picture of dog.mp4");
    press(&mut window, Key::F);
    window.get_by_label("Search clips");
    press_with(&mut window, Modifiers::COMMAND, Key::Minus);
    assert!((state(&window).settings.scale - 0.9).abs() < 1e-6);
    window.state_mut().ask(Command::ResetLayout);
    window.run_steps(4);
    assert_eq!(state(&window).settings.scale, 1.0);
    press(&mut window, Key::M);
    assert!(state(&window).settings.muted);
    press_with(&mut window, Modifiers::COMMAND, Key::W);
    assert!(state(&window).library.is_empty());
    window.get_by_label("See what is heard and seen, second by second");
}

#[test]
fn f6_gives_the_keyboard_to_the_controls_and_escape_takes_it_back() {
    let (mut window, _) = opened();
    press(&mut window, Key::F6);
    assert!(window.ctx.memory(|memory| memory.focused().is_some()));
    press(&mut window, Key::Escape);
    assert!(window.ctx.memory(|memory| memory.focused().is_none()));
    press(&mut window, Key::Tab);
    assert_eq!(at(&window), 2.0, "Tab is the timeline's again");
}

#[test]
fn a_command_gets_another_key_and_the_old_owner_loses_it() {
    let (mut window, _) = opened();
    // Tall, so that most of the sheet is in sight.
    window.set_size(egui::vec2(1280.0, 3400.0));
    press(&mut window, Key::F1);
    window.run_steps(3);
    window.get_by_label("Key of Go to time…").click_accesskit();
    window.run_steps(3);
    assert_eq!(
        state(&window).dialog,
        Dialog::Shortcuts(String::new(), Some(Command::GoTo))
    );
    press(&mut window, Key::M);
    let owner = |window: &Window| Keymap::of(&window.ctx).command_of((Modifiers::NONE, Key::M));
    window.get_by_label("M is the key of Mute already.");
    assert_eq!(owner(&window), Some(Command::Mute));
    window.get_by_label("Leave it").click_accesskit();
    window.run_steps(3);
    assert!(window.query_by_label("Leave it").is_none());
    assert_eq!(owner(&window), Some(Command::Mute));
    window.get_by_label("Key of Go to time…").click_accesskit();
    window.run_steps(3);
    press(&mut window, Key::M);
    window
        .get_by_label("Give it to Go to time…")
        .click_accesskit();
    window.run_steps(3);
    assert_eq!(owner(&window), Some(Command::GoTo));
    let keys = Keymap::of(&window.ctx);
    assert!(keys.keys(Command::Mute).is_empty());
    press(&mut window, Key::Escape);
    press(&mut window, Key::M);
    assert_eq!(state(&window).dialog, Dialog::GoTo(String::new()));
    assert!(!state(&window).settings.muted);
}

/// A key as a layout writes it, at the place that the key of another layout has.
fn typed(window: &mut Window, modifiers: Modifiers, key: Key, place: Key) {
    window.event(Event::Key {
        key,
        physical_key: Some(place),
        pressed: true,
        repeat: false,
        modifiers,
    });
    window.run_steps(3);
}

/// A French keyboard writes digits with Shift and letters in other places; a German one writes `;` as Shift and `,`.
#[test]
fn keys_mean_what_they_write_on_other_layouts() {
    use mettle_app::state::InspectorTab;
    let (mut window, _) = opened();
    let shifted = Modifiers::COMMAND | Modifiers::SHIFT;
    typed(&mut window, shifted, Key::Num2, Key::Num2);
    assert_eq!(state(&window).tab, InspectorTab::Events);
    // The digit's place without Shift writes `'`, which with Ctrl is no command's.
    typed(&mut window, Modifiers::COMMAND, Key::Quote, Key::Num4);
    assert_eq!(state(&window).tab, InspectorTab::Attention);
    // `-` stands there, too, and is a command's: what is written counts.
    typed(&mut window, Modifiers::COMMAND, Key::Minus, Key::Num6);
    assert_eq!(state(&window).tab, InspectorTab::Attention);
    assert!((state(&window).settings.scale - 0.9).abs() < 1e-6);
    typed(&mut window, Modifiers::NONE, Key::M, Key::Semicolon);
    assert!(state(&window).settings.muted);
    let before = state(&window).settings.masks.opacity;
    typed(&mut window, Modifiers::SHIFT, Key::Semicolon, Key::Comma);
    assert!(state(&window).settings.masks.opacity < before);
    // Shift and a letter is another command on every layout: not what Shift writes with it.
    typed(&mut window, Modifiers::SHIFT, Key::M, Key::Semicolon);
    assert_eq!(state(&window).dialog, Dialog::Map);
    assert!(state(&window).settings.muted);
}

#[test]
fn changed_keys_survive_being_stored_and_taken_back_leave_nothing() {
    let mut changes = Changes::new();
    bind(
        &mut changes,
        Command::Mute,
        Some((Modifiers::COMMAND, Key::U)),
    );
    let stored = serde_json::to_string(&changes).expect("they can be stored");
    let read: Changes = serde_json::from_str(&stored).expect("and read");
    assert_eq!(
        Keymap::new(&read).keys(Command::Mute),
        [(Modifiers::COMMAND, Key::U)]
    );
    bind(&mut changes, Command::Mute, Some((Modifiers::NONE, Key::M)));
    assert!(
        changes.is_empty(),
        "the first key again is no change: {changes:?}"
    );
}

#[test]
fn every_command_is_in_a_menu_with_its_key() {
    // What lasts as long as its key is held cannot be chosen from a menu.
    for command in Command::ALL.iter().filter(|command| !command.is_held()) {
        let (mut window, _) = opened();
        window.get_by_label(command.group().text()).click();
        window.run_steps(3);
        assert!(
            window.query_all_by_label_contains(command.text()).count() > 0
                || *command == Command::OpenSample,
            "the menu {} lacks {command:?}",
            command.group().text()
        );
    }
}

#[test]
fn the_palette_runs_what_is_typed() {
    let (mut window, _) = opened();
    press_with(&mut window, Modifiers::COMMAND, Key::K);
    window.event(Event::Text("table of ev".into()));
    window.run_steps(3);
    press(&mut window, Key::Enter);
    assert_eq!(state(&window).tab, mettle_app::state::InspectorTab::Events);
}

/// In a slow frame letters and Enter come at once.
#[test]
fn the_palette_runs_what_is_typed_though_enter_came_with_it() {
    let (mut window, _) = opened();
    press_with(&mut window, Modifiers::COMMAND, Key::K);
    let enter = Event::Key {
        key: Key::Enter,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    let events = &mut window.input_mut().events;
    events.extend([Event::Text("table of ev".into()), enter]);
    window.run_steps(3);
    assert_eq!(state(&window).tab, mettle_app::state::InspectorTab::Events);
    assert_eq!(state(&window).dialog, Dialog::None);
}
