//! Events taken by their edges, split, and changed in the table by the keyboard: each is one step, and the picture follows the hand.

use egui::accesskit::Role;
use egui::{Key, Modifiers, PointerButton, Pos2, Rect, pos2};
use egui_kittest::kittest::Queryable;
use mettle_app::command::Command;
use mettle_app::fitting::SMALLEST;
use mettle_app::intent::ViewIntent;
use mettle_app::state::InspectorTab;
use mettle_core::base::{Modality, Time, TimeSpan};
use mettle_core::project::Source;

use super::modes::{Window, state};
use super::scripted::{clip, fill, settled, window, window_in};

/// A dog from second 2 to 5, a bell from 6 to 8.
fn dog() -> Window {
    let (mut window, engine) = window(&["/clips/dog.mp4"]);
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    window
}

fn lane(window: &Window, name: &str) -> Rect {
    let named = format!("{name}, highest");
    window.get_by_label_contains(&named).rect()
}

fn place(rect: Rect, secs: f32) -> Pos2 {
    pos2(rect.left() + rect.width() * secs / 10.0, rect.center().y)
}

fn drag(window: &mut Window, from: Pos2, to: Pos2, held: Modifiers) {
    let button = |pos, pressed| egui::Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    window.event(egui::Event::PointerMoved(from));
    window.run_steps(2);
    window.event(button(from, true));
    window.run_steps(1);
    for step in 1..=6 {
        let at = from.lerp(to, step as f32 / 6.0);
        // Held from the start, Alt takes back what was said.
        if step == 3 {
            window.event(egui::Event::ModifiersChanged(held));
        }
        window.event(egui::Event::PointerMoved(at));
        window.run_steps(1);
    }
    window.event(button(to, false));
    window.run_steps(1);
    window.event(egui::Event::ModifiersChanged(Modifiers::NONE));
    settled(window);
}

/// The events of a class, heard and seen: from, to, and whether they are the user's.
fn events(window: &Window, name: &str) -> Vec<(f64, f64, bool)> {
    let tracks = state(window).shown().expect("a clip").tracks();
    let both = tracks
        .iter()
        .filter(|track| track.modality == Modality::AudioVisual);
    let of_class = both.filter(|track| &*track.label == name);
    let each = of_class.flat_map(|track| &track.events).map(|event| {
        let TimeSpan { start, end } = event.span;
        let users = matches!(event.source, Source::User(_));
        (start.as_secs_f64(), end.as_secs_f64(), users)
    });
    each.collect()
}

fn undo(window: &mut Window) {
    window.state_mut().ask(Command::Undo);
    settled(window);
}

#[test]
fn every_cell_of_the_table_is_in_sight_whatever_a_class_is_called() {
    let mut window = dog();
    window
        .state_mut()
        .ask(ViewIntent::Tab(InspectorTab::Events));
    window.run_steps(4);
    let edge = |window: &Window| window.ctx.content_rect().right() - 8.0;
    for name in ["Remove Bark", "Remove Church bell"] {
        let cell = window.get_by_label_contains(name).rect();
        assert!(cell.right() <= edge(&window), "{name}: {cell:?}");
        assert!(cell.width() >= 8.0, "{name}: {cell:?}");
    }
}

/// The smallest window there is.
#[test]
fn in_the_smallest_window_the_inspector_is_whole() {
    let (mut window, engine) = window_in(
        egui_kittest::Harness::builder(),
        SMALLEST,
        &["/clips/dog.mp4"],
        None,
    );
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    let pages = [
        (Command::ShowSecond, "Second"),
        (Command::ShowEvents, "Events"),
        (Command::ShowReview, "Review"),
        (Command::ShowMasks, "Masks"),
        (Command::ShowAttention, "Attention"),
        (Command::ShowTrain, "Train"),
    ];
    for (page, _) in pages {
        window.state_mut().ask(page);
        window.run_steps(6);
        for (_, tab) in pages {
            // The switch of modes has tabs of these names, too, further up.
            let tabs = window.get_all_by_role_and_label(Role::Tab, tab);
            let lowest = tabs.map(|tab| tab.rect());
            let tab = lowest.max_by(|a, b| a.top().total_cmp(&b.top()));
            let tab = tab.expect("a tab");
            let left = lane(&window, "Bark").right();
            let sight = left..=SMALLEST.x;
            assert!(sight.contains(&tab.left()), "{page:?}: {tab:?} from {left}");
            assert!(sight.contains(&tab.right()), "{page:?}: {tab:?}");
        }
    }
    window.state_mut().ask(Command::ShowEvents);
    window.run_steps(6);
    let cell = window.get_by_label_contains("Remove Church bell").rect();
    assert!(cell.right() <= SMALLEST.x && cell.width() >= 8.0);
}

/// A window that was narrow for a while has its panes back.
#[test]
fn widened_again_the_window_is_as_it_was() {
    let wide = egui::vec2(1280.0, 800.0);
    let builder = egui_kittest::Harness::builder();
    let (mut window, engine) = window_in(builder, wide, &["/clips/dog.mp4"], None);
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    let before = lane(&window, "Bark");
    window.set_size(SMALLEST);
    window.run_steps(6);
    assert!(lane(&window, "Bark").width() < before.width());
    window.set_size(wide);
    window.run_steps(6);
    assert_eq!(lane(&window, "Bark").x_range(), before.x_range());
}

#[test]
fn a_lane_that_is_chosen_is_shown_whole() {
    let builder = egui_kittest::Harness::builder();
    let size = egui::vec2(1000.0, 470.0);
    let (mut window, engine) = window_in(builder, size, &["/clips/dog.mp4"], None);
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    let bottom = |window: &Window| {
        let lanes = window.query_all_by_label_contains(", highest");
        lanes.map(|lane| lane.rect().bottom()).fold(0.0, f32::max)
    };
    for _ in 0..3 {
        window.key_press(Key::ArrowDown);
        window.run_steps(20);
    }
    let chosen = state(&window)
        .shown()
        .and_then(|shown| shown.row.view.lane.clone());
    let chosen = chosen.expect("the last lane");
    let rect = lane(&window, &chosen);
    assert!(
        bottom(&window) <= 470.0 - 24.0 && rect.height() > 20.0,
        "{rect:?}"
    );
}

#[test]
fn an_edge_is_dragged_and_the_picture_follows() {
    let mut window = dog();
    let bark = lane(&window, "Bark");
    // Near a whole second it snaps to it.
    drag(
        &mut window,
        place(bark, 5.0),
        place(bark, 7.05),
        Modifiers::NONE,
    );
    assert_eq!(events(&window, "Bark"), [(2.0, 7.0, true)]);
    assert_eq!(state(&window).player.time, Time::from_micros(7_000_000));
    undo(&mut window);
    assert_eq!(events(&window, "Bark"), [(2.0, 5.0, false)], "one step");
    // Alt held: exactly there. What the model says and the user cut off is denied.
    drag(
        &mut window,
        place(bark, 2.0),
        place(bark, 3.05),
        Modifiers::ALT,
    );
    let [(start, end, true)] = events(&window, "Bark")[..] else {
        panic!("{:?}", events(&window, "Bark"));
    };
    assert!((start - 3.05).abs() < 0.02 && end == 5.0, "{start} {end}");
    drag(
        &mut window,
        place(bark, 5.0),
        place(bark, 4.0),
        Modifiers::NONE,
    );
    let now = events(&window, "Bark");
    assert!(matches!(now[..], [(_, 4.0, true)]), "{now:?}");
}

#[test]
fn an_event_is_split_at_the_playhead() {
    let mut window = dog();
    let bark = lane(&window, "Bark");
    window.event(egui::Event::PointerMoved(place(bark, 3.5)));
    drag(
        &mut window,
        place(bark, 3.5),
        place(bark, 3.5),
        Modifiers::NONE,
    );
    let time = Time::from_micros(3_250_000);
    window.state_mut().ask(ViewIntent::Seek(time));
    window.run_steps(2);
    window.key_press(Key::S);
    settled(&mut window);
    assert_eq!(
        events(&window, "Bark"),
        [(2.0, 3.25, true), (3.25, 5.0, true)]
    );
    drag(
        &mut window,
        place(bark, 5.0),
        place(bark, 6.0),
        Modifiers::NONE,
    );
    assert_eq!(
        events(&window, "Bark"),
        [(2.0, 3.25, true), (3.25, 6.0, true)],
        "each by itself"
    );
    undo(&mut window);
    undo(&mut window);
    assert_eq!(events(&window, "Bark"), [(2.0, 5.0, false)]);
}

#[test]
fn the_playhead_snaps_to_edges_unless_alt_is_held() {
    let mut window = dog();
    let ruler = window
        .get_by_role_and_label(Role::Slider, "Playhead")
        .rect();
    let (from, near) = (place(ruler, 1.3), place(ruler, 5.0) + egui::vec2(4.0, 0.0));
    drag(&mut window, from, near, Modifiers::NONE);
    assert_eq!(state(&window).player.time, Time::from_micros(5_000_000));
    drag(&mut window, from, near, Modifiers::ALT);
    let time = state(&window).player.time.as_secs_f64();
    assert!(time > 5.01 && time < 5.2, "{time}");
}

#[test]
fn the_minimap_goes_to_any_part_of_the_clip() {
    let mut window = dog();
    window.state_mut().ask(ViewIntent::Window(0.0, 2.0));
    window.run_steps(2);
    let map = window
        .get_by_role_and_label(Role::Slider, "Whole clip")
        .rect();
    drag(
        &mut window,
        place(map, 1.0),
        place(map, 8.0),
        Modifiers::NONE,
    );
    let shown = state(&window).shown().expect("a clip");
    let view = &shown.row.view;
    assert!(
        (view.start - 7.0).abs() < 0.1 && view.span == 2.0,
        "{view:?}"
    );
    assert!((state(&window).player.time.as_secs_f64() - 8.0).abs() < 0.1);
}

/// Write into a field of the table and leave it.
fn write(window: &mut Window, field: &str, text: &str) {
    window.get_by_role_and_label(Role::TextInput, field).focus();
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window
        .get_by_role_and_label(Role::TextInput, field)
        .type_text(text);
    window.run_steps(2);
    window.key_press(Key::Enter);
    settled(window);
}

#[test]
fn a_row_of_the_table_is_changed_by_the_keyboard() {
    let mut window = dog();
    window
        .state_mut()
        .ask(ViewIntent::Tab(InspectorTab::Events));
    window.run_steps(3);
    write(&mut window, "End of Bark", "6.25");
    assert_eq!(events(&window, "Bark"), [(2.0, 6.25, true)]);
    write(&mut window, "Start of Bark", "0:03");
    assert_eq!(events(&window, "Bark"), [(3.0, 6.25, true)]);
    window.get_by_label("Said by you");
    window.get_by_label("Said by the model, score 0.60");
    write(&mut window, "Start of Bark", "nonsense");
    assert_eq!(
        events(&window, "Bark"),
        [(3.0, 6.25, true)],
        "no time, no change"
    );
    let how = "How Bark is perceived, from 3.0 to 6.25";
    window.get_by_role_and_label(Role::ComboBox, how).click();
    window.run_steps(3);
    window.get_by_role_and_label(Role::Button, "heard").click();
    settled(&mut window);
    let row = state(&window).library.selected_row().expect("a clip");
    let said = &row.corrected.shown().statements;
    let all: Vec<String> = said
        .iter()
        .map(|(_, s)| format!("{:?} {} {}", s.modality, s.yes, s.span.start))
        .collect();
    assert!(all.iter().any(|s| s.starts_with("Audible true")), "{all:?}");
    undo(&mut window);
    assert_eq!(events(&window, "Bark"), [(3.0, 6.25, true)]);
    window
        .get_by_label("Remove Bark, both, from 3.0 to 6.25")
        .click();
    settled(&mut window);
    assert_eq!(events(&window, "Bark"), []);
    window.get_by_label_contains("3.2 s of Bark taken away");
    undo(&mut window);
    assert_eq!(events(&window, "Bark"), [(3.0, 6.25, true)]);
}
