//! How late frames are on a clip of two hours with 5,000 events that a person said, and then with about as many of the model's besides:
//! `cargo bench --workspace --bench long_clip`. The window is drawn as on a screen, by whatever adapter wgpu finds (lavapipe where there is
//! no other), and waited for: 99 of 100 frames should take at most 33 ms. What a frame's parts take is said apart, beside what
//! a window of that size costs in which nothing is drawn. A number in the command line is how many frames are taken of each.

use std::time::Duration;

use mettle_app::command::Command;
use mettle_app::intent::{EditIntent, Intent, ViewIntent};
use mettle_app::state::{Gesture, InspectorTab, Mode, word};
use mettle_core::base::{LabelId, Modality, Said, Time, TimeSpan};
use mettle_tests::two_hours::{CLASSES, EVENTS, SECONDS, SIZE, Says, open_window};
use mettle_tests::window_parts::{DrawnWindow, FrameParts};

/// Frames taken of each, unless a number is given.
const FRAMES: usize = 300;

/// What a hand does in a frame: the playhead goes on, and the timeline shows now all, now a minute, now something between.
fn hand(frame: usize) -> [Intent; 2] {
    let at = (frame * 997 % SECONDS) as f64;
    let span = [SECONDS as f64, 60.0, 600.0][frame / 8 % 3];
    let start = (at - span / 2.0).clamp(0.0, SECONDS as f64 - span);
    let at = Time::from_secs_f64(at);
    [
        ViewIntent::Seek(at).into(),
        ViewIntent::Window(start, span).into(),
    ]
}

/// The same, and a second under the playhead is said to have an event.
fn correcting_hand(frame: usize) -> Vec<Intent> {
    let second = TimeSpan::of_second((frame * 997 % SECONDS) as u32);
    let class = format!("Class {}", frame % CLASSES);
    let change = word(
        LabelId::named(&class),
        Modality::AudioVisual,
        second,
        Said::Yes,
    );
    let edit = EditIntent::Change(change, Gesture::Single).into();
    hand(frame).into_iter().chain([edit]).collect()
}

fn line(what: &str, times: impl Iterator<Item = Duration>) {
    let mut times: Vec<f64> = times.map(|time| time.as_secs_f64() * 1e3).collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "  {what}: middle {:.1} ms, 99 of 100 within {:.1} ms, longest {:.1} ms",
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

/// Frames one after another, each after the hand did something.
fn frames<A: eframe::App>(
    window: &mut DrawnWindow<A>,
    count: usize,
    mut hand: impl FnMut(&mut A, usize),
) {
    let mut taken: Vec<FrameParts> = Vec::new();
    for frame in 0..count {
        hand(&mut window.app, frame);
        taken.push(window.draw());
    }
    line("a frame", taken.iter().map(FrameParts::whole));
    line("  panels", taken.iter().map(|parts| parts.panels));
    line(
        "  handed to the device",
        taken.iter().map(|parts| parts.uploaded),
    );
    line(
        "  drawn by the device",
        taken.iter().map(|parts| parts.rasterised),
    );
    let most = |what: fn(&FrameParts) -> usize| taken.iter().map(what).max().unwrap_or(0);
    println!(
        "    at most {} orders, {} triangles",
        most(|parts| parts.orders),
        most(|parts| parts.triangles)
    );
}

/// A window with nothing in it.
struct Nothing;

impl eframe::App for Nothing {
    fn ui(&mut self, _: &mut egui::Ui, _: &mut eframe::Frame) {}
}

fn all(says: Says, count: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = open_window(folder.path(), says);
    window.app.ask(Command::AllLanes);
    for (mode, tab) in [
        (Mode::Events, InspectorTab::Second),
        (Mode::Events, InspectorTab::Events),
        (Mode::Parsing, InspectorTab::Second),
    ] {
        window.app.ask(ViewIntent::Mode(mode));
        window.app.ask(ViewIntent::Tab(tab));
        for _ in 0..10 {
            window.draw();
        }
        let shown = window.app.state().shown().expect("a clip");
        let events = shown.lane_events().len();
        println!("{mode:?}, {tab:?} page: {events} events");
        frames(&mut window, count, |app, frame| {
            hand(frame).into_iter().for_each(|intent| app.ask(intent));
        });
    }
    println!("The same, a correction in each frame");
    frames(&mut window, 50, |app, frame| {
        let intents = correcting_hand(frame).into_iter();
        intents.for_each(|intent| app.ask(intent));
    });
}

fn main() {
    let given = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let count = given.unwrap_or(FRAMES);
    println!("A window in which nothing is drawn");
    let mut empty = DrawnWindow::new(SIZE, |_| Nothing);
    frames(&mut empty, count, |_, _| ());
    for (says, words) in [
        (Says::Person, "A person alone says something"),
        (Says::Both, "The model does, too"),
    ] {
        println!("\n{words}: {EVENTS} words of the person");
        all(says, count);
    }
}
