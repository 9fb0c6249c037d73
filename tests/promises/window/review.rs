//! Looking through clips: the next second worth a look comes on screen, accepting goes on, a flag is kept, and the order does not move
//! under the user's hands.

use std::sync::Arc;

use egui::Key;
use egui_kittest::kittest::Queryable;
use mettle_app::command::Command;
use mettle_app::intent::ReviewIntent;
use mettle_core::base::{ContentHash, HeadId, Time, TimeSpan};
use mettle_core::engine::{JobSpec, ReplyBody};
use mettle_core::media::Clip;
use mettle_core::predict::{Detail, Prediction, WorthBy};
use mettle_core::project::Review;
use mettle_tests::parts::whole;

use super::modes::{Window, state};
use super::scripted::{ScriptedEngine, clip, fill, prediction, run_until, settled, window};

/// The usual prediction but for seconds of which a head is as unsure as can be, and those of which it is sure.
fn other(clip: &Clip, head: u8, unsure: &[usize], sure: &[usize]) -> Prediction {
    let mut prediction = Prediction::clone(&prediction(clip, 10));
    prediction.key.head = HeadId(ContentHash([head; 32]));
    for second in unsure {
        prediction.scores[*second] = vec![0.25; 3];
    }
    for second in sure {
        prediction.scores[*second] = vec![0.0, 0.99, 0.0];
    }
    prediction.detail = Detail::localized(&prediction.scores);
    prediction
}

/// A dog, analysed by one head and then by another, which is unsure of seconds 4 and 7.
fn opened() -> (Window, ScriptedEngine, Arc<Clip>) {
    let (mut window, engine) = window(&["/clips/dog.mp4"]);
    let dog = clip("/clips/dog.mp4", 1);
    fill(&mut window, &engine, &dog, 10);
    analysed(&mut window, &engine, &other(&dog, 1, &[4, 7], &[]));
    (window, engine, dog)
}

fn analysed(window: &mut Window, engine: &ScriptedEngine, prediction: &Prediction) {
    window.state_mut().ask(Command::Analyse);
    window.run_steps(3);
    let job = engine.job_of(|spec| matches!(spec, JobSpec::Predict { .. }));
    engine.say(job, ReplyBody::Prediction(whole(prediction)));
    engine.say(job, ReplyBody::Done);
    window.run_steps(4);
}

fn order(window: &Window) -> Vec<u32> {
    let review = &state(window).review;
    let places = (0..review.len()).filter_map(|place| review.at(place));
    places.map(|(_, second, _)| second).collect()
}

fn goes_to(window: &mut Window, second: u32) {
    run_until(window, "that second is on screen", |state| {
        state.player.time == TimeSpan::of_second(second).start
    });
}

fn stands(window: &Window, second: u32) -> Review {
    let row = state(window).library.selected_row().expect("a clip");
    row.corrected.shown().review(TimeSpan::of_second(second))
}

#[test]
fn the_least_sure_come_first_and_accepting_goes_on() {
    let (mut window, _, _) = opened();
    window.state_mut().ask(Command::ShowReview);
    run_until(&mut window, "there is an order", |state| {
        !state.review.is_empty()
    });
    let first = order(&window);
    assert_eq!(first[..2], [4, 7]);
    window.get_by_label_contains("0 of 10 s looked at, 0 flagged, 10 left");
    window.key_press(Key::N);
    goes_to(&mut window, first[0]);
    window.key_press(Key::Enter);
    settled(&mut window);
    assert_eq!(stands(&window, first[0]), Review::Reviewed);
    goes_to(&mut window, first[1]);
    window.key_press(Key::Q);
    settled(&mut window);
    assert_eq!(stands(&window, first[1]), Review::Flagged);
    window.key_press(Key::N);
    goes_to(&mut window, first[2]);
    window.get_by_label_contains("1 of 10 s looked at, 1 flagged, 8 left");
    window.key_press_modifiers(egui::Modifiers::SHIFT, Key::N);
    window.run_steps(4);
    // The two before are looked at or flagged: it goes on behind the last one.
    goes_to(&mut window, *first.last().expect("ten"));
    window.state_mut().ask(Command::Undo);
    settled(&mut window);
    assert_eq!(
        stands(&window, first[1]),
        Review::Open,
        "a flag is one undo"
    );
}

#[test]
fn the_order_stays_until_it_is_asked_for_anew() {
    let (mut window, engine, dog) = opened();
    window.state_mut().ask(Command::ShowReview);
    run_until(&mut window, "there is an order", |state| {
        !state.review.is_empty()
    });
    window.key_press(Key::N);
    window.run_steps(6);
    let first = order(&window);
    analysed(&mut window, &engine, &other(&dog, 2, &[0, 9], &[4]));
    window.run_steps(10);
    assert_eq!(order(&window), first, "nothing moves");
    window.get_by_label("Sort anew").click();
    run_until(&mut window, "it is in order anew", |state| {
        state
            .review
            .at(0)
            .is_some_and(|(_, second, _)| second != first[0])
    });
    assert!(order(&window)[..2].contains(&0) && order(&window)[..2].contains(&9));
    window
        .state_mut()
        .ask(ReviewIntent::SortBy(WorthBy::Change));
    run_until(&mut window, "by what the last head changed", |state| {
        state
            .review
            .at(0)
            .is_some_and(|(_, second, worth)| second == 4 && worth > 0.45)
    });
}

#[test]
fn flagged_seconds_are_gone_through_by_themselves() {
    let (mut window, _, _) = opened();
    for second in [3, 8] {
        let at = Time::from_micros(second * 1_000_000);
        window
            .state_mut()
            .ask(mettle_app::intent::ViewIntent::Seek(at));
        goes_to(&mut window, second as u32);
        window.key_press(Key::Q);
        settled(&mut window);
    }
    window.state_mut().ask(Command::ShowReview);
    window.state_mut().ask(ReviewIntent::Flagged(true));
    window.run_steps(3);
    window.key_press(Key::N);
    goes_to(&mut window, 3);
    window.key_press(Key::N);
    goes_to(&mut window, 8);
}
