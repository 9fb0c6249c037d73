//! Search by example: the second under the playhead is shown with the seconds of all clips most like it, and each can be gone to.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use mettle_app::command::Command;
use mettle_app::intent::ViewIntent;
use mettle_app::state::Corrected;
use mettle_core::base::{ClipId, LabelId, Modality, Said, Time, TimeSpan};
use mettle_core::engine::{JobSpec, ReplyBody};
use mettle_core::predict::{Likeness, Near};

use super::modes::{Window, state};
use super::scripted::{clip, fill, frame_at, run_until, settled, window};

#[test]
fn seconds_like_one_are_listed_and_gone_to() {
    let (mut window, engine) = window(&["/clips/dog.mp4", "/clips/cat.mp4"]);
    let (dog, cat, gone) = (
        clip("/clips/dog.mp4", 1),
        clip("/clips/cat.mp4", 2),
        clip("/clips/cow.mp4", 3),
    );
    fill(&mut window, &engine, &dog, 10);
    let open = engine.open_of("/clips/cat.mp4");
    engine.say(open, ReplyBody::FirstFrame(frame_at(Time::ZERO)));
    engine.say(open, ReplyBody::Opened(cat.clone()));
    engine.say(open, ReplyBody::Done);
    window.run_steps(3);
    window.key_press_modifiers(Modifiers::SHIFT, Key::F);
    window.run_steps(3);
    window.get_by_label("Seconds like 0:00 of dog.mp4");
    let of = dog.id;
    let asked = |wanted: Likeness| move |spec: &JobSpec| matches!(spec, JobSpec::Nearest { clip, segment: 0, by, .. } if *clip == of && *by == wanted);
    let job = engine.job_of(asked(Likeness::Both));
    let near = |clip, segment, likeness| Near {
        clip,
        segment,
        likeness,
    };
    let found = vec![
        near(cat.id, 7, 0.91),
        near(gone.id, 1, 0.8),
        near(dog.id, 4, 0.5),
    ];
    engine.say(job, ReplyBody::Nearest(Some(found)));
    engine.say(job, ReplyBody::Done);
    window.run_steps(4);
    window.get_by_label("0.91");
    window.get_by_label("0:04 of dog.mp4");
    assert_eq!(
        window.state().state().alike.found().len(),
        2,
        "of listed clips"
    );
    window.get_by_label("Sound").click();
    window.run_steps(3);
    engine.job_of(asked(Likeness::Sound));
    window.get_by_label("0:07 of cat.mp4").click();
    window.run_steps(3);
    run_until(&mut window, "the cat is on screen", |state| {
        let row = state.library.selected_row();
        row.is_some_and(|row| row.name() == "cat.mp4")
    });
    run_until(&mut window, "at that second", |state| {
        state.player.time == Time::from_micros(7_000_000)
    });
    assert!(
        window
            .query_by_label("Seconds like 0:00 of dog.mp4")
            .is_none()
    );
}

#[test]
fn several_are_labelled_at_once_and_one_undo_takes_it_back() {
    let (mut window, engine) = window(&["/clips/dog.mp4", "/clips/cat.mp4"]);
    let (dog, cat) = (clip("/clips/dog.mp4", 1), clip("/clips/cat.mp4", 2));
    fill(&mut window, &engine, &dog, 10);
    let open = engine.open_of("/clips/cat.mp4");
    engine.say(open, ReplyBody::Opened(cat.clone()));
    engine.say(open, ReplyBody::Done);
    let of = cat.id;
    run_until(&mut window, "the cat's corrections are read", |state| {
        let row = state
            .library
            .of_clip(of)
            .and_then(|id| state.library.row(id));
        row.is_some_and(|row| matches!(row.corrected, Corrected::Open(_)))
    });
    window.key_press_modifiers(Modifiers::SHIFT, Key::F);
    window.run_steps(3);
    let job = engine.job_of(|spec| matches!(spec, JobSpec::Nearest { .. }));
    let near = |clip, segment| Near {
        clip,
        segment,
        likeness: 0.9,
    };
    let found = vec![near(cat.id, 7), near(dog.id, 4), near(cat.id, 1)];
    engine.say(job, ReplyBody::Nearest(Some(found)));
    engine.say(job, ReplyBody::Done);
    window.run_steps(4);
    window.get_by_label("Pick 0:07 of cat.mp4").click();
    window.get_by_label("Pick 0:04 of dog.mp4").click();
    window
        .state_mut()
        .ask(ViewIntent::AlikeClass("Truck".into()));
    window.run_steps(3);
    window.get_by_label("2 seconds picked");
    window.get_by_label("Class: Truck");
    window.get_by_label("Say heard").click();
    settled(&mut window);
    let heard = |window: &Window, clip: ClipId| -> Vec<u32> {
        let library = &state(window).library;
        let row = library
            .of_clip(clip)
            .and_then(|id| library.row(id))
            .expect("listed");
        let said = &row.corrected.shown().statements;
        let is = |second: &u32| {
            let at = TimeSpan::of_second(*second).middle();
            said.said(LabelId::named("Truck"), Modality::Audible, at) == Said::Yes
        };
        (0..10).filter(is).collect()
    };
    assert_eq!(
        (heard(&window, cat.id), heard(&window, dog.id)),
        (vec![7], vec![4])
    );
    for (command, there) in [
        (Command::Undo, false),
        (Command::Redo, true),
        (Command::Undo, false),
    ] {
        window.state_mut().ask(command);
        settled(&mut window);
        let clips = [heard(&window, cat.id), heard(&window, dog.id)];
        assert_eq!(clips.map(|seconds| !seconds.is_empty()), [there; 2]);
    }
}
